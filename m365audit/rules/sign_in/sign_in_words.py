"""Why an account is not asked for the second step, in words a Clerk can pass on."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from m365audit.rules.sign_in.sign_in_policies import Account, Answer, Policies, Policy, Told

_FEW = 3


@dataclass(frozen=True, slots=True)
class Words:
    """Names of what policies name by id."""

    groups: Mapping[str, str]
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks of the policies of one tenant."""

    policies: Policies
    words: Words

    @property
    def asking(self) -> list[Policy]:
        """The policies in force that ask somebody for the second step at signing in."""
        return [p for p in self.policies.policies if p.asks and p.is_about_apps and p.state == "in force"]

    @property
    def mend(self) -> str:
        """What the provider does about it."""
        if self.asking:
            return (
                "have a policy ask this account too, in every app and from everywhere: Entra admin centre > "
                "Protection > "
                "Conditional Access > Policies"
            )
        return "switch security defaults on: Entra admin centre > Overview > Properties > Manage security defaults"

    def why(self, account: Account, told: Told) -> str:
        """What follows the name of an account that is not asked everywhere; of an unclear one, what is not known."""
        if told.answer is Answer.ASKED:
            return ""
        if told.answer is Answer.UNCLEAR:
            return "; ".join(dict.fromkeys(self._open_questions(account)))
        holes = ["can sign in with the password alone" if not hole.said else " ".join(hole.said) for hole in told.holes]
        said = holes[0] if not told.holes[0].said else f"can sign in without a second step {' or '.join(holes)}"
        return f"{said}: {'; '.join(list(self._reasons(account))[:_FEW])}"

    def left_out(self, account: Account) -> str:
        """Which policies that ask leave an account out, and how; empty where none does."""
        ways = ((policy.name, self.left_out_by(policy, account)) for policy in self.asking)
        return "; ".join(f"the policy “{name}” leaves it out {way}" for name, way in ways if way)

    def may_be_left_out(self, account: Account) -> bool:
        """Whether a policy that asks leaves an account out, or it is not known that none does."""
        return any(
            self.policies.matches(policy.takes_in, account) is not False
            and self.policies.matches(policy.leaves_out, account) is not False
            for policy in self.asking
        )

    def left_out_by(self, policy: Policy, account: Account) -> str:
        """How a policy leaves an account out that it would take in; empty where it does neither."""
        if self.policies.matches(policy.takes_in, account) is not True:
            return ""
        out = policy.leaves_out
        if account.id in out.users:
            return "by name"
        if by := out.groups & account.groups:
            return f"by the group {_called(by, self.words.groups)}"
        if by := out.roles & account.roles:
            return f"by the role {_called(by, self.words.roles)}"
        return "as somebody from outside" if self.policies.matches(out, account) is True else ""

    def _reasons(self, account: Account) -> Iterator[str]:
        if not self.asking:
            yield "security defaults are off and no policy in force asks for a second step"
            for policy in self.policies.policies:
                if policy.asks and policy.state == "reports":
                    yield f"the policy “{policy.name}” only reports"
            return
        left_out = [(policy, self.left_out_by(policy, account)) for policy in self.asking]
        said = [f"the policy “{policy.name}” leaves it out {by}" for policy, by in left_out if by]
        said += [
            f"the policy “{policy.name}” {' and '.join(policy.only)}"
            for policy in self.asking
            if policy.only and self.policies.applies(policy, account)
        ]
        yield from said or ["no policy that asks for a second step takes it in"]

    def _open_questions(self, account: Account) -> Iterator[str]:
        if self.policies.defaults_on is None:
            yield "whether security defaults are on could not be read"
        live = [
            (p, self.policies.applies(p, account)) for p in self.policies.policies if p.state != "off" and p.demands
        ]
        live = [(policy, applies) for policy, applies in live if policy.state != "reports" and applies is not False]
        for policies, question in (
            ([p for p, applies in live if applies is None], "whom {} asks could not be read in full"),
            ([p for p, _ in live if not p.is_understood], "{} has something this audit does not understand"),
            ([p for p, _ in live if p.state == "unclear"], "whether {} is in force, or licensed, is not known"),
        ):
            if policies:
                yield question.format(_policies(policies))
        if account.setting is None:
            yield "its own setting (per-user MFA) could not be read"
        elif account.setting != "disabled":
            yield f"its own setting (per-user MFA) is {account.setting}, which this audit does not know"


def _policies(policies: list[Policy]) -> str:
    names = [f"“{policy.name}”" for policy in policies]
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"the policy {', '.join(names[:_FEW])}{more}"


def _called(ids: Collection[str], names: Mapping[str, str]) -> str:
    return " and ".join(sorted(names.get(one, one) for one in ids))

"""What holds for every rule."""

import ast
import inspect
import random
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from access_rows import UNASKED
from directory_rows import AGREEMENTS, WRONG
from guard_rows import LAX
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_rows import (
    AS_OF,
    DOMAIN,
    DOMAINS,
    REVIEW,
    SITE,
    TENANT,
    Row,
    accepted,
    access,
    account,
    anyone,
    at,
    authorised,
    forward,
    frame,
    guest,
    held,
    judge,
    mailbox,
    meeting,
    options,
    person,
    registered,
    share,
)
from rule_rows import settings as mailbox_settings_of

from m365audit import rules
from m365audit.model.datasets import DATA_SETS
from m365audit.model.policy import Policy
from m365audit.model.words import Actor, Result, Severity, SubjectKind
from m365audit.rules import RULES
from m365audit.rules.declare import CONTEXT, Rule, breaches, filled

POLICY = Policy("towcester", "IT Policy", "Exampleton", clauses=(), next_review=date(2024, 1, 31))
HOME = "ann.at.home@example-mail.test"

# A council where much is wrong, and where names, accounts and permissions coincide.
COUNCIL = {
    "domains": list(DOMAINS),
    "accounts": [
        account("ann"),
        account("bob", enabled=False),
        account("clerk"),
        account("office"),
        account("dan"),
        account("eve", primary_address=f"eve@{TENANT}", mail=f"dan@{DOMAIN}"),
        guest("gus"),
        guest("home", address=HOME),
    ],
    "people": [
        person("ann", private_addresses=[HOME]),
        person("ann", role="Mayor", until=date(2025, 1, 1)),
        person("bob", until=date(2026, 5, 4), private_addresses=["bob@home.test"]),
        person("cy", account=None),
        person("zoe", account=f"clerk@{DOMAIN}", role="Town Clerk"),
        person("yan", account=f"clerk@{DOMAIN}", role="RFO"),
        person("old", account=f"clerk@{DOMAIN}", role="Town Clerk", until=date(2024, 1, 1)),
        person("dan"),
        person("mia", account=f"clerk@{DOMAIN}", role="Town Clerk", until=date(2024, 1, 1)),
    ],
    "other_accounts": [{"account": f"office@{DOMAIN}", "kind": "shared mailbox"}],
    "earlier_audits": [
        {"run": "20260801T090000Z", "made_on": date(2026, 8, 1), "complete": True},
        {"run": "20260901T090000Z", "made_on": date(2026, 9, 1), "complete": False},
    ],
    "workbook_faults": [
        {"workbook": "Clerk", "rule": "no cells are merged", "sheet": "Cover", "what": "A1:B1 is merged"},
        {"workbook": "Clerk", "rule": "no cells are merged", "sheet": "Notes", "what": "A1:B1 is merged"},
    ],
    "third_parties": [{"kind": "guest", "identifier": "elsewhere.test", "from": None, "until": None}, *AGREEMENTS],
    "accepted_sharing": [
        accepted(),
        accepted(until=date(2026, 1, 1)),
        accepted(location=SITE, shared_with="b.example"),
    ],
    "authorised_access": [authorised(), authorised(until=date(2026, 1, 1)), authorised(delegate="Finance")],
    "training": [{"person": "Ann", "date": date(2026, 6, 1)}, {"person": "Ann", "date": date(2020, 6, 1)}],
    "mailbox_settings": [mailbox_settings_of(n) for n in ("ann", "bob", "clerk")]
    + [mailbox_settings_of("office", purpose="shared"), mailbox_settings_of("dan", has_mailbox=None, purpose=None)],
    "mailboxes": [mailbox("ann"), mailbox("clerk"), mailbox("office", kind="shared"), mailbox("eve")],
    "sign_in_activity": [{"account_id": "ID-Ann", "last_success_at": at(2026, 1, 1)}],
    "registration": [
        registered("ann", capable=False),
        registered("clerk", methods=["sms"]),
        registered("eve", admin=True),
        registered("dan", capable=None, registered=None, methods=None, admin=None),
    ],
    "mailbox_access": [
        access(),
        access(right="send as", delegate="ID-Clerk"),
        access(delegate="G-1", delegate_kind="group"),
        access(delegate="G-2", delegate_kind="group", delegate_name="Finance", delegate_address=None),
        access(delegate="G-3", delegate_kind="group", delegate_name="Finance", delegate_address=None),
    ],
    "forwards": [forward(), forward(HOME, route="rule:1"), forward("bob@home.test", mailbox_id="ID-Dan"), forward("?")],
    "sharing": [
        share(),
        share(grantee="x@b.example", grantee_address="x@b.example"),
        share(grantee=HOME, grantee_address=HOME),
        share(permission_id="P3", grantee="ID-Bob", grantee_address=None),
        anyone(permission_id="P2", roles=["write"]),
        share(permission_id="P4", grantee="", grantee_kind="everyone", link_scope=None),
        share(permission_id="P4", grantee="-", grantee_kind="everyone but guests", link_scope=None),
    ],
    "sharing_settings": [{"sharing": "externalUserAndGuestSharing", "guests_may_reshare": True}],
    "groups": [{"group_id": "G-1", "display_name": "All", "kinds": ["Unified"], "visibility": "Public"}],
    "meetings": [
        meeting(platform="Zoom"),
        meeting(meeting_id="ICAL-2", kind="council", outside_attendees=1, outside_addresses=[HOME]),
        meeting(meeting_id="ICAL-3", has_link=False, outside_attendees=2),
    ],
    "meeting_options": [options(meeting_id="ICAL-2", passcode_required=False)],
    "auditor": [held(changes_something=True), held("Exchange Administrator"), held("Spare.Read.All", needed=False)],
    **WRONG,
    **UNASKED,
    **LAX,
}


def evidence_of(rule: Rule) -> dict[str, list[Row]]:
    return {name: COUNCIL[name] for name in (*rule.needs, *rule.uses)}


def said_by(rule: Rule, evidence: dict[str, list[Row]]) -> list[str]:
    rows = judge(rule.id, policy=POLICY, **evidence).to_dict("records")
    return sorted(repr({**row, "evidence": sorted(row["evidence"].items())}) for row in rows)


@cache
def said_in_order(rule_id: str) -> list[str]:
    return said_by(RULES[rule_id], evidence_of(RULES[rule_id]))


every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@every_rule
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rule: Rule, chance: random.Random) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in evidence_of(rule).items()}
    assert said_by(rule, shuffled) == said_in_order(rule.id)


@every_rule
def test_it_finds_something_where_much_is_wrong(rule: Rule) -> None:
    assert len(judge(rule.id, policy=POLICY, **evidence_of(rule)))


@every_rule
def test_findings_are_in_the_words_of_the_program(rule: Rule) -> None:
    found = judge(rule.id, policy=POLICY, **evidence_of(rule))
    for row in found.to_dict("records"):
        assert SubjectKind(row["subject_kind"])
        assert row["subject_id"]
        assert row["subject_name"]
        assert Result(row["result"]) in {Result.DOES_NOT_MEET, Result.REVIEW, Result.ADVICE, Result.NOT_ASSESSED}
        assert Severity(row["severity"])
        assert Actor(row["actor"])
        assert row["because"]
        assert "{" not in row["because"] + row["subject_name"] + row["subject_id"]
        assert row["fix"]


@every_rule
def test_a_subject_stands_there_once(rule: Rule) -> None:
    found = judge(rule.id, policy=POLICY, **evidence_of(rule))
    subjects = list(zip(found["subject_kind"], found["subject_id"], strict=True))
    # Two people the register gives one account are one subject; the engine joins their reasons.
    if rule.id not in {"leaver-access-removed", "training-current"}:
        assert len(set(subjects)) == len(subjects)


@every_rule
def test_empty_evidence_is_no_breach(rule: Rule) -> None:
    found = judge(
        rule.id, policy=POLICY if "policy" in rule.context else None, **{name: [] for name in evidence_of(rule)}
    )
    if "policy" not in rule.context:
        assert set(found["result"]) <= {Result.NOT_ASSESSED}


@every_rule
def test_rows_of_nothing_but_a_key_are_survived(rule: Rule) -> None:
    bare = {
        name: [dict.fromkeys(DATA_SETS[name].key, f"k{n}") for n in range(2)] if name in DATA_SETS else []
        for name in evidence_of(rule)
    }
    found = judge(rule.id, policy=POLICY, **bare)
    assert set(found["severity"]) <= set(Severity)


@every_rule
def test_evidence_is_left_as_it_was(rule: Rule) -> None:
    given_frames = {name: frame(name, rows) for name, rows in evidence_of(rule).items()}
    copies = {name: rows.copy(deep=True) for name, rows in given_frames.items()}
    context = {"as_of": AS_OF, "tenant_id": "T-1", "policy": POLICY}
    rule.judge(**given_frames, **{name: context[name] for name in rule.context})
    for name, rows in given_frames.items():
        assert rows.equals(copies[name]), name


@every_rule
def test_its_declaration_names_only_what_it_looks_at(rule: Rule) -> None:
    looked_at = {*rule.needs, *rule.uses}
    assert set(rule.row_by_row) <= looked_at
    assert set(rule.helpful) <= set(rule.uses)
    assert not looked_at & set(CONTEXT)
    assert rule.topic in {
        "People and accounts", "Two-step sign-in", "Mailbox access", "Forwarding", "Sharing outside", "Guests",
        "Meetings", "Leavers", "Policy and training", "This audit", "IT provider access", "Apps",
        "Devices", "Email protection", "Keeping and recording", "Incidents and backup",
    }  # fmt: skip


@every_rule
@pytest.mark.parametrize("seed", range(3))
def test_a_part_read_row_by_row_finds_no_more_than_the_whole(rule: Rule, seed: int) -> None:
    """What ``row_by_row`` promises: a breach found in a part is a breach of the whole."""
    chance = random.Random(seed)  # noqa: S311
    whole = evidence_of(rule)
    part = {
        name: [row for row in rows if chance.random() < 0.5] if name in rule.row_by_row else rows
        for name, rows in whole.items()
    }
    breached = {
        kind: {(r.subject_kind, r.subject_id) for r in found.itertuples() if r.result != Result.NOT_ASSESSED}
        for kind, found in (
            ("whole", judge(rule.id, policy=POLICY, **whole)),
            ("part", judge(rule.id, policy=POLICY, **part)),
        )
    }
    assert breached["part"] <= breached["whole"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(at(2026, 6, 30, 23), "1 Jul 2026", id="a time is a London day"),
        pytest.param(date(2027, 2, 1), "1 Feb 2027", id="a date stays that date"),
        pytest.param(["b", "a"], "b, a", id="a list is joined"),
        pytest.param(None, "", id="nothing is nothing"),
        pytest.param(float("nan"), "", id="nor is NaN"),
    ],
)
def test_cells_as_words(value: object, words: str) -> None:
    assert filled("{it}", {"it": value}) == words


def test_text_of_the_tenant_is_never_a_template() -> None:
    rows = frame("accounts", [account(display_name="{user_principal_name}")])
    found = breaches(
        rows, because="{display_name}", subject_id="account_id", subject_name="{display_name}", result=REVIEW
    )
    assert found["because"].tolist() == ["{user_principal_name}"]


def test_no_rule_reads_a_column_that_is_said_to_decide_nothing() -> None:
    only_shown = {column.name for data_set in DATA_SETS.values() for column in data_set.columns if not column.judged}
    folder = Path(inspect.getfile(rules)).parent
    read = {
        node.value if isinstance(node, ast.Constant) else node.attr
        for module in folder.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    }
    assert only_shown
    assert not only_shown & read

"""What is counted in every audit, so that the year can be seen in numbers."""

from collections.abc import Callable, Mapping

from m365audit.engine.judging.inputs import Inputs
from m365audit.model.months import MEASURES
from m365audit.rules.facts.populations import signing_in
from m365audit.rules.facts.verdicts import surely
from m365audit.rules.files.shares import live

_OUTSIDE = ("guest", "outside address")


def measure(inputs: Inputs) -> dict[str, int | None]:
    """Every number of :data:`m365audit.model.months.MEASURES`; ``None`` where not all of what it counts was read."""
    return {name: _MEASURED[name](inputs) if _is_whole(inputs, name) else None for name in MEASURES}


def _is_whole(inputs: Inputs, name: str) -> bool:
    return all(inputs.for_judging(data_set).is_whole for data_set in _READ[name])


def _accounts(inputs: Inputs) -> int:
    return len(signing_in(inputs.frame("accounts")))


def _two_step(inputs: Inputs) -> int:
    registration = inputs.frame("registration")
    registered = registration.loc[surely(registration["registered"]), "account_id"]
    return int(signing_in(inputs.frame("accounts"))["account_id"].isin(registered).sum())


def _shared_outside(inputs: Inputs) -> int:
    shares = live(inputs.frame("sharing"), inputs.as_of)
    outside = shares["grantee_kind"].isin(_OUTSIDE) & ~shares["link_scope"].isin(["anonymous"])
    return int((shares.loc[outside, "drive_id"] + "|" + shares.loc[outside, "item_id"]).nunique())


def _anyone_links(inputs: Inputs) -> int:
    shares = live(inputs.frame("sharing"), inputs.as_of)
    anyone = shares["link_scope"].isin(["anonymous"])
    return int((shares.loc[anyone, "drive_id"] + "|" + shares.loc[anyone, "item_id"]).nunique())


_READ: Mapping[str, tuple[str, ...]] = {
    "accounts": ("accounts",),
    "two_step": ("accounts", "registration"),
    "shared_outside": ("sharing",),
    "anyone_links": ("sharing",),
}
_MEASURED: Mapping[str, Callable[[Inputs], int]] = {
    "accounts": _accounts,
    "two_step": _two_step,
    "shared_outside": _shared_outside,
    "anyone_links": _anyone_links,
}

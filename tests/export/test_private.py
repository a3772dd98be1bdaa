"""What an export must never hold: more of the evidence than a finding shows, and why the council decided."""

import pytest
from export.built import SECRETS, every_state

from m365audit.export import FORMATS
from m365audit.model.assessment import Assessment


@pytest.mark.parametrize("format_", sorted(FORMATS))
@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_nothing_private_is_exported(format_: str, secret: str) -> None:
    assert SECRETS[secret] in everything(every_state())
    assert SECRETS[secret] not in "".join(FORMATS[format_]([every_state()]))


@pytest.mark.parametrize(("format_", "names"), [("csv", True), ("ocsf", True), ("junit", False)])
def test_help_says_rightly_which_formats_hold_names(format_: str, names: bool) -> None:  # noqa: FBT001
    assert ("Name-Canary" in "".join(FORMATS[format_]([every_state()]))) is names


def everything(made: Assessment) -> str:
    return repr(made)

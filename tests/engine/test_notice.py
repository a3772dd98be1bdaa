"""The notice to the Clerk: what it says, and that it names nobody."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from kept import collected, tenant
from report.hand_built import AS_OF, HOSTILE, assessment

from m365audit.engine.custody.protection import OPEN, Protection
from m365audit.engine.custody.run_parts import RunPart, contents
from m365audit.engine.notice import notice, write
from m365audit.model.assessment import Assessment, GapNote, Previous
from m365audit.model.evidence import Gap
from m365audit.model.tenant import Reader, Tenant, Workbooks
from m365audit.model.words import GapKind

PROTECTED = Protection(frozenset({Reader.CLERK}), "three unrelated words")
_COUNTS_ONLY = (
    "This notice holds counts only. Please send neither a workbook nor anything it says of people by ordinary mail."
)
LINK = "https://exampleton.sharepoint.com/sites/clerk/audits"
WHOLE = replace(assessment(), gaps=())


def of(workbooks: Workbooks | None = None) -> Tenant:
    return tenant(Path()).model_copy(update={"workbooks": workbooks or Workbooks()})


def with_gaps(*kinds: GapKind) -> Assessment:
    gaps = [GapNote(Gap(kind, "refused", "grant it", "", f"set {kind}"), (), ()) for kind in kinds]
    return replace(assessment(), gaps=tuple(gaps))


def test_it_says_what_the_clerk_needs_to_know_and_no_more() -> None:
    assert notice(of(), WHOLE, PROTECTED).splitlines() == [
        "Subject: Exampleton Town Council: November 2026 audit ready, 19 decisions needed by 5 Dec 2026",
        "",
        "The audit of Exampleton Town Council's Microsoft 365 for November 2026 is ready.",
        "19 decisions are needed by 5 Dec 2026, 6 of them urgent.",
        "9 statements are due that only a person can make.",
        "The workbook comes as an encrypted file.",
        "Its password reaches you by other means, such as the telephone, and never together with it.",
        _COUNTS_ONLY,
    ]


def test_it_names_nobody_whatever_they_are_called() -> None:
    made = assessment(HOSTILE, findings=len(HOSTILE))
    text = notice(of(), made)
    assert [finding.subject.name for finding in made.findings if finding.subject.name in text] == []
    assert [finding.because for finding in made.findings if finding.because in text] == []
    assert "@" not in text
    assert PROTECTED.password not in notice(of(), made, PROTECTED)


@pytest.mark.parametrize(
    ("findings", "subject", "sentence"),
    [
        pytest.param(0, "no decision needed", "No decision is needed this month.", id="none"),
        pytest.param(1, "1 decision needed by 5 Dec 2026", "1 decision is needed by 5 Dec 2026.", id="one"),
        pytest.param(
            7, "6 decisions needed by 5 Dec 2026", "6 decisions are needed by 5 Dec 2026, 2 of them urgent.", id="some"
        ),
    ],
)
def test_it_counts_decisions(findings: int, subject: str, sentence: str) -> None:
    lines = notice(of(), replace(assessment(findings=findings), gaps=())).splitlines()
    assert lines[0].endswith(f"audit ready, {subject}")
    assert sentence in lines


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        pytest.param((GapKind.PERMISSION,), "1 of 3 sets of data did not come whole", id="a permission lacks"),
        pytest.param((GapKind.ERROR, GapKind.ROLE), "2 of 3 sets of data did not come whole", id="two reasons"),
        pytest.param((GapKind.THROTTLED,), "Microsoft asked it to slow down, so it is run again soon.", id="throttled"),
    ],
)
def test_a_partial_audit_is_never_called_ready(kinds: tuple[GapKind, ...], says: str) -> None:
    text = notice(of(), with_gaps(*kinds))
    assert "audit partly ready," in text
    assert "is ready in part: " in text
    assert says in text


@pytest.mark.parametrize("kind", [GapKind.LICENCE, GapKind.NOT_ENABLED, GapKind.UNSUPPORTED])
def test_what_the_council_does_not_have_makes_no_audit_partial(kind: GapKind) -> None:
    assert "audit ready," in notice(of(), with_gaps(kind))


def test_from_the_second_audit_on_it_says_what_has_become_of_the_findings() -> None:
    assert "since" not in notice(of(), WHOLE)
    before = Previous("20261021T083000Z", AS_OF - timedelta(days=31), complete=True, clauses={})
    text = notice(of(), replace(WHOLE, previous=before))
    assert re.search(r"^Findings since the audit of 21 Oct 2026: \d+ new.*\.$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("workbooks", "protection", "delivery"),
    [
        pytest.param(Workbooks(), OPEN, ["waits where only you can open it; you are given the link"], id="neither"),
        pytest.param(Workbooks(), PROTECTED, ["comes as an encrypted file", "Its password"], id="encrypted"),
        pytest.param(Workbooks(link=LINK), OPEN, [f"waits here: {LINK}\n"], id="a link"),
        pytest.param(Workbooks(link=LINK), PROTECTED, [f"waits here: {LINK}\n", "Its password"], id="both"),
    ],
)
def test_delivery_is_a_link_or_an_encrypted_file(
    workbooks: Workbooks, protection: Protection, delivery: list[str]
) -> None:
    text = notice(of(workbooks), WHOLE, protection)
    assert [words for words in delivery if words not in text] == []
    assert ("password" in text) == (protection is PROTECTED)


def test_an_encrypted_technicians_workbook_is_no_matter_of_the_clerks() -> None:
    protection = Protection(frozenset({Reader.TECHNICIAN}), PROTECTED.password)
    assert notice(of(), WHOLE, protection) == notice(of(), WHOLE)


def test_whom_it_is_for_stands_above_it_and_nowhere_else() -> None:
    told = notice(of(Workbooks(tell=("clerk@exampleton-tc.gov.uk", "deputy@exampleton-tc.gov.uk"))), WHOLE)
    head, rest = told.split("\n", 1)
    assert head == "To: clerk@exampleton-tc.gov.uk, deputy@exampleton-tc.gov.uk"
    assert rest == notice(of(), WHOLE)


def test_it_stands_in_the_run_for_its_owner_alone_and_is_purged_with_the_clerks_workbook(tmp_path: Path) -> None:
    run = collected(tmp_path / "reports", AS_OF)
    text = write(of(), WHOLE, run)
    assert run.notice.read_text(encoding="utf-8") == text
    assert run.notice.stat().st_mode & 0o777 == 0o600
    assert contents(run).files[RunPart.CLERK] == (run.notice,)

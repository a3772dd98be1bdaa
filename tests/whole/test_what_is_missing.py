"""Take something away, and it is missed by name: never Meets, never a breach that is none."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from audits import NOW, Audited, audited, environment, served, without
from openpyxl import load_workbook

from m365audit.cli.show import shortfalls
from m365audit.engine.audit import ASKED_FOR, audit, policies
from m365audit.engine.collecting.collect import Silent
from m365audit.engine.collecting.safety import UnsafePermission
from m365audit.engine.doctor.examine import diagnose
from m365audit.engine.judging.parameters import BadParameter
from m365audit.fleet import Failed, audit_all
from m365audit.graph import Outside, SignInFailed
from m365audit.model.words import GapKind, Result
from m365audit.register import BadRegister
from m365audit.sample.councils import SampleCouncil, exampleton, little_sampling
from m365audit.sample.demo import tokens_of
from m365audit.sample.service.manner import Fault
from m365audit.settings import BadFile, load_tenant

DIRECTORY = "Directory.Read.All"
"""Stands in for every permission to read one part of the directory, so it goes with each of them."""
THROTTLED = Fault("*", status=429, code="TooManyRequests", headers={"Retry-After": "3"}, times=9)


@pytest.mark.parametrize(
    "permissions",
    [
        pytest.param(("User.Read.All", DIRECTORY), id="accounts"),
        pytest.param(("AuditLog.Read.All",), id="sign-ins and the registration report"),
        pytest.param(("Organization.Read.All", "LicenseAssignment.Read.All", DIRECTORY), id="licences"),
        pytest.param(("Domain.Read.All", DIRECTORY), id="domains"),
        pytest.param(("GroupMember.Read.All", "Group.Read.All", DIRECTORY), id="groups"),
        pytest.param(("RoleManagement.Read.Directory", DIRECTORY), id="roles"),
        pytest.param(("Application.Read.All", DIRECTORY), id="apps"),
        pytest.param((DIRECTORY,), id="what apps may do for people"),
        pytest.param(("Policy.Read.All",), id="policies"),
        pytest.param(("MailboxSettings.Read",), id="mailbox settings"),
        pytest.param(("Calendars.Read",), id="calendars"),
        pytest.param(("OnlineMeetings.Read.All",), id="meeting options"),
        pytest.param(("SharePointTenantSettings.Read.All",), id="sharing settings"),
        pytest.param(("Sites.Read.All",), id="sites"),
        pytest.param(("Sites.Read.All", "Files.Read.All"), id="sites and files"),
        pytest.param(("Exchange.ManageAsApp",), id="Exchange"),
        pytest.param(("GroupSettings.Read.All", DIRECTORY), id="rules for passwords"),
    ],
)
def test_a_permission_that_is_taken_away_is_a_gap_and_invents_nothing(
    permissions: tuple[str, ...], exampleton_audit: Audited, tmp_path: Path
) -> None:
    assert_missed_and_nothing_invented(audited(without(exampleton(NOW), *permissions), tmp_path), exampleton_audit)


def test_without_the_right_to_read_sign_in_methods_nobody_is_said_to_have_none(
    little_sampling_audit: Audited, tmp_path: Path
) -> None:
    less = audited(without(little_sampling(NOW), "UserAuthenticationMethod.Read.All"), tmp_path)
    assert_missed_and_nothing_invented(less, little_sampling_audit)
    assert not any(rule in ("two-step-registered", "two-step-method-strong") for rule, _ in less.found)


def assert_missed_and_nothing_invented(less: Audited, whole: Audited) -> None:
    gaps = [gap for note in less.outcome.assessment.data_sets for gap in note.coverage.gaps]
    assert gaps, "nothing was missed"
    assert {gap.kind for gap in gaps} <= {GapKind.PERMISSION, GapKind.ROLE, *whole.outcome.assessment.gap_kinds}
    assert less.found <= whole.found
    before = {check.check: check.result for check in whole.outcome.assessment.checks}
    for check in less.outcome.assessment.checks:
        if check.gaps:
            assert check.result is not Result.MEETS
        elif check.result is Result.MEETS:
            assert before[check.check] is Result.MEETS
    assert less.outcome.exit_code(None) == 4


def test_where_nothing_is_consented_to_it_says_so_and_not_clean(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    none = audited(replace(council, tenant=replace(council.tenant, granted=frozenset())), tmp_path)
    assert none.outcome.exit_code(None) == 3
    asking = [check for check in none.outcome.assessment.checks if ASKED_FOR.intersection(check.sources)]
    assert asking
    assert all(check.result is not Result.MEETS for check in asking)
    said = list(shortfalls(none.outcome.assessment, 3))
    assert "accounts" in said[0] + said[1]
    assert all("To mend it: " in line for line in said[:-1])
    assert "administrator" in said[-1]


def test_without_p1_and_access_policy_the_terminal_names_both_and_the_remedy(little_sampling_audit: Audited) -> None:
    said = list(shortfalls(little_sampling_audit.outcome.assessment, little_sampling_audit.outcome.exit_code(None)))
    assert any("sign in activity" in line and "Entra ID P1" in line for line in said)
    assert any("meeting options" in line and "New-CsApplicationAccessPolicy" in line for line in said)
    assert "run again" in said[-1]


def test_doctor_reads_a_token_without_permissions_as_none_granted(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    bare = replace(council, tenant=replace(council.tenant, granted=frozenset()))
    with served([bare], tmp_path) as (service, places, _clock), tokens_of(service, bare):
        found = asyncio.run(diagnose(load_tenant(places.config, council.slug)))
    assert found.granted == ()
    assert found.exit_code == 4
    assert not any(line.granted for line in found.permissions)


def test_exchange_without_its_directory_role_is_a_gap(exampleton_audit: Audited, tmp_path: Path) -> None:
    council = exampleton(NOW)
    less = audited(replace(council, tenant=replace(council.tenant, directory_roles=frozenset())), tmp_path)
    absent = {n.name for n in less.outcome.assessment.data_sets if n.coverage.is_absent}
    assert {"mailboxes", "mailbox_access"} <= absent
    assert less.found <= exampleton_audit.found
    access = next(c for c in less.outcome.assessment.checks if c.check == "mailbox-access-authorised")
    assert access.result is Result.NOT_ASSESSED


def test_a_library_that_cannot_be_read_is_one_gap_and_not_an_empty_library(
    exampleton_audit: Audited, tmp_path: Path
) -> None:
    locked = audited(exampleton(NOW, with_unreadable_drive=True), tmp_path)
    sharing = next(note for note in locked.outcome.assessment.data_sets if note.name == "sharing")
    assert [gap.scope.partition(":")[0] for gap in sharing.coverage.gaps] == ["drive"]
    assert sharing.coverage.scopes - sharing.coverage.whole == 1
    assert locked.found == exampleton_audit.found


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("/v1.0/users", times=2), id="Graph is not there twice"),
        pytest.param(
            Fault("*", status=429, code="TooManyRequests", headers={"Retry-After": "3"}, times=9), id="throttled"
        ),
        pytest.param(Fault("/v1.0/*", break_off="cut", times=5), id="answers cut in half"),
        pytest.param(Fault("*", break_off="hang-up", times=5), id="the line goes dead"),
        pytest.param(Fault("/adminapi/*", status=503, times=3), id="Exchange is not there three times"),
    ],
)
def test_what_passes_leaves_no_trace(fault: Fault, exampleton_audit: Audited, tmp_path: Path) -> None:
    again = audited(exampleton(NOW), tmp_path, faults=[fault])
    assert again.found == exampleton_audit.found
    assert [c.result for c in again.outcome.assessment.checks] == [
        c.result for c in exampleton_audit.outcome.assessment.checks
    ]


def no_register(folder: Path, council: SampleCouncil) -> None:
    (folder / "config" / "tenants" / f"{council.slug}-register.xlsx").unlink()


def test_without_a_register_what_needs_one_is_not_assessed_and_the_remedy_is_named(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    with served([council], tmp_path) as (service, places, clock), tokens_of(service, council):
        no_register(tmp_path, council)
        outcome = asyncio.run(audit(load_tenant(places.config, council.slug), places, now=NOW, outside=Outside(clock)))
    checks = {check.check: check for check in outcome.assessment.checks}
    for name in ("person-has-account", "account-on-register", "leaver-access-removed", "mailbox-access-authorised"):
        assert checks[name].result is Result.NOT_ASSESSED, name
        assert checks[name].gaps[0].kind is GapKind.REGISTER
        assert "init" in checks[name].gaps[0].fix
    assert not outcome.assessment.has_register


def break_register(folder: Path, council: SampleCouncil) -> None:
    path = folder / "config" / "tenants" / f"{council.slug}-register.xlsx"
    workbook = load_workbook(path)
    workbook["People"]["E6"] = "for ever"
    workbook.save(path)


def break_policy(folder: Path, council: SampleCouncil) -> None:
    tenant_file = folder / "config" / "tenants" / f"{council.slug}.yaml"
    text = tenant_file.read_text(encoding="utf-8")
    tenant_file.write_text(text.replace("policy: ", "policy: no-such-"), encoding="utf-8")


def break_threshold(folder: Path, council: SampleCouncil) -> None:
    tenant_file = folder / "config" / "tenants" / f"{council.slug}.yaml"
    text = tenant_file.read_text(encoding="utf-8")
    tenant_file.write_text(text + "\nthresholds:\n  account-dormant: {dayz: 3}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "refusal", "words"),
    [
        pytest.param(break_register, BadRegister, ["row 6", "Until", "for ever"], id="a date in the register"),
        pytest.param(break_policy, BadFile, ["no such policy"], id="a policy there is not"),
        pytest.param(break_threshold, BadParameter, ["account-dormant", "dayz", "days"], id="a threshold misspelt"),
    ],
)
def test_a_mistake_is_refused_before_anything_is_asked_and_nothing_is_written(
    spoil: Callable[[Path, SampleCouncil], None], refusal: type[Exception], words: list[str], tmp_path: Path
) -> None:
    council = little_sampling(NOW)
    with served([council], tmp_path) as (service, places, clock), tokens_of(service, council):
        spoil(tmp_path, council)
        with pytest.raises(refusal) as refused:
            asyncio.run(audit(load_tenant(places.config, council.slug), places, now=NOW, outside=Outside(clock)))
        assert service.requests == []
    assert all(word in str(refused.value) for word in words), str(refused.value)
    assert not places.reports.exists()


def test_an_app_that_may_write_is_refused_by_name_and_accepted_by_name(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    tenant = replace(council.tenant, granted=council.tenant.granted | {"Mail.ReadWrite"})
    with served([replace(council, tenant=tenant)], tmp_path) as (service, places, clock), tokens_of(service, council):
        file = load_tenant(places.config, council.slug)
        with pytest.raises(UnsafePermission, match=r"Mail\.ReadWrite"):
            asyncio.run(audit(file, places, now=NOW, outside=Outside(clock)))
        assert not places.reports.exists()
        accepted = file.model_copy(
            update={"accept_write_permissions": ("Mail.ReadWrite", *file.accept_write_permissions)}
        )
        assert asyncio.run(audit(accepted, places, now=NOW, outside=Outside(clock))).workbooks


def test_a_refused_sign_in_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    with (
        served([council], tmp_path) as (_, places, clock),
        environment(M365AUDIT_GRAPH_TOKEN="not-a-token", M365AUDIT_EXCHANGE_TOKEN="not-a-token"),
        pytest.raises(SignInFailed),
    ):
        asyncio.run(audit(load_tenant(places.config, council.slug), places, now=NOW, outside=Outside(clock)))
    assert not (places.reports / council.slug).exists()


def test_one_council_that_fails_does_not_stop_the_next(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    with served([council], tmp_path) as (service, places, clock), tokens_of(service, council):
        slugs = ["nowhere", council.slug]
        results = list(audit_all(slugs, places, lambda _: _silent(), (BadFile,), now=NOW, outside=Outside(clock)))
    assert isinstance(results[0], Failed)
    assert not isinstance(results[1], Failed)
    assert results[1].assessment.council == council.name


def test_the_policy_a_council_wrote_itself_is_taken_from_beside_its_tenant_file(tmp_path: Path) -> None:
    council = little_sampling(NOW)
    with served([council], tmp_path) as (_, places, _clock):
        own = places.config / "tenants" / "ours.yaml"
        own.write_text(
            "policy: ours\ntitle: Ours\ncouncil: Little Sampling\nclauses:\n"
            "  - {id: O-1, line: 1, heading: H, paraphrase: P, force: must, binds: [users], judgement: automatic, "
            "checks: [person-has-account]}\n",
            encoding="utf-8",
        )
        tenant = load_tenant(places.config, council.slug).model_copy(update={"policy": "ours.yaml"})
        assert policies(tenant, places)[0].id == "ours"


def _silent() -> nullcontext[Silent]:
    return nullcontext(Silent())

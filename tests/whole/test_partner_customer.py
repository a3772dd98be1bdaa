"""A council audited through a partner relationship: what an account is shown is assessed, the rest is a gap by name."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from audits import NOW, Audited
from provider import KEY, at_a_browser, customer, looked_after, relationship, tokens

from m365audit.engine.audit import Outcome, audit
from m365audit.graph import Outside, SignInFailed, signed_in_person
from m365audit.graph.partner import PartnerTokens
from m365audit.graph.said import Service as Which
from m365audit.model.evidence import Coverage
from m365audit.model.words import Result
from m365audit.sample.councils import little_sampling
from m365audit.sample.tenant import Partner
from m365audit.snapshot import Snapshot

GDAP = relationship(little_sampling(NOW))


@pytest.fixture(scope="module")
def seen_by_a_provider(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    council = looked_after(little_sampling(NOW), GDAP)
    with customer(council, tmp_path_factory.mktemp("gdap")) as (service, places, clock, tenant):
        outside = Outside(clock, tokens(service, tenant, clock))
        outcome = asyncio.run(audit(tenant, places, now=NOW, outside=outside))
        assert not service.writes
        return outcome


def coverage_of(outcome: Outcome, data_set: str) -> Coverage:
    return Snapshot.open(outcome.folder).records[data_set].coverage


def gaps_of(outcome: Outcome, data_set: str) -> set[tuple[str, str]]:
    return {(str(gap.kind), gap.detail) for gap in coverage_of(outcome, data_set).gaps}


@pytest.mark.parametrize("data_set", ["accounts", "licences", "domains", "groups", "mailboxes", "mailbox_access"])
def test_what_an_account_with_global_reader_may_read_is_read_whole(seen_by_a_provider: Outcome, data_set: str) -> None:
    coverage = coverage_of(seen_by_a_provider, data_set)
    assert coverage.is_whole
    assert coverage.rows


@pytest.mark.parametrize(
    ("data_set", "kind", "words"),
    [
        pytest.param("mailbox_settings", "unsupported", "no mailbox but its own", id="settings of mailboxes"),
        pytest.param("meetings", "unsupported", "no mailbox but its own", id="calendars"),
        pytest.param("drives", "unsupported", "not shown every site", id="the list of sites"),
        pytest.param("deleted_accounts", "role", "lacks the role", id="deleted accounts"),
    ],
)
def test_what_no_account_is_shown_is_a_gap_that_says_so(
    seen_by_a_provider: Outcome, data_set: str, kind: str, words: str
) -> None:
    found = gaps_of(seen_by_a_provider, data_set)
    assert any(said == kind and words in detail for said, detail in found), found


def test_nothing_is_found_that_is_not_there(seen_by_a_provider: Outcome, little_sampling_audit: Audited) -> None:
    # Advice may differ: the account's own permissions are another's, and more accounts are asked for their methods
    # where it is not known which have a mailbox.
    found = {
        (finding.rule, finding.subject.id)
        for finding in seen_by_a_provider.assessment.findings
        if finding.result is Result.DOES_NOT_MEET
    }
    assert found
    assert found <= little_sampling_audit.found


def test_nothing_is_clean_that_was_not_looked_at(seen_by_a_provider: Outcome, little_sampling_audit: Audited) -> None:
    whole = {one.clause.id: one.result for one in little_sampling_audit.outcome.assessment.clauses}
    less = {one.clause.id: one.result for one in seen_by_a_provider.assessment.clauses}
    assert less != whole
    assert [name for name, result in less.items() if result is Result.MEETS and whole[name] is not Result.MEETS] == []


def test_a_relationship_without_the_role_shows_nothing_and_says_why(tmp_path: Path) -> None:
    council = looked_after(little_sampling(NOW), replace(GDAP, roles=frozenset()))
    with customer(council, tmp_path) as (service, places, clock, tenant):
        outcome = asyncio.run(audit(tenant, places, now=NOW, outside=Outside(clock, tokens(service, tenant, clock))))
    ((kind, detail),) = gaps_of(outcome, "accounts")
    assert kind == "role"
    assert "partner relationship (GDAP)" in detail
    assert any("Exchange knows no suitable role" in detail for _, detail in gaps_of(outcome, "mailboxes"))
    assert not coverage_of(outcome, "accounts").rows


@pytest.mark.parametrize(
    ("partner", "words"),
    [
        pytest.param(
            None, "renew the relationship with the role Global Reader", id="no relationship, or one that ended"
        ),
        pytest.param(replace(GDAP, scopes=frozenset()), "has not authorised the provider's app", id="an app unknown"),
        pytest.param(replace(GDAP, refusal=50076), "asks for two-step sign-in", id="two-step sign-in asked for"),
        pytest.param(replace(GDAP, refusal=53003), "Conditional Access policy", id="a policy in the way"),
        pytest.param(replace(GDAP, refusal=530034), "as suspicious", id="a provider under suspicion"),
    ],
)
def test_a_council_that_lets_no_provider_in_ends_the_audit_in_one_sentence(
    tmp_path: Path, partner: Partner | None, words: str
) -> None:
    with customer(looked_after(little_sampling(NOW), partner), tmp_path) as (service, places, clock, tenant):
        signing_in = tokens(service, tenant, clock)
        with pytest.raises(SignInFailed, match=words) as failed:
            asyncio.run(audit(tenant, places, now=NOW, outside=Outside(clock, signing_in)))
    assert "\n" not in str(failed.value)
    assert "AADSTS" in str(failed.value)


@pytest.mark.parametrize(
    ("days", "revoked", "words"),
    [
        pytest.param(89, "no", None, id="used 89 days ago"),
        pytest.param(90, "no", "not used for too long", id="unused for 90 days"),
        pytest.param(0, "yes", "was revoked", id="revoked"),
    ],
)
def test_a_sign_in_lasts_as_long_as_microsoft_lets_it(
    tmp_path: Path, days: int, revoked: str, words: str | None
) -> None:
    with customer(looked_after(little_sampling(NOW), GDAP), tmp_path) as (service, _, clock, tenant):
        signing_in = tokens(service, tenant, clock, service.refresh_token(unused_days=days))
        if revoked == "yes":
            service.revoke_refresh_tokens()
        if words is None:
            assert asyncio.run(signing_in.token(Which.GRAPH))
            return
        with pytest.raises(SignInFailed, match=words):
            asyncio.run(signing_in.token(Which.GRAPH))


def test_an_account_that_never_signed_in_does_so_once_in_a_browser(tmp_path: Path) -> None:
    texts: list[str] = []
    with customer(looked_after(little_sampling(NOW), GDAP), tmp_path) as (service, _, clock, tenant):
        environ = {"M365AUDIT_CACHE_KEY": KEY}
        first = PartnerTokens(tenant, clock, environ, at_a_browser(service, texts))
        assert signed_in_person(asyncio.run(first.token(Which.GRAPH))) == "audit@provider.example"
        later = PartnerTokens(tenant, clock, environ)
        assert signed_in_person(asyncio.run(later.token(Which.EXCHANGE))) == "audit@provider.example"
    assert len(texts) == 1

from datetime import date

import pytest
from rule_rows import (
    ADVICE,
    AS_OF,
    FAILS,
    MEETS,
    REVIEW,
    SITE,
    UNJUDGED,
    Row,
    Verdict,
    accepted,
    anyone,
    at,
    judge,
    only,
    results,
    share,
)

from m365audit.model.words import Result

ANYONE = "Anyone with the link"
ROOT = "https://exampleton.sharepoint.com"


class TestShareAnyoneLink:
    @pytest.mark.parametrize(
        ("link", "verdict"),
        [
            pytest.param(anyone(), FAILS, id="a link for anyone"),
            pytest.param(share(), MEETS, id="a link for named people: another check"),
            pytest.param(share(link_scope="organization"), MEETS, id="a link for the council: another check"),
            pytest.param(anyone(expires_at=at(2026, 11, 20)), MEETS, id="ended yesterday"),
            pytest.param(anyone(expires_at=at(2026, 11, 21)), FAILS, id="ends today"),
            pytest.param(anyone(expires_at=None), FAILS, id="never ends"),
        ],
    )
    def test_which_links(self, link: Row, verdict: Verdict) -> None:
        assert only(judge("share-anyone-link", sharing=[link])) == verdict

    @pytest.mark.parametrize(
        ("row", "verdict"),
        [
            pytest.param({}, MEETS, id="its site"),
            pytest.param({"location": SITE.upper() + "/"}, MEETS, id="its site, written otherwise"),
            pytest.param({"location": f"{SITE}/Shared Documents/Plots/Plan.pdf"}, MEETS, id="the file itself"),
            pytest.param({"location": f"{SITE}/Shared%20Documents/Plots"}, MEETS, id="its folder"),
            pytest.param({"location": f"{SITE}/Shared Documents/Plo"}, FAILS, id="a folder whose name begins alike"),
            pytest.param({"location": f"{SITE}-Old"}, FAILS, id="another site"),
            pytest.param({"location": ROOT}, FAILS, id="the top site covers no other"),
            pytest.param({"location": "anywhere"}, MEETS, id="anywhere"),
            pytest.param({"shared_with": "contractor.example"}, FAILS, id="accepted for somebody in particular"),
            pytest.param({"until": AS_OF}, MEETS, id="its last day"),
            pytest.param({"until": date(2026, 11, 20)}, FAILS, id="accepted until yesterday"),
            pytest.param({"until": None}, MEETS, id="accepted without an end"),
        ],
    )
    def test_what_the_register_accepts(self, row: Row | None, verdict: Verdict) -> None:
        rows = [accepted(**{"shared_with": ANYONE} | row)]
        assert only(judge("share-anyone-link", sharing=[anyone()], accepted_sharing=rows)) == verdict

    def test_the_top_site_covers_itself(self) -> None:
        link = anyone(site_url=ROOT, item_url=f"{ROOT}/Shared%20Documents/Plan.pdf")
        rows = [accepted(location=ROOT, shared_with=ANYONE)]
        assert only(judge("share-anyone-link", sharing=[link], accepted_sharing=rows)) == MEETS

    def test_that_it_was_accepted_once_is_said(self) -> None:
        rows = [accepted(shared_with=ANYONE, until=date(2026, 1, 31))]
        found = judge("share-anyone-link", sharing=[anyone()], accepted_sharing=rows)
        assert "no longer" in found["because"].iloc[0]

    @pytest.mark.parametrize(
        ("changed", "severity"),
        [
            pytest.param({}, "medium", id="to look, with an end"),
            pytest.param({"link_kind": "edit"}, "high", id="to edit"),
            pytest.param({"roles": ["write"]}, "high", id="to write"),
            pytest.param({"expires_at": None}, "high", id="for ever"),
        ],
    )
    def test_urgency(self, changed: Row, severity: str) -> None:
        assert judge("share-anyone-link", sharing=[anyone(**changed)])["severity"].tolist() == [severity]

    def test_one_finding_a_permission(self) -> None:
        found = judge(
            "share-anyone-link", sharing=[anyone(), share(link_scope="anonymous"), anyone(permission_id="P2")]
        )
        assert results(found) == {"b!D|I1|P1": FAILS, "b!D|I1|P2": FAILS}


class TestShareOutsideAccepted:
    @pytest.mark.parametrize(
        ("changed", "row", "verdict"),
        [
            pytest.param({}, None, FAILS, id="an outside address"),
            pytest.param({"grantee_kind": "guest", "link_scope": None}, None, FAILS, id="a guest, directly"),
            pytest.param({"grantee_kind": "member"}, None, MEETS, id="a colleague"),
            pytest.param({"grantee_kind": "group"}, None, MEETS, id="a group"),
            pytest.param(
                {
                    "grantee_kind": "member",
                    "grantee_address": "a@exampleton-tc.gov.uk",
                    "invited_address": "x@y.example",
                },
                None,
                FAILS,
                id="the invitation went outside",
            ),
            pytest.param(
                {"grantee_kind": None, "grantee_address": None}, None, UNJUDGED, id="nobody can tell who it is"
            ),
            pytest.param({"link_scope": "anonymous"}, None, MEETS, id="a link for anyone: another check"),
            pytest.param(
                {"link_scope": "anonymous", "grantee_kind": None}, None, MEETS, id="whoever else such a link names"
            ),
            pytest.param(
                {"grantee_kind": None, "grantee_address": None, "grantee": None}, None, MEETS, id="a link naming nobody"
            ),
            pytest.param({"expires_at": at(2026, 1, 1)}, None, MEETS, id="ended"),
            pytest.param({}, {}, MEETS, id="accepted by address"),
            pytest.param({}, {"shared_with": "Surveyor@Contractor.example"}, MEETS, id="accepted, in capitals"),
            pytest.param({}, {"shared_with": "contractor.example"}, MEETS, id="accepted by domain"),
            pytest.param({}, {"shared_with": "@contractor.example"}, MEETS, id="accepted by domain, with its at"),
            pytest.param({}, {"shared_with": "tractor.example"}, FAILS, id="a domain that ends alike"),
            pytest.param({}, {"shared_with": "other@contractor.example"}, FAILS, id="a colleague of the accepted one"),
            pytest.param({}, {"shared_with": ANYONE}, FAILS, id="only links for anyone are accepted"),
            pytest.param({}, {"location": f"{SITE}-Old"}, FAILS, id="accepted elsewhere"),
            pytest.param({}, {"location": "Anywhere"}, MEETS, id="accepted anywhere"),
            pytest.param(
                {"item_url": f"{SITE}/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D"},
                {"location": f"{SITE}/Shared Documents/Plots"},
                MEETS,
                id="accepted for the folder an Office file lies in",
            ),
            pytest.param(
                {"item_url": f"{SITE}/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D"},
                {"location": f"{SITE}/Shared Documents/Plot"},
                FAILS,
                id="accepted for another folder, whose name is the beginning of this one's",
            ),
            pytest.param({}, {"until": date(2026, 11, 20)}, FAILS, id="accepted until yesterday"),
            pytest.param(
                {"grantee_address": "guest_1@elsewhere.example", "invited_address": "surveyor@contractor.example"},
                {},
                MEETS,
                id="accepted under the address that was invited",
            ),
        ],
    )
    def test_table(self, changed: Row, row: Row | None, verdict: Verdict) -> None:
        found = judge(
            "share-outside-accepted",
            sharing=[share(**changed)],
            accepted_sharing=[] if row is None else [accepted(**row)],
        )
        assert only(found) == verdict

    def test_one_finding_names_all_who_are_not_accepted(self) -> None:
        rows = [share(), *(share(grantee=a, grantee_address=a) for a in ("zoe@b.example", "al@b.example"))]
        found = judge("share-outside-accepted", sharing=rows, accepted_sharing=[accepted()])
        assert only(found) == FAILS
        assert "al@b.example, zoe@b.example" in found["because"].iloc[0]
        assert "surveyor" not in found["because"].iloc[0]


class TestShareEveryoneInside:
    @pytest.mark.parametrize(
        ("changed", "verdict"),
        [
            pytest.param({"link_scope": "organization", "grantee_kind": "link holders"}, REVIEW, id="a link for all"),
            pytest.param({"link_scope": None, "grantee_kind": "everyone"}, REVIEW, id="everyone"),
            pytest.param({"link_scope": None, "grantee_kind": "everyone but guests"}, REVIEW, id="everyone but guests"),
            pytest.param({}, MEETS, id="named people"),
            pytest.param({"link_scope": "organization", "expires_at": at(2026, 1, 1)}, MEETS, id="a link that ended"),
        ],
    )
    def test_shares(self, changed: Row, verdict: Verdict) -> None:
        assert only(judge("share-everyone-inside", sharing=[share(**changed)])) == verdict

    @pytest.mark.parametrize(
        ("changed", "verdict"),
        [
            pytest.param({}, REVIEW, id="a public Microsoft 365 group"),
            pytest.param({"visibility": "Private"}, MEETS, id="a private one"),
            pytest.param({"visibility": None}, MEETS, id="one without the word"),
            pytest.param({"kinds": []}, MEETS, id="a group without files"),
        ],
    )
    def test_groups(self, changed: Row, verdict: Verdict) -> None:
        group = {"group_id": "G-1", "display_name": "Council", "kinds": ["Unified"], "visibility": "Public"} | changed
        found = judge("share-everyone-inside", groups=[group])
        assert only(found) == verdict
        assert set(found["subject_kind"]) <= {"group"}


class TestSharingLimitsSet:
    @pytest.mark.parametrize(
        ("said", "verdicts"),
        [
            pytest.param({}, {}, id="guests only, and they may not reshare"),
            pytest.param(
                {"sharing": "externalUserAndGuestSharing"},
                {"sharepoint.sharingCapability": FAILS},
                id="links for anyone",
            ),
            pytest.param({"sharing": "existingExternalUserSharingOnly"}, {}, id="existing guests only"),
            pytest.param({"sharing": "disabled"}, {}, id="nobody outside"),
            pytest.param(
                {"guests_may_reshare": True},
                {"sharepoint.isResharingByExternalUsersEnabled": ADVICE},
                id="guests may reshare",
            ),
            pytest.param({"sharing": "disabled", "guests_may_reshare": True}, {}, id="resharing of nothing"),
            pytest.param(
                {"guests_may_reshare": None},
                {"sharepoint.isResharingByExternalUsersEnabled": UNJUDGED},
                id="whether guests may reshare was not said",
            ),
            pytest.param(
                {"sharing": "disabled", "guests_may_reshare": None}, {}, id="nothing said of resharing of nothing"
            ),
            pytest.param({"sharing": None}, {"sharepoint.sharingCapability": UNJUDGED}, id="the setting was not said"),
            pytest.param({"sharing": "news"}, {"sharepoint.sharingCapability": UNJUDGED}, id="a setting unheard of"),
        ],
    )
    def test_table(self, said: Row, verdicts: dict[str, Result]) -> None:
        row = {"sharing": "externalUserSharingOnly", "guests_may_reshare": False} | said
        assert results(judge("sharing-limits-set", sharing_settings=[row])) == verdicts

    def test_no_answer_is_not_a_good_one(self) -> None:
        assert only(judge("sharing-limits-set")) == UNJUDGED

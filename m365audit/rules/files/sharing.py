"""Rules about what is shared, with whom, and what the tenant allows."""

from datetime import date

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.facts.addresses import domain_of, outside, owned
from m365audit.rules.facts.register_matching import is_current, is_ended, listed
from m365audit.rules.facts.verdicts import column, first_fault, flags, surely
from m365audit.rules.files.shares import ANYONE, by_permission, covered, extents_of, live, may_change

_ANYONE_ALLOWED = "externalUserAndGuestSharing"
_SHOWN = ("site_name", "site_url", "path", "item_url", "link_kind", "expires_at")


@rule(
    "share-anyone-link",
    subject="share",
    severity="medium",
    actor="clerk",
    topic="Sharing outside",
    row_by_row=("sharing",),
    helpful=("accepted_sharing",),
)
def share_anyone_link(sharing: pd.DataFrame, as_of: date, accepted_sharing: pd.DataFrame | None = None) -> pd.DataFrame:
    """Nothing of the council's opens for whoever has the link, unless that is accepted.

    Why: such a link asks for no sign-in, can be passed on, and nobody can say who used it.
    Judged: every link that works for anyone and has not ended, unless the register's sheet Accepted sharing names its
        site or item (or anywhere) with "anyone with the link" and a last day that is not past. It is urgent where the
        link lets people change what is there, or never ends.
    Fix: enter it on the register's sheet Accepted sharing with reason and last day, or delete the link: the item in
        SharePoint or OneDrive > Manage access > Links.
    """
    shares = live(sharing, as_of)
    shares = shares[shares["link_scope"].isin(["anonymous"])].drop_duplicates("key")
    shares = shares.assign(change=may_change(shares), anyone=ANYONE)
    accepted, was = _accepted(shares, accepted_sharing, as_of, shares["anyone"])
    urgent = shares["change"] | shares["expires_at"].isna()
    shares["severity"] = [Severity.HIGH if high else Severity.MEDIUM for high in urgent]
    shares["may"] = ["change" if change else "see" for change in shares["change"]]
    shares["until"] = first_fault(
        shares,
        {"with no last day": shares["expires_at"].isna(), "until {expires_at}": shares["expires_at"].notna()},
    )
    shares["word"] = column(shares, ("; it was accepted, but no longer is" if before else "" for before in was))
    shares["extent"] = extents_of(shares)
    return breaches(
        shares[~accepted],
        because="anyone who has the link may {may} “{what}” in “{where}”, {until}{word}",
        subject_id="key",
        subject_name="{what}",
        fix="decide whether the link may stay, and until when",
        severity="{severity}",
        evidence=(*_SHOWN, "password", "blocks_download"),
        extent="extent",
    )


@rule(
    "share-outside-accepted",
    subject="share",
    severity="medium",
    actor="clerk",
    topic="Sharing outside",
    row_by_row=("sharing",),
)
def share_outside_accepted(
    sharing: pd.DataFrame, accepted_sharing: pd.DataFrame, domains: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Everybody outside the council who is let in to a file or folder is accepted.

    Why: the council answers for everybody it hands its information to, and cannot for those it has forgotten.
    Judged: every permission that has not ended and names a guest, or an address on no domain the council owns (the one
        the invitation went to counts as well): the register's sheet Accepted sharing must name the address or its
        domain, for the site or item or for anywhere, with a last day that is not past. Links that work for anyone are
        judged by a check of their own.
    Fix: enter it on the register's sheet Accepted sharing with reason and last day, or take the person away: the item
        in SharePoint or OneDrive > Manage access.
    """
    shares = live(sharing, as_of)
    address, invited = shares["grantee_address"], shares["invited_address"]
    own = owned(domains)
    names = (address, domain_of(address), invited, domain_of(invited))
    stranger = shares["grantee_kind"].isin(["guest", "outside address"]) | outside(domain_of(invited), own)
    accepted, was = _accepted(shares, accepted_sharing, as_of, *names)
    shares = shares.assign(
        who=address.fillna(invited).fillna(shares["grantee_name"]).fillna(shares["grantee"]),
        may=["change" if change else "see" for change in may_change(shares)],
        word=column(shares, (" (accepted once, but no longer)" if before else "" for before in was)),
    )
    shares["who"] = shares["who"].astype(object) + shares["word"]
    named = ~shares["link_scope"].isin(["anonymous"])
    nobody_knows = named & ~stranger & shares["grantee_kind"].isna() & shares["who"].notna()
    return together(
        breaches(
            by_permission(shares[named & stranger & ~accepted], "who"),
            because="outside the council, {who} may {may} “{what}” in “{where}”, which the register does not accept",
            subject_id="key",
            subject_name="{what}",
            fix="decide whether it may stay shared, and until when",
            evidence=("who", *_SHOWN),
            extent="extent",
        ),
        unjudged(
            by_permission(shares[nobody_knows], "who"),
            because="whether {who} is one of the council's could not be told",
            subject_id="key",
            subject_name="{what}",
        ),
    )


def _accepted(
    shares: pd.DataFrame, acceptances: pd.DataFrame | None, as_of: date, *names: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Where the register accepts a share today, and where it did before."""
    if acceptances is None:
        no = pd.Series(data=False, index=shares.index, dtype=bool)
        return no, no
    single = acceptances.assign(shared_with=column(acceptances, map(listed, acceptances["shared_with"]))).explode(
        "shared_with"
    )
    holds = is_current(single, as_of)
    return covered(shares, single[holds], *names), covered(shares, single[is_ended(single, as_of)], *names)


@rule(
    "share-everyone-inside",
    subject="share",
    severity="low",
    actor="clerk",
    topic="Sharing outside",
    row_by_row=("sharing", "groups"),
)
def share_everyone_inside(sharing: pd.DataFrame, as_of: date, groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """Nothing is open to everybody in the council by mere habit.

    Why: not everything is for every councillor and officer; staffing and confidential papers are not.
    Judged: for the Clerk to look at, every permission that has not ended and lets in the whole organisation: a link for
        everybody in it, or a grant to everyone, with or without guests; and every Microsoft 365 group anybody may join
        by themselves (public).
    Fix: the item in SharePoint or OneDrive > Manage access: name the people instead; for a group, Microsoft 365 admin
        centre > Teams & groups > the group > Settings > Private.
    """
    shares = live(sharing, as_of)
    kind, scope = shares["grantee_kind"], shares["link_scope"]
    shares["open"] = first_fault(
        shares,
        {
            "everyone, guests included,": kind.isin(["everyone"]),
            "everyone in the council": kind.isin(["everyone but guests"]),
            "everyone in the council who has the link": scope.isin(["organization"]),
        },
    )
    shares["may"] = ["change" if change else "see" for change in may_change(shares)]
    found = [
        breaches(
            by_permission(shares[shares["open"] != ""], "open"),
            because="{open} may {may} “{what}” in “{where}”",
            result=Result.REVIEW,
            subject_id="key",
            subject_name="{what}",
            fix="decide whether it is meant for everybody",
            evidence=_SHOWN,
            extent="extent",
        )
    ]
    if groups is not None:
        unified = flags(groups, ("unified" in listed(kinds) for kinds in groups["kinds"]))
        found.append(
            breaches(
                groups[unified & surely(groups["visibility"].str.lower() == "public")],
                because="everyone in the council may join the group “{display_name}” and see its files",
                result=Result.REVIEW,
                fix="decide whether anybody may join it",
                subject=SubjectKind.GROUP,
                subject_id="group_id",
                subject_name="{display_name}",
                evidence=("mail",),
            )
        )
    return together(*found)


@rule("sharing-limits-set", subject="setting", severity="medium", actor="provider", topic="Sharing outside")
def sharing_limits_set(sharing_settings: pd.DataFrame) -> pd.DataFrame:
    """The settings allow no links that work for anyone, and guests may not pass on what they were given.

    Why: what the settings do not allow, nobody does by mistake.
    Judged: SharePoint's sharing setting allows links for anyone: does not meet. Guests may share on what was shared
        with them, while sharing outside is allowed at all: Advice. When links end by themselves, and which kind is
        offered first, Microsoft does not show to an auditor that only reads.
    Fix: SharePoint admin centre > Policies > Sharing: choose New and existing guests or less, and clear Allow guests to
        share items they don't own.
    """
    # No row is no answer.
    settings = sharing_settings if len(sharing_settings) else sharing_settings.reindex([0])
    settings = settings.assign(
        limit="sharepoint.sharingCapability", reshare="sharepoint.isResharingByExternalUsersEnabled"
    )
    sharing = settings["sharing"]
    known = sharing.isin(["disabled", "externalUserSharingOnly", "existingExternalUserSharingOnly", _ANYONE_ALLOWED])
    return together(
        breaches(
            settings[sharing.isin([_ANYONE_ALLOWED])],
            because="the settings allow links that work for anyone who has them",
            subject_id="limit",
            subject_name="Sharing outside the council",
            fix="allow sharing with new and existing guests, or less: SharePoint admin centre > Policies > Sharing",
            evidence=("sharing",),
        ),
        breaches(
            settings[surely(settings["guests_may_reshare"]) & ~sharing.isin(["disabled"])],
            because="guests may pass on what was shared with them",
            result=Result.ADVICE,
            severity=Severity.LOW,
            fix="let guests share only what is theirs: SharePoint admin centre > Policies > Sharing",
            subject_id="reshare",
            subject_name="Sharing on by guests",
            evidence=("guests_may_reshare",),
        ),
        unjudged(
            settings[~known],
            because="how far the settings let people share was not said",
            subject_id="limit",
            subject_name="Sharing outside the council",
        ),
        unjudged(
            settings[known & settings["guests_may_reshare"].isna() & ~sharing.isin(["disabled"])],
            because="whether guests may pass on what was shared with them was not said",
            subject_id="reshare",
            subject_name="Sharing on by guests",
        ),
    )

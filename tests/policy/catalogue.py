"""What the policies must hold, written down a second time: ids by line, and every check there is."""

TOWN_COUNCIL_2023 = """
    11 A-SCP-01; 15 A-RSP-01; 17 A-RSP-02 A-RSP-03 A-RSP-04; 19 A-RSP-05 A-RSP-06; 23 A-EML-01; 25 A-EML-02
    A-EML-03; 27 A-EML-04 A-EML-05 A-EML-06; 29 A-EML-07; 31 A-EML-08; 33 A-EML-09; 35 A-EML-10; 36 A-EML-11; 40
    A-EML-12 A-EML-13; 41 A-EML-14; 42 A-EML-15; 43 A-EML-16; 44 A-EML-17; 45 A-EML-18; 46 A-EML-19; 47 A-EML-20; 48
    A-EML-21; 50 A-EML-22 A-EML-23 A-EML-24 A-EML-25; 54 A-VM-01 A-VM-02 A-VM-03; 58 A-VM-04 A-VM-05; 60 A-VM-06; 62
    A-VM-07 A-VM-08; 66 A-IM-01 A-IM-02; 70 A-DOC-01; 72 A-DOC-02; 74 A-DOC-03 A-DOC-04; 78 A-DOC-05; 79 A-DOC-06;
    80 A-DOC-07; 81 A-DOC-08; 82 A-DOC-09; 83 A-DOC-10; 84 A-DOC-11; 85 A-DOC-12; 86 A-DOC-13; 87 A-DOC-14; 89
    A-REV-01; 91 A-REV-02
"""
TOWCESTER = """
    13 B-02-01; 15 B-02-02; 27 B-03-01 B-03-02 B-03-03 B-03-04; 31 B-04-01 B-04-02 B-04-03 B-04-04 B-04-05 B-04-06
    B-04-07 B-04-08; 35 B-05-01 B-05-02; 39 B-06-01 B-06-02 B-06-03 B-06-04 B-06-05 B-06-06; 43 B-07-01 B-07-02; 47
    B-08-01 B-08-02 B-08-03 B-08-04 B-08-05 B-08-06 B-08-07; 51 B-09-01 B-09-02 B-09-03 B-09-04 B-09-05; 55 B-10-01
    B-10-02; 59 B-11-01; 63 B-11.1-01; 64 B-11.1-02; 65 B-11.1-03; 66 B-11.1-04; 70 B-11.2-01; 71 B-11.2-02; 72
    B-11.2-03; 73 B-11.2-04; 77 B-11.3-01 B-11.3-02; 81 B-12-01 B-12-02; 85 B-13-01 B-13-02 B-13-03 B-13-04; 89
    B-14-01 B-14-02 B-14-03 B-14-04 B-14-05 B-14-06; 93 B-15-01 B-15-02 B-15-03 B-15-04; 97 B-16-01 B-16-02; 101
    B-17-01 B-17-02; 105 B-18-01; 109 B-19-01 B-19-02; 113 B-20-01 B-20-02
"""
"""Line of the text and the clauses on it."""

_CHECKS = """
    account-belongs-to-one-person account-dormant account-on-register admin-changes-expected admin-roles-justified
    app-access-approved audit-cadence audit-log-on auditor-read-only backup-running council-meeting-in-person
    device-meets-standard device-on-asset-list domain-mail-protected encryption-available guest-accounted-for
    idle-sign-out-on incidents-reported leaver-access-removed legacy-sign-in-blocked local-copies-limited
    mail-forwarded-outside mail-protection-on mail-retained mailbox-access-authorised mailbox-access-used
    mailbox-in-use mailbox-on-council-domain meeting-link-provided meeting-on-teams meeting-outside-passcode
    meeting-policy-limits password-age password-protection-on person-has-account personal-files-stored
    policy-documents-on-file policy-references-current policy-review-due private-address-in-use share-anyone-link
    share-everyone-inside share-outside-accepted sharing-limits-set site-access-by-role third-party-access-ended
    third-party-under-contract training-current two-step-enforced two-step-exclusions-on-register
    two-step-method-strong two-step-registered unmanaged-device-limited workbooks-accessible
"""
CATALOGUE = frozenset(_CHECKS.split())
"""Every check there is."""


def clauses_by_line(listing: str) -> dict[str, int]:
    """Clause id to line, of one of the listings above."""
    groups = [group.split() for group in listing.split(";")]
    return {clause: int(line) for line, *clauses in groups for clause in clauses}

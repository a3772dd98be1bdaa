"""Rules about computers, tablets and phones."""

from datetime import date

import pandas as pd

from m365audit.model.plans import Plan
from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, rule, together, unjudged
from m365audit.rules.devices import device_standard as standard
from m365audit.rules.devices.device_population import known_devices, managed, on_list, unseen, whose
from m365audit.rules.facts.licences import plans
from m365audit.rules.facts.verdicts import column, every_fault

_TOPIC = "Devices"


@rule(
    "device-on-asset-list",
    subject="device",
    severity="medium",
    actor="clerk",
    topic=_TOPIC,
    helpful=("managed_devices", "accounts"),
)
def device_on_asset_list(
    devices: pd.DataFrame,
    assets: pd.DataFrame,
    licences: pd.DataFrame,
    as_of: date,
    managed_devices: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    *,
    unseen_days: int = 180,
) -> pd.DataFrame:
    """Every device that people use for council work is on the council's list.

    Why: a device nobody knows of is one nobody keeps up to date, and nobody asks back when its user leaves.
    Judged: for the Clerk to look at, every device that is joined or registered to the council's Microsoft 365, or that
        Intune manages, and that the register's sheet Assets does not name: by its name, its serial number or its id.
        A name that several devices share counts only where the register has it as often. A device that is switched off
        is left out; one not seen for 180 days is Advice. Devices that only open a browser leave no trace here, and the
        office network is not seen.
    Fix: enter it on the register's sheet Assets with who uses it and whose it is, or have it removed: Entra admin
        centre > Devices > All devices.
    """
    found = known_devices(devices, managed_devices)
    found = found.assign(who=whose(found, accounts))
    found["by"] = column(found, (f" by {who}" if who else "" for who in found["who"]))
    missing = found[~on_list(found, assets)]
    unread = _intune_unread(licences, managed_devices)
    if assets.empty:
        why = "the register's sheet Assets is still empty"
        return unjudged(missing, because=why, subject_id="key", subject_name="{name}")
    if len(unread):
        why = "its serial number, by which the register may name it, could not be read from Intune"
        return together(unjudged(missing, because=why, subject_id="key", subject_name="{name}"), unread)
    idle = unseen(missing, as_of, unseen_days)
    said = "it is {how}{by}, and the register's sheet Assets does not name it"
    shown = ("who", "how", "last_seen_at")
    return together(
        breaches(
            missing[~idle],
            because=said,
            result=Result.REVIEW,
            fix="enter it on the register's sheet Assets, or have it removed",
            subject_id="key",
            subject_name="{name}",
            evidence=shown,
        ),
        breaches(
            missing[idle],
            because=said + "; it was last seen on {last_seen_at}",
            result=Result.ADVICE,
            severity=Severity.LOW,
            fix="have it removed, unless somebody still uses it",
            subject_id="key",
            subject_name="{name}",
            evidence=shown,
        ),
    )


def _intune_unread(licences: pd.DataFrame, managed_devices: pd.DataFrame | None) -> pd.DataFrame:
    """That devices only Intune knows could not be read, where the council has Intune at all."""
    rows = [{"id": "intune.devices"}] if managed_devices is None and Plan.INTUNE in plans(licences) else []
    return unjudged(
        pd.DataFrame(rows, columns=["id"], dtype=object),
        because="the devices Intune manages could not be read",
        subject=SubjectKind.SETTING,
        subject_id="id",
        subject_name="Devices in Intune",
    )


@rule(
    "device-meets-standard",
    subject="device",
    severity="medium",
    actor="provider",
    topic=_TOPIC,
    helpful=("compliance_policies", "device_protection"),
)
def device_meets_standard(  # noqa: PLR0913 - the evidence it looks at, and what a clause may set
    managed_devices: pd.DataFrame,
    devices: pd.DataFrame,
    as_of: date,
    compliance_policies: pd.DataFrame | None = None,
    device_management: pd.DataFrame | None = None,
    device_protection: pd.DataFrame | None = None,
    *,
    require: tuple[str, ...] = standard.EVERYTHING,
    lock_minutes: int = 15,
    silent_days: int = 30,
    oldest_windows: str = "10.0.26100",
    oldest_macos: str = "14",
    oldest_ios: str = "18",
    oldest_android: str = "13",
) -> pd.DataFrame:
    """Every device the council manages is locked, up to date, encrypted and protected against viruses.

    Why: a lost laptop is a loss of data only if it opens without a password, or its disk can be read; and most attacks
        use faults that were mended long ago.
    Judged: what the clause asks for, of every device Intune manages; one that only Defender watches is left out.
        Unlock: Intune calls it compliant, and a compliance policy for its system that is given to somebody asks for a
        password or passcode. Screen lock: such a policy locks it after 15 minutes at most. Encryption: it says that its
        storage is encrypted. Updates: its system is not older than the oldest that is still mended (Windows
        10.0.26100, macOS 14, iOS 18, Android 13, unless set otherwise). Antivirus: of Windows, protection runs and is
        up to date. A device whose protection was removed (jailbroken) never meets it. For the Clerk to look at: a
        device Intune still gives time to comply, and a system for which no policy asks; policies of newer kinds than
        Microsoft shows here may exist. Not judged: a device that was silent for 30 days or does not say, a device that
        is not managed, Android policies, and approved software. Advice: devices that no policy covers count as
        compliant.
    Fix: put right what is named: Intune admin centre > Devices > the device; for what is asked of devices, Devices >
        Compliance.
    """
    standard.refuse_unknown(require)
    oldest = {"windows": oldest_windows, "macos": oldest_macos, "ios": oldest_ios, "android": oldest_android}
    found = standard.described(managed(managed_devices), devices, device_protection, as_of, silent_days)
    found = standard.with_age(found, oldest)
    found["fault"] = every_fault(found, standard.faults(found, require))
    found["doubt"] = every_fault(found, standard.doubts(found, require))
    given_time = standard.has_time(found, require) & (found["fault"] == "")
    shown = ("user_address", "system", "version", "compliance", "ownership", "last_sync_at")
    return together(
        breaches(
            found[found["fault"] != ""], because="{fault}", subject_id="key", subject_name="{name}", evidence=shown
        ),
        breaches(
            found[given_time],
            because="Intune does not find it safe (not compliant), and still gives it time",
            result=Result.REVIEW,
            subject_id="key",
            subject_name="{name}",
            evidence=shown,
        ),
        unjudged(
            found[(found["fault"] == "") & ~given_time & (found["doubt"] != "")],
            because="{doubt}",
            subject_id="key",
            subject_name="{name}",
        ),
        standard.of_policies(found, compliance_policies, require, lock_minutes),
        standard.of_the_rest(found, devices, device_management, require, as_of),
    )

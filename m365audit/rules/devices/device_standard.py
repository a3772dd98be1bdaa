"""What a council's clauses ask of devices, one requirement at a time."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import pandas as pd

from m365audit.model.words import Result, Severity, SubjectKind
from m365audit.rules.declare import breaches, together, unjudged
from m365audit.rules.devices.device_population import known_devices, unseen
from m365audit.rules.facts.moments import is_older
from m365audit.rules.facts.register_matching import text
from m365audit.rules.facts.verdicts import column, flags, surely

UNLOCK, SCREEN_LOCK, UPDATES = "unlock", "screen lock", "updates"
ENCRYPTION, ANTIVIRUS, SOFTWARE = "encryption", "antivirus", "approved software"
EVERYTHING: Final = (UNLOCK, SCREEN_LOCK, UPDATES, ENCRYPTION, ANTIVIRUS)
_KNOWN: Final = (*EVERYTHING, SOFTWARE)

_NOT_COMPLIANT: Final = ("noncompliant", "conflict", "error")
_COMPLIANCE: Final = ("compliant", "inGracePeriod", *_NOT_COMPLIANT)
_SYSTEMS: Final = {"windows": "Windows", "macos": "macOS", "ios": "iOS and iPadOS", "android": "Android"}
_NEWER_KINDS: Final = ("android",)
"""Systems whose policies are mostly of kinds that v1.0 of Microsoft's interface does not show."""
_WITHOUT: Final = "Devices without a compliance policy"
_NUMBER: Final = re.compile(r"\d+")
_OUT_OF_USE_DAYS: Final = 180


def refuse_unknown(require: Collection[str]) -> None:
    """Refuse what nothing here can look at.

    Raises:
        ValueError: a clause asks for something else.
    """
    if unknown := set(require) - set(_KNOWN):
        message = f"a device can be held to {', '.join(_KNOWN)}; there is no {', '.join(sorted(unknown))}"
        raise ValueError(message)


def described(
    found: pd.DataFrame, devices: pd.DataFrame, device_protection: pd.DataFrame | None, as_of: date, silent_days: int
) -> pd.DataFrame:
    """Managed devices with what is told of each.

    ``key`` is the object id, else Intune's; ``kind`` that of its system. Added as well: ``silent``, ``antivirus_on``,
    ``signatures_overdue``. Index: default.
    """
    found = found.reset_index(drop=True)
    object_ids = {
        text(entra_id): str(key)
        for entra_id, key in zip(devices["entra_id"], devices["device_id"], strict=True)
        if text(entra_id)
    }
    told = {} if device_protection is None else device_protection.set_index("managed_id").to_dict("index")
    both = zip(found["entra_id"], found["managed_id"], strict=True)
    return found.assign(
        key=column(found, (object_ids.get(text(entra_id), managed_id) for entra_id, managed_id in both)),
        kind=column(found, map(_kind, found["system"])),
        silent=is_older(found["last_sync_at"], as_of, silent_days) | found["last_sync_at"].isna(),
        antivirus_on=_told(found, told, "antivirus_on"),
        signatures_overdue=_told(found, told, "signatures_overdue"),
    )


def with_age(found: pd.DataFrame, oldest: Mapping[str, str]) -> pd.DataFrame:
    """The devices with ``oldest``, the lowest version of their system that is still mended, and ``too_old``.

    ``too_old`` is unknown where there is no such version, or one cannot be read.
    """
    lowest = [oldest.get(kind, "") for kind in found["kind"]]
    too_old = [_is_older(version, low) for version, low in zip(found["version"], lowest, strict=True)]
    return found.assign(oldest=column(found, lowest), too_old=pd.Series(too_old, index=found.index, dtype="boolean"))


def faults(found: pd.DataFrame, require: Collection[str]) -> dict[str, pd.Series]:
    """What is wrong with devices, as sentences to the flags where they hold."""
    windows = found["kind"].isin(["windows"])
    asked: dict[str, tuple[Collection[str], pd.Series]] = {
        "its protection was removed (jailbroken or rooted)": (require, surely(found["broken_open"])),
        "Intune does not find it safe (not compliant)": (
            (UNLOCK, SCREEN_LOCK),
            found["compliance"].isin(_NOT_COMPLIANT),
        ),
        "its storage is not encrypted": ((ENCRYPTION,), surely(found["encrypted"] == False) & ~found["silent"]),  # noqa: E712
        "it runs {system} {version}, older than {oldest}": ((UPDATES,), surely(found["too_old"])),
        "its virus protection is off": ((ANTIVIRUS,), windows & surely(found["antivirus_on"] == False)),  # noqa: E712
        "its virus protection is out of date": ((ANTIVIRUS,), windows & surely(found["signatures_overdue"])),
    }
    return {sentence: holds for sentence, (needs, holds) in asked.items() if set(needs) & set(require)}


def has_time(found: pd.DataFrame, require: Collection[str]) -> pd.Series:
    """Where Intune does not call a device compliant, and still gives it time."""
    return found["compliance"].isin(["inGracePeriod"]) & bool({UNLOCK, SCREEN_LOCK} & set(require))


def doubts(found: pd.DataFrame, require: Collection[str]) -> dict[str, pd.Series]:
    """What could not be told of devices, as sentences to the flags where they hold."""
    windows = found["kind"].isin(["windows"])
    asked: dict[str, tuple[Collection[str], pd.Series]] = {
        "it has been silent since {last_sync_at}": (EVERYTHING, found["silent"] & found["last_sync_at"].notna()),
        "when it last reported was not said": (EVERYTHING, found["last_sync_at"].isna()),
        "whether it complies was not said": ((UNLOCK, SCREEN_LOCK), ~found["compliance"].isin(_COMPLIANCE)),
        "whether it is encrypted was not said": ((ENCRYPTION,), found["encrypted"].isna()),
        "whether its system is too old could not be told": ((UPDATES,), found["too_old"].isna()),
        "it has not reported on its virus protection": (
            (ANTIVIRUS,),
            windows & (found["antivirus_on"].isna() | found["signatures_overdue"].isna()),
        ),
    }
    return {sentence: holds for sentence, (needs, holds) in asked.items() if set(needs) & set(require)}


def of_policies(
    found: pd.DataFrame, compliance_policies: pd.DataFrame | None, require: Collection[str], lock_minutes: int
) -> pd.DataFrame:
    """Systems for whose devices no policy that is given to anybody asks for a lock."""
    needs = [need for need in (UNLOCK, SCREEN_LOCK) if need in require]
    kinds = sorted(set(found["kind"]))
    asked = pd.DataFrame(
        [{"kind": kind, "need": need, "id": f"intune.compliance.{kind}.{need}"} for kind in kinds for need in needs],
        columns=["kind", "need", "id"],
        dtype=object,
    ).assign(minutes=lock_minutes)
    asked["name"] = column(asked, (f"{_SYSTEMS.get(kind, kind)} devices: {need}" for kind, need in _pairs(asked)))
    policies = compliance_policies if compliance_policies is not None else pd.DataFrame()
    met = flags(asked, (_asks(policies, kind, need, lock_minutes) for kind, need in _pairs(asked)))
    unseen_kinds = ~asked["kind"].isin([kind for kind in _SYSTEMS if kind not in _NEWER_KINDS])
    unsure = unseen_kinds | (compliance_policies is None)
    words = {UNLOCK: "a password or passcode", SCREEN_LOCK: f"a lock after {lock_minutes} minutes at most"}
    asked["what"] = column(asked, map(words.get, asked["need"]))
    return together(
        breaches(
            asked[~met & ~unsure],
            because="no rule of Intune that is given to anybody asks such devices for {what}",
            result=Result.REVIEW,
            fix="ask for it of every such device, for everybody: Intune admin centre > Devices > Compliance",
            subject=SubjectKind.SETTING,
            subject_id="id",
            subject_name="{name}",
        ),
        unjudged(
            asked[~met & unsure],
            because="the policies for such devices could not be seen",
            subject=SubjectKind.SETTING,
            subject_id="id",
            subject_name="{name}",
        ),
    )


def of_the_rest(
    found: pd.DataFrame,
    devices: pd.DataFrame,
    device_management: pd.DataFrame | None,
    require: Collection[str],
    as_of: date,
) -> pd.DataFrame:
    """Devices nothing manages, what is installed, and what Intune makes of a device without a policy."""
    known = known_devices(devices, found)
    loose = known[~surely(known["in_intune"]) & ~unseen(known, as_of, _OUT_OF_USE_DAYS)]
    strict = None if device_management is None else device_management["secure_by_default"]
    lenient = strict is not None and bool(surely(strict == False).any())  # noqa: E712 - true, false and unknown
    untold = strict is not None and not lenient and not surely(strict).any()
    return together(
        unjudged(
            loose, because="it is not managed, so nothing is known of it", subject_id="key", subject_name="{name}"
        ),
        unjudged(
            _settings(
                ("intune.software", "Approved software", "what is installed is not read", SOFTWARE in require),
                ("intune.devices", "Devices in Intune", "no device is managed", found.empty),
                ("intune.secureByDefault", _WITHOUT, "what Intune makes of them was not said", untold),
            ),
            because="{why}",
            subject=SubjectKind.SETTING,
            subject_id="id",
            subject_name="{name}",
        ),
        breaches(
            _settings(("intune.secureByDefault", _WITHOUT, "a device that no rule covers counts as safe", lenient)),
            because="{why}",
            result=Result.ADVICE,
            severity=Severity.LOW,
            subject=SubjectKind.SETTING,
            fix="have such devices count as not safe: Intune admin centre > Devices > Compliance > Compliance settings",
            subject_id="id",
            subject_name="{name}",
        ),
    )


def _settings(*rows: tuple[str, str, str, bool]) -> pd.DataFrame:
    """Settings with ``id``, ``name`` and ``why``: those rows whose last part holds."""
    names = ["id", "name", "why"]
    return pd.DataFrame([row[:3] for row in rows if row[3]], columns=names, dtype=object)


def _pairs(asked: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(asked["kind"], asked["need"], strict=True))


def _asks(policies: pd.DataFrame, kind: str, need: str, lock_minutes: int) -> bool:
    if policies.empty:
        return False
    given = policies[policies["system"].isin([kind]) & surely(policies["assigned"])]
    if need == UNLOCK:
        return bool(surely(given["unlock"]).any())
    return bool(surely(given["lock_minutes"] <= lock_minutes).any())


def _kind(system: object) -> str:
    """windows, macos, ios or android; another system's own name in lower case, and a word for none."""
    name = text(system)
    kinds = {"windows": "windows", "mac": "macos", "ios": "ios", "ipad": "ios", "android": "android"}
    return next((kind for start, kind in kinds.items() if name.startswith(start)), name or "unknown system")


def _is_older(version: object, lowest: str) -> bool | None:
    mine, theirs = _numbers(version), _numbers(lowest)
    return mine < theirs if mine and theirs else None


def _numbers(version: object) -> tuple[int, ...]:
    return tuple(int(part) for part in _NUMBER.findall(text(version)))


def _told(found: pd.DataFrame, told: Mapping[object, Mapping[object, object]], name: str) -> pd.Series:
    values = [told.get(key, {}).get(name, pd.NA) for key in found["managed_id"]]
    return pd.Series(values, index=found.index, dtype="boolean")

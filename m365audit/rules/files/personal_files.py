"""The rule about personal files in the council's storage. It knows numbers, and no names of files."""

from typing import Final

import pandas as pd

from m365audit.model.words import Result
from m365audit.rules.declare import breaches, rule
from m365audit.rules.facts.verdicts import column

_GAME: Final = "game"
_GIGABYTE: Final = 1024**3


@rule(
    "personal-files-stored",
    subject="personal files",
    severity="low",
    actor="clerk",
    topic="Sharing outside",
    row_by_row=("file_kinds",),
)
def personal_files_stored(file_kinds: pd.DataFrame, *, files: int = 200, games: int = 0) -> pd.DataFrame:
    """The council's storage holds no more personal music, videos, photographs and games than can be explained.

    Why: what the council stores it pays for, has to search when it is asked for information, and answers for.
    Judged: for the Clerk to look at, every library with more than 200 files that are music, videos or photographs by
        their kind, or with any game. Files are counted and their names withheld; whether they are personal nobody can
        tell by that. Recordings of Teams meetings are left out.
    Fix: ask whose they are and whether the council's work needs them.
    """
    is_game = file_kinds["kind"].isin([_GAME])
    counted = file_kinds.assign(
        played=file_kinds["files"].where(is_game, 0).fillna(0), other=file_kinds["files"].where(~is_game, 0).fillna(0)
    )
    sums = counted.groupby("drive_id")[["played", "other", "bytes"]].sum()
    found = counted.drop_duplicates("drive_id").drop(columns=["played", "other", "bytes"])
    found = found.merge(sums, left_on="drive_id", right_index=True)
    found = found[(found["other"] > files) | (found["played"] > games)]
    said = {
        drive_id: ", ".join(
            f"{kind}: {int(number)}" for kind, number in sorted(zip(rows["kind"], rows["files"].fillna(0), strict=True))
        )
        for drive_id, rows in file_kinds.groupby("drive_id")
    }
    found = found.assign(
        counts=column(found, (said[drive_id] for drive_id in found["drive_id"])),
        room=column(found, map(_room, found["bytes"])),
        where=found["site_name"].fillna(found["drive_name"]).fillna(found["drive_id"]),
    )
    return breaches(
        found,
        because="“{where}” holds files of kinds that may be personal ({counts}; together {room})",
        result=Result.REVIEW,
        subject_id="drive_id",
        subject_name="{where}",
        evidence=("counts", "room"),
    )


def _room(size: float) -> str:
    return f"{size / _GIGABYTE:.1f} GB" if size >= _GIGABYTE / 10 else "less than 0.1 GB"

"""Where a council's settings and results are, and by whose clock its days are told."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Places:
    """Where settings are and where results go."""

    config: Path
    reports: Path

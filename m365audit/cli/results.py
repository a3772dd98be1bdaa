"""What became of each council a command went through, told at its end."""

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from m365audit.engine.audit import Outcome
from m365audit.engine.documents.document import as_json
from m365audit.export import Audited, Refused
from m365audit.fleet import Failed
from m365audit.model.assessment import Assessment
from m365audit.model.words import Result

FINDINGS, GAPS = "Findings", "Gaps"
MEASURES = (*map(str, Result), FINDINGS, GAPS)
"""What is counted of a council, in the order of the table: clauses by result, worst first, then these."""


def counts(assessment: Assessment) -> Mapping[str, int]:
    """How many of each of the ``MEASURES``."""
    clauses = Counter(str(clause.result) for clause in assessment.own_clauses)
    gaps = sum(len(note.coverage.gaps) for note in assessment.data_sets)
    return {name: clauses[name] for name in MEASURES} | {FINDINGS: len(assessment.present), GAPS: gaps}


@dataclass(slots=True)
class Results:
    """The numbers of every council, and, where ``whole``, all that is said of each.

    What is said waits on disk, in a file without a name that nobody else can open: a thousand councils take no more
    memory than one.
    """

    whole: bool = True
    counted: dict[str, Mapping[str, int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _kept: IO[bytes] | None = None

    def add(self, result: Outcome | Failed) -> None:
        """One more council."""
        if isinstance(result, Failed):
            self.failed.append(result.slug)
        else:
            name, slug = result.tenant.council, result.tenant.slug
            self.counted[f"{name} ({slug})" if name in self.counted else name] = counts(result.assessment)
        if self.whole:
            self._kept = self._kept or TemporaryFile()  # noqa: SIM115 - it is gone with the results
            pickle.dump(_audited(result), self._kept)

    def __len__(self) -> int:
        return len(self.counted) + len(self.failed)

    def __iter__(self) -> Iterator[Audited]:
        """All that is said of each council, in their order, one in memory at a time."""
        if not self.whole:
            message = "only the numbers were kept"
            raise RuntimeError(message)
        if self._kept is None:
            return
        end = self._kept.tell()
        self._kept.seek(0)
        while self._kept.tell() < end:
            yield pickle.load(self._kept)  # noqa: S301 - written above, and nobody else could reach it

    def documents(self) -> Iterator[dict[str, Any]]:
        """Each council as ``--json`` prints it; one that was refused has no assessment, only the reason."""
        for one in self:
            if isinstance(one, Refused):
                yield {"tenant": one.tenant, "refused": one.reason, "at": one.at.isoformat(timespec="seconds")}
            else:
                yield as_json(one)


def _audited(result: Outcome | Failed) -> Audited:
    if isinstance(result, Failed):
        return Refused(result.slug, str(result.refusal), datetime.now(UTC))
    return result.assessment

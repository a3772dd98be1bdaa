"""All councils of a provider in one workbook: how long that takes, and whether memory grows with the councils.

``python -m benchmarks.provider`` makes up the results of a hundred and of a thousand councils and rolls each up in a
process of its own. Exit code 1 where a council more costs more memory than it may.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from benchmarks.measure import report, run

ON = date(2026, 11, 22)
MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RUN = "20261121T093000Z"
FINDINGS = 150
"""As many as the larger sample council has."""
MOST_KB_A_COUNCIL = 40.0
"""What a council more may take of memory: its own rows, and nothing of its document."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    if asked.once:
        asyncio.run(report(lambda: _rolled_up(asked.once)))
        return 0
    peaks = {}
    for number in (asked.few, asked.many):
        with tempfile.TemporaryDirectory() as folder:
            size = make(Path(folder), number)
            figures = run("provider", "--once", folder, environ={})
        assert figures.rows == number, f"{figures.rows} councils of {number}"
        peaks[number] = figures.peak_mb
        print(
            f"{number:,} councils ({size / 1e6:,.0f} MB of assessments) in one workbook: {figures.seconds:.1f} s, "
            f"peak {figures.peak_mb:.0f} MB, {figures.start_mb:.0f} MB at the start."
        )
    each = (peaks[asked.many] - peaks[asked.few]) / (asked.many - asked.few) * 1_024
    verdict = "PASS" if each <= MOST_KB_A_COUNCIL else "OVER"
    print(f"{verdict}: {each:.1f} KB for every further council, at most {MOST_KB_A_COUNCIL:g} allowed.")
    return 0 if verdict == "PASS" else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.provider", description=__doc__)
    parser.add_argument("--few", type=int, default=100, help="councils of the smaller workbook")
    parser.add_argument("--many", type=int, default=1_000, help="councils of the larger one")
    parser.add_argument("--once", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


async def _rolled_up(folder: str) -> int:
    """Write the workbook; how many councils there are."""
    # Imported here, so that what is measured is the process that rolls up, and not the one that asks for it.
    from m365audit.engine.places import Places  # noqa: PLC0415
    from m365audit.engine.roll_up import fleet as roll_up  # noqa: PLC0415
    from m365audit.settings import tenants_available  # noqa: PLC0415

    places = Places(Path(folder) / "config", Path(folder) / "reports")
    roll_up.write(places, ON)
    return len(tenants_available(places.config))


def make(folder: Path, councils: int) -> int:
    """Tenant files and results of so many councils; the bytes of all assessments."""
    tenants = folder / "config" / "tenants"
    tenants.mkdir(parents=True)
    manifest = orjson.dumps({"version": 1, "data_sets": {"accounts": {"sha256": "0" * 64}}})
    body, size = document(), 0
    for number in range(councils):
        slug = f"council-{number:04}"
        (tenants / f"{slug}.yaml").write_text(
            f"council: Council {number:04}\ntenant_id: 11111111-2222-3333-4444-{number:012}\npolicy: towcester\n"
            "provider: Example IT\nauth: {kind: token}\n",
            encoding="utf-8",
        )
        run_folder = folder / "reports" / slug / RUN
        (run_folder / "evidence").mkdir(parents=True)
        (run_folder / "evidence" / "manifest.json").write_bytes(manifest)
        size += (run_folder / "assessment.json").write_bytes(orjson.dumps({**body, "tenant": slug}))
    return size


def document() -> dict[str, Any]:
    """An assessment as large as the larger sample council's."""
    from m365audit.policy import load, policies_available  # noqa: PLC0415
    from m365audit.rules import RULES  # noqa: PLC0415

    rules = list(RULES.values())
    config = Path("config")
    loaded = [load(name, config_dir=config, known_checks=RULES) for name in policies_available(config)]
    policies = [policy for policy in loaded if policy.id in {"towcester", "baseline"}]
    subject = {"kind": "account", "id": "0" * 36, "name": "Councillor Somebody of the Council"}
    return {
        "version": 1, "tenant": "", "tenant_id": "", "council": "Council", "provider": "Example IT",
        "policy": "towcester", "run": RUN, "as_of": "2026-11-21", "tool_version": "0.1.0", "register": True,
        "clauses": [
            {
                "id": clause.id, "policy": policy.id, "line": clause.line, "heading": clause.heading, "force": "must",
                "result": "Does not meet", "because": "x" * 200, "checks": [], "supporting": [], "attestations": [],
                "statements": [],
            }
            for policy in policies
            for clause in policy.clauses
        ],
        "checks": [
            {"id": rule.id, "result": "Does not meet", "because": "x" * 100, "findings": 3, "unjudged": 0}
            for rule in rules
        ],
        "findings": [
            {
                "reference": "M365-AAAAAAAA", "rule": rules[number % len(rules)].id, "clauses": ["A-EML-01"],
                "result": "Does not meet", "severity": "high", "subject": subject, "because": "x" * 200,
                "fix": "x" * 200, "actor": "provider", "first_seen": "2026-09-21", "state": "open", "decision": None,
                "concerns": ["somebody@example.test"], "open_since": "2026-09-21", "months_open": 2,
            }
            for number in range(FINDINGS)
        ],
        "gaps": [
            {"data_set": "sharing", "scope": f"drive:{number}", "kind": "throttled", "detail": "x" * 80, "fix": "x",
             "said": "x", "rules": ["share-anyone-link"]}
            for number in range(20)
        ],
        "coverage": {f"d{number}": {"scopes": 1, "whole": 1, "rows": 9} for number in range(60)},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

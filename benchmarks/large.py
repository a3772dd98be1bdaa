"""A council of thousands, whole: how long collecting, judging and reporting take, in how much memory.

``python -m benchmarks.large PEOPLE`` makes the council up, collects it in virtual time (client and imitation in one
process), then judges it and writes its workbooks, each in a process of its own. Only ratios within one run mean
anything, so each is held against a yardstick of the same run: reading every frame of the evidence once, collecting
against the least Microsoft's limits allow. Exit code 1 where what was planted is not what was found, or a limit is
broken.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# What the tests collect by is what is measured.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from virtual import NOW, LoopClock, outside, run

from benchmarks.measure import peak_mb
from m365audit.engine.audit import collect, evaluate
from m365audit.engine.places import Places
from m365audit.engine.workbooks import write as write_workbooks
from m365audit.sample.councils import scaled
from m365audit.sample.demo import write_config
from m365audit.sample.service.least_time import least_times
from m365audit.sample.service.server import Service
from m365audit.settings import load_tenant
from m365audit.snapshot import RunFolder, Snapshot

THERE_AND_BACK = 0.05
MOST_OF_BOUND = 1.15
MOST_OF_READING = 30
"""Judging everything, the specimen workbook included, takes at most so many times the reading of all frames."""

MOST_OF_EVALUATING = 2
"""And writing both workbooks at most so many times the judging."""

Figures = dict[str, Any]


def main(arguments: list[str]) -> int:
    """The whole benchmark, or, with the name of a part and a folder, that part alone."""
    if len(arguments) > 1:
        part, folder = arguments[0], Path(arguments[1])
        began = time.process_time()
        figures = PARTS[part](folder, arguments[2])
        seconds = figures.pop("seconds", time.process_time() - began)
        print(json.dumps({"seconds": seconds, "peak": peak_mb(), **figures}))
        return 0
    with tempfile.TemporaryDirectory() as place:
        figures = {part: _apart(part, place, arguments[0]) for part in PARTS}
    return _say(int(arguments[0]), figures)


def _apart(part: str, place: str, people: str) -> Figures:
    """A part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.large", part, place, people]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def collecting(folder: Path, people: str) -> Figures:
    """Make up and collect; the council's answers are left beside the evidence."""
    council = scaled(int(people), seed=1, as_of=NOW)
    clock = LoopClock()
    service = Service([council.tenant], clock=clock)
    service.url = "http://127.0.0.1:1"
    write_config(folder, [council], service.url)
    (folder / "slug").write_text(council.slug, encoding="utf-8")
    planted = sorted((plant.rule, plant.subject) for plant in council.planted)
    (folder / "planted.json").write_text(json.dumps(planted), encoding="utf-8")
    tenant = load_tenant(folder, council.slug)
    began, made_up = time.process_time(), peak_mb()

    async def whole() -> float:
        kept = await collect(tenant, _places(folder), NOW, outside=outside(service, clock, tenant))
        (folder / "run").write_text(str(kept.path), encoding="utf-8")
        return asyncio.get_running_loop().time()

    virtual = run(whole())
    least = least_times(service.requests, [council.tenant], THERE_AND_BACK)
    return {
        "seconds": time.process_time() - began,
        "made up": made_up,
        "virtual": virtual,
        "least": least[0].seconds,
        "tight": f"{least[0].bucket}, {least[0].counted_by}",
        "asked": len(service.requests),
        "refused": sum(service.throttled.values()),
    }


def reading(folder: Path, _people: str) -> Figures:
    """Every frame of the evidence, once: the yardstick."""
    snapshot = Snapshot.open(_run(folder))
    return {"rows": sum(len(snapshot.frame(name)) for name in snapshot.records)}


def evaluating(folder: Path, _people: str) -> Figures:
    """Judge, and hold what was found against what was planted."""
    tenant = load_tenant(folder, _slug(folder))
    began = time.process_time()
    assessment = evaluate(tenant, _places(folder), _run(folder))
    seconds = time.process_time() - began
    found = {(finding.rule, finding.subject.id) for finding in assessment.findings}
    planted = {(rule, subject) for rule, subject in json.loads((folder / "planted.json").read_text(encoding="utf-8"))}
    missed, invented = len(planted - found), len(found - planted)
    return {"seconds": seconds, "planted": len(planted), "missed": missed, "invented": invented}


def reporting(folder: Path, _people: str) -> Figures:
    """Judge again, which is not counted, and write both workbooks."""
    tenant = load_tenant(folder, _slug(folder))
    assessment = evaluate(tenant, _places(folder), _run(folder))
    began = time.process_time()
    workbooks = write_workbooks(assessment, _run(folder))
    return {
        "seconds": time.process_time() - began,
        "bytes": sum(workbook.stat().st_size for workbook in workbooks),
    }


PARTS = {"collect": collecting, "read": reading, "evaluate": evaluating, "report": reporting}


def _places(folder: Path) -> Places:
    return Places(folder, folder / "reports")


def _slug(folder: Path) -> str:
    return (folder / "slug").read_text(encoding="utf-8")


def _run(folder: Path) -> RunFolder:
    return RunFolder(Path((folder / "run").read_text(encoding="utf-8")))


def _say(people: int, figures: dict[str, Figures]) -> int:
    collected, judged = figures["collect"], figures["evaluate"]
    print(f"\nA council of {people:,} people, {figures['read']['rows']:,} rows of evidence, whole.")
    print(f"{'':12}{'CPU s':>9}{'peak MB':>9}")
    for part, figure in figures.items():
        print(f"{part:12}{figure['seconds']:>9.2f}{figure['peak']:>9.0f}")
    print(
        f"Collecting: the imitation alone holds {collected['made up']:.0f} MB; {collected['asked']:,} requests, "
        f"{collected['refused']} refused; {collected['virtual']:,.0f} virtual seconds, and the least is "
        f"{collected['least']:,.0f} ({collected['tight']})."
    )
    print(f"{judged['planted']:,} planted, {judged['missed']} missed, {judged['invented']} invented.")
    limits = (
        ("collecting, of the least the limits allow", collected["virtual"] / collected["least"], MOST_OF_BOUND),
        ("judging, of reading all evidence", judged["seconds"] / figures["read"]["seconds"], MOST_OF_READING),
        ("reporting, of judging", figures["report"]["seconds"] / judged["seconds"], MOST_OF_EVALUATING),
    )
    for name, ratio, limit in limits:
        print(f"{'PASS' if ratio <= limit else 'OVER'}: {ratio:.2f} {name}, at most {limit:g} allowed.")
    exact = not judged["missed"] and not judged["invented"]
    return 0 if exact and all(ratio <= limit for _, ratio, limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

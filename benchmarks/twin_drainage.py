"""A drainage what-if from question to answer, beside SWMM alone on the very same models.

Bare is a process that only calls `swmm_run` on both models, one after the other, as SWMM's own
command does; beside it two such processes at once, as the twin runs them. All are measured in turn.
The process that asks has its modules imported and the city's model opened, as a waiting worker of
the role `jobs` has.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.asker import Asker
from benchmarks.figures import ROOT, Report, Table, percentile, publish, spread, verdict
from settings import Settings
from twin.drainage.run import read_asked, warm, work

ANSWER_S, RATIO = 1.5, 1.3
BARE = """
import sys
from swmm.toolkit import solver
for at in range(1, len(sys.argv), 3):
    solver.swmm_run(*sys.argv[at : at + 3])
"""
SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "100 mm in 2 h, no pump": {
        "storm": {"kind": "named", "id": "burst-100"},
        "measures": [{"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 20}],
    },
    "30/9/2025, a trunk blocked": {
        "storm": {"kind": "named", "id": "2025-09-30"},
        "measures": [{"kind": "block", "conduit": "lang-ha.4", "share": 0.9}],
    },
}


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--runs", type=int, default=10, help="of each scenario")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(
            data_dir=Path(scratch) / "data", city=ROOT / "city", boundaries=chosen.boundaries
        )
        rows: list[Row] = []
        warm(settings)
        for name, scenario in SCENARIOS.items():
            told, bare = [], []
            for _ in range(chosen.runs):
                told.append(_answer(settings, scenario))
                bare.append(_bare(settings, scenario))
            rows.append((name, told, bare))
    publish(_report(rows, boundaries=chosen.boundaries is not None), write=chosen.write)


def _answer(settings: Settings, scenario: Mapping[str, Any]) -> tuple[float, float]:
    """Return seconds to the answer and to the first picture."""
    with tempfile.TemporaryDirectory() as folder:
        asker = Asker(settings, Path(folder))
        begun_s = time.perf_counter()
        work({"scenario": scenario}, asker)
        took_s = time.perf_counter() - begun_s
    return took_s, took_s if asker.first_s is None else asker.first_s


@dataclass(frozen=True, slots=True)
class Bare:
    """Seconds of SWMM alone on the same two models, and how large they are."""

    after_s: float  # one after the other
    beside_s: float  # both at once
    catchments: int
    nodes: int


Row = tuple[str, list[tuple[float, float]], list[Bare]]  # a scenario, its answers, SWMM alone


def _bare(settings: Settings, scenario: Mapping[str, Any]) -> Bare:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cases = list(read_asked(scenario, None, Asker(settings, folder)).cases())
        for case in cases:
            (folder / f"{case.name}.inp").write_text(case.text, "utf-8")
        files = [
            [str(folder / f"{case.name}.{kind}") for kind in ("inp", "rpt", "out")]
            for case in cases
        ]
        after_s = _timed([[name for each in files for name in each]])
        beside_s = _timed(files)
        listed = cases[0].text.partition("[SUBCATCHMENTS]")[2].partition("\n[")[0]
        lines = [line for line in listed.splitlines() if line and not line.startswith(";")]
        return Bare(after_s, beside_s, len(lines), len(cases[0].nodes))


def _timed(runs: Sequence[Sequence[str]]) -> float:
    """Return seconds until processes that were started at once have all ended."""
    begun_s = time.perf_counter()
    running = [
        subprocess.Popen([sys.executable, "-c", BARE, *files], stdout=subprocess.DEVNULL)
        for files in runs
    ]
    codes = [child.wait() for child in running]
    took_s = time.perf_counter() - begun_s
    if any(codes):
        raise RuntimeError("SWMM alone did not come to its end")
    return took_s


def _report(rows: Sequence[Row], *, boundaries: bool) -> Report:
    answers = [took for _, told, _ in rows for took, _ in told]
    after = [_over(told, [each.after_s for each in bare]) for _, told, bare in rows]
    beside = [_over(told, [each.beside_s for each in bare]) for _, told, bare in rows]
    table = Table(
        ("what-if of 6 h", "runs", "answer p50 s", "p95", "max",
         "SWMM alone, one after the other p50 s", "ratio", "both at once p50 s", "ratio"),
        [
            (
                name,
                str(len(told)),
                *spread([took for took, _ in told], decimals=2),
                f"{percentile([each.after_s for each in bare], 50):.2f}",
                f"{one:.2f}",
                f"{percentile([each.beside_s for each in bare], 50):.2f}",
                f"{other:.2f}",
            )
            for (name, told, bare), one, other in zip(rows, after, beside, strict=True)
        ],
    )  # fmt: skip
    worst = percentile(answers, 95)
    goals = Table(
        ("figure", "to reach", "measured", ""),
        [
            ("answer, p95", f"{ANSWER_S} s", f"{worst:.2f} s", verdict(worst, ANSWER_S)),
            ("over SWMM alone, one after the other", f"{RATIO}", f"{max(after):.2f}",
             verdict(max(after), RATIO)),
            ("over SWMM alone, both at once", f"{RATIO}", f"{max(beside):.2f}",
             verdict(max(beside), RATIO)),
        ],
    )  # fmt: skip
    cut = "real boundaries" if boundaries else "schematic cells"
    size = rows[0][2][0]
    how = f"""{size.catchments} sub-catchments of {cut}, {size.nodes} nodes; base and what-if beside
        each other, 15 s routing steps, dynamic waves; from the scenario to its whole result: the
        city is read, its model built, run and told. SWMM alone has both models written already."""
    return Report("twin_drainage", "Drainage what-if", how, [table, goals])


def _over(told: Sequence[tuple[float, float]], bare_s: Sequence[float]) -> float:
    return percentile([took for took, _ in told], 50) / percentile(bare_s, 50)


if __name__ == "__main__":
    main()

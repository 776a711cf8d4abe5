"""A drainage what-if from question to answer, beside SWMM alone on the very same models.

Base and what-if of 6 hours run beside each other, as the twin runs them; bare are two processes
that only call `swmm_run`. Both are measured in turn. The process that asks has its modules
imported, as a waiting worker of the role `jobs` has.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.figures import ROOT, Report, Table, percentile, publish, spread, verdict
from data_access.envelope import Envelope
from settings import Settings
from twin.drainage.run import read_asked, work

ANSWER_S, RATIO = 1.5, 1.3
BARE = "import sys; from swmm.toolkit import solver; solver.swmm_run(*sys.argv[1:])"
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


class Asker:
    """A job's work as this program asks it; notes when the first picture came."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.first_s: float | None = None
        self._begun_s = time.perf_counter()

    def progress(self, share: float, step: str) -> None:
        """Let it be."""

    def partial(self, result: Mapping[str, Any]) -> None:
        """Note when the first picture came."""
        if self.first_s is None:
            self.first_s = time.perf_counter() - self._begun_s

    def publish(self, envelope: Envelope) -> None:
        """Let it be."""

    def check(self) -> None:
        """Go on."""


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--runs", type=int, default=10, help="of each scenario")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(
            data_dir=Path(scratch) / "data", city=ROOT / "city", boundaries=chosen.boundaries
        )
        rows, sizes = [], (0, 0)
        _answer(settings, next(iter(SCENARIOS.values())))  # boundaries are simplified once
        for name, scenario in SCENARIOS.items():
            told, bare = [], []
            for _ in range(chosen.runs):
                told.append(_answer(settings, scenario))
                took_s, sizes = _bare(settings, scenario)
                bare.append(took_s)
            rows.append((name, told, bare))
    publish(_report(rows, sizes, boundaries=chosen.boundaries is not None), write=chosen.write)


def _answer(settings: Settings, scenario: Mapping[str, Any]) -> tuple[float, float]:
    """Return seconds to the answer and to the first picture."""
    with tempfile.TemporaryDirectory() as folder:
        asker = Asker(settings, Path(folder))
        begun_s = time.perf_counter()
        work({"scenario": scenario}, asker)
        took_s = time.perf_counter() - begun_s
    return took_s, took_s if asker.first_s is None else asker.first_s


def _bare(settings: Settings, scenario: Mapping[str, Any]) -> tuple[float, tuple[int, int]]:
    """Return seconds of SWMM alone on the same two models, and their catchments and nodes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cases = read_asked(scenario, None, Asker(settings, folder)).cases()
        for case in cases:
            (folder / f"{case.name}.inp").write_text(case.text, "utf-8")
        begun_s = time.perf_counter()
        running = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    BARE,
                    *(str(folder / f"{case.name}.{kind}") for kind in ("inp", "rpt", "out")),
                ],
                stdout=subprocess.DEVNULL,
            )
            for case in cases
        ]
        if any(child.wait() for child in running):
            raise RuntimeError("SWMM alone did not come to its end")
        took_s = time.perf_counter() - begun_s
        catchments = cases[0].text.partition("[SUBCATCHMENTS]")[2].partition("\n[")[0]
        lines = [line for line in catchments.splitlines() if line and not line.startswith(";")]
        return took_s, (len(lines), len(cases[0].nodes))


def _report(
    rows: list[tuple[str, list[tuple[float, float]], list[float]]],
    sizes: tuple[int, int],
    *,
    boundaries: bool,
) -> Report:
    answers = [took for _, told, _ in rows for took, _ in told]
    ratios = [
        percentile([took for took, _ in told], 50) / percentile(bare, 50) for _, told, bare in rows
    ]
    table = Table(
        ("what-if of 6 h", "runs", "answer p50 s", "p95", "max", "bare SWMM p50 s", "ratio"),
        [
            (
                name,
                str(len(told)),
                *spread([took for took, _ in told], decimals=2),
                f"{percentile(bare, 50):.2f}",
                f"{ratio:.2f}",
            )
            for (name, told, bare), ratio in zip(rows, ratios, strict=True)
        ],
    )
    worst = percentile(answers, 95)
    goals = Table(
        ("figure", "to reach", "measured", ""),
        [
            ("answer, p95", f"{ANSWER_S} s", f"{worst:.2f} s", verdict(worst, ANSWER_S)),
            ("over the bare engine", f"{RATIO}", f"{max(ratios):.2f}", verdict(max(ratios), RATIO)),
        ],
    )
    cut = "real boundaries" if boundaries else "schematic cells"
    how = f"""{sizes[0]} sub-catchments of {cut}, {sizes[1]} nodes; base and what-if beside each
        other, 15 s routing steps, dynamic waves; from the scenario to its whole result. Bare: two
        processes that only call swmm_run on the same files."""
    return Report("twin_drainage", "Drainage what-if", how, [table, goals])


if __name__ == "__main__":
    main()

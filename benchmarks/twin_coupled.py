"""The chain of water, traffic and reach from question to answer, and to its pictures on the way."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.asker import Asker
from benchmarks.figures import ROOT, Report, Table, percentile, publish, spread, verdict
from settings import Settings
from twin.coupled.run import work

ANSWER_S, FIRST_S = 20.0, 2.0
SCENARIO: Mapping[str, Any] = {
    "drainage": {
        "storm": {"kind": "named", "id": "burst-100"},
        "measures": [{"kind": "pumpsOff", "station": "tram-yen-so", "pumps": 20}],
    },
    "traffic": {"base": {"peak": "morning", "seeds": [1]}},
}


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--trips", type=float, default=1.0, help="factor on the trips of the hour")
    chosen = parser.parse_args()
    traffic = SCENARIO["traffic"]["base"] | {"tripsScale": chosen.trips}
    scenario = {**SCENARIO, "traffic": {"base": traffic}}
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(
            data_dir=Path(scratch) / "data", city=ROOT / "city", boundaries=chosen.boundaries
        )
        _answer(settings, scenario)  # the network, boundaries and the base of traffic are kept
        found = [_answer(settings, scenario) for _ in range(chosen.runs)]
    answers, firsts = [took for took, _, _ in found], [first for _, first, _ in found]
    rows = [
        ("first picture (water)", str(len(found)), *spread(firsts, decimals=2)),
        ("answer with reach", str(len(found)), *spread(answers, decimals=1)),
    ]
    goals = [
        ("first picture, p95", f"{FIRST_S} s", f"{percentile(firsts, 95):.2f} s",
         verdict(percentile(firsts, 95), FIRST_S)),
        ("answer, p95", f"{ANSWER_S} s", f"{percentile(answers, 95):.1f} s",
         verdict(percentile(answers, 95), ANSWER_S)),
    ]  # fmt: skip
    floods = len(found[0][2]["details"]["floods"])
    how = f"""100 mm in 2 h without pumps, 6 h of water; then one hour of morning traffic of one
        seed on what {floods} flooded links leave, and the minutes of ambulances and fire engines.
        The base of traffic is kept from before."""
    publish(
        Report(
            "twin_coupled",
            "Coupled what-if: water, traffic, reach",
            how,
            [
                Table(("", "runs", "p50 s", "p95", "max"), rows),
                Table(("figure", "to reach", "measured", ""), goals),
            ],
        ),
        write=chosen.write,
    )


def _answer(
    settings: Settings, scenario: Mapping[str, Any]
) -> tuple[float, float, Mapping[str, Any]]:
    """Return seconds to the answer and to the first picture, and the answer."""
    with tempfile.TemporaryDirectory() as folder:
        asker = Asker(settings, Path(folder))
        begun_s = time.perf_counter()
        answer = work({"scenario": scenario}, asker)
        took_s = time.perf_counter() - begun_s
    return took_s, took_s if asker.first_s is None else asker.first_s, answer


if __name__ == "__main__":
    main()

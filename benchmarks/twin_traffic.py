"""The traffic twin's what-if beside the bare engine on the same files.

The city's own network, an hour of the morning peak, its base kept from before: what a leader waits
for after "what if we close this street?". Not for how right the answer is.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.asker import Asker
from benchmarks.figures import ROOT, Report, Table, publish, verdict
from settings import Settings
from twin.traffic import engine, run, simulation
from twin.traffic.scenario import TrafficScenario, read_scenario
from twin.traffic.simulation import Case

FIRST_S, ALL_S, TIMES_BARE = 8.0, 30.0, 1.15
CLOSED = "N18-N24"  # Lê Duẩn


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    parser.add_argument("--runs", type=int, default=3, help="what-ifs, the median is told")
    parser.add_argument("--link", default=CLOSED, help="the link that is closed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-twin-") as scratch:
        publish(measure(Path(scratch), arguments.runs, arguments.link), write=arguments.write)


def measure(scratch: Path, runs: int, link: str) -> Report:
    """Return the report of so many what-ifs."""
    settings = Settings(data_dir=scratch / "data", city=ROOT / "city")
    seeds = [1, 2, 3, 4, 5]
    body = {
        "base": {"peak": "morning", "seeds": seeds},
        "measures": [{"kind": "close", "links": [link]}],
    }
    scenario = read_scenario(body)
    _what_if(settings, scratch / "warm", body)  # keeps the base
    firsts, alls, results = [], [], []
    for number in range(runs):
        first_s, all_s, result = _what_if(settings, scratch / f"run-{number}", body)
        firsts.append(first_s)
        alls.append(all_s)
        results.append(result)
    bare = [_bare(settings, scratch / f"bare-{number}", scenario) for number in range(runs)]
    bare_first, bare_all = (statistics.median(each[n] for each in bare) for n in (0, 1))
    first_s, all_s = statistics.median(firsts), statistics.median(alls)
    return _report(results[-1], (first_s, all_s), (bare_first, bare_all), runs)


def _what_if(
    settings: Settings, folder: Path, body: Mapping[str, Any]
) -> tuple[float, float, Mapping[str, Any]]:
    """Return seconds to the first answer and to the last, and that."""
    folder.mkdir()
    working = Asker(settings, folder)
    result = run.work({"scenario": body, "calibration": None}, working)
    all_s = time.perf_counter() - working.begun_s
    return working.first_s or all_s, all_s, result


def _bare(settings: Settings, folder: Path, scenario: TrafficScenario) -> tuple[float, float]:
    """Return seconds of the engine alone for the first seed, and for all as the twin runs them."""
    folder.mkdir()
    working = Asker(settings, folder)
    model = run.open_model(scenario, None, working)
    altered = run.altered_of(model, scenario, folder / "value", working)
    cases = [
        run.case_of(
            "value", model, scenario, altered, run.base_trips(model, scenario, seed), seed, working
        ).case
        for seed in scenario.base.seeds
    ]
    started_s = time.perf_counter()
    _run_at_once(cases[:1])
    first_s = time.perf_counter() - started_s
    _run_at_once(cases[1:])
    return first_s, time.perf_counter() - started_s


def _run_at_once(cases: Sequence[Case]) -> None:
    left, under_way = list(cases), []
    while left or under_way:
        while left and len(under_way) < run.AT_ONCE:
            case = left.pop(0)
            command = [engine.program("sumo"), *simulation.arguments(case)]
            with (case.folder / "bare.log").open("wb") as words:
                under_way.append(subprocess.Popen(command, cwd=case.folder, stdout=words))
        for process in [each for each in under_way if each.poll() is not None]:
            under_way.remove(process)
            if process.returncode:
                raise SystemExit(f"the bare engine ended with code {process.returncode}")
        time.sleep(0.01)


def _report(
    result: Mapping[str, Any],
    twin_s: tuple[float, float],
    bare_s: tuple[float, float],
    runs: int,
) -> Report:
    details = result["details"]
    counts = details["conservation"][0]
    kpis = {each["id"]: each for each in result["kpis"]}
    loss = kpis["loss"]
    rows = []
    for name, twin, bare, limit in (
        ("first seed", twin_s[0], bare_s[0], FIRST_S),
        ("interval of 5 seeds", twin_s[1], bare_s[1], ALL_S),
    ):
        times = twin / bare
        rows.append(
            (
                name, f"{twin:.1f}", f"{bare:.1f}", f"{times:.2f}",
                f"{limit:.0f} s: {verdict(twin, limit)}",
                f"{TIMES_BARE} x: {verdict(times, TIMES_BARE)}",
            )
        )  # fmt: skip
    network = details["network"]
    how = f"""The city's own network ({network["junctions"]} junctions, {network["links"]} links of
        which {network["inventedLinks"]} are invented, {network["edges"]} edges,
        {network["signals"]} signals), {len(result["areas"])} wards, an hour of the morning peak,
        {counts["base"]["asked"]} trips, {CLOSED} closed; the base is kept from before. The twin is
        the whole work of a job in one process that has opened the city, as a waiting worker of the
        role `jobs` has: network, trips, engine, figures. Bare is the engine's own program on the
        same files, as many at once. Medians of {runs}, seconds."""
    report = Report("twin_traffic", "A traffic what-if beside the bare engine", how)
    columns = ("seconds to", "twin", "bare", "times bare", "goal", "goal")
    report.tables.append(Table(columns, rows))
    report.notes.append(
        f"""The base is no gridlock: {counts["base"]["running"] + counts["base"]["waiting"]} of
        {counts["base"]["asked"]} trips not finished after the hour, {counts["base"]["teleports"]}
        moved past a jam. Time lost per trip {loss["base"]["mean"]:.2f} min, closed
        {loss["value"]["mean"]:.2f}; difference {loss["delta"]["low"]:.2f} to
        {loss["delta"]["high"]:.2f} (95 %, 5 pairs of seeds). Network and demand are partly
        invented: these are times of an engine, not figures of the city."""
    )
    return report


if __name__ == "__main__":
    main()

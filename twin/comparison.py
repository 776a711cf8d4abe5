"""Two to four runs beside each other: figures with differences and intervals, which is better.

Pure. Every run is held against its own base; where bases differ that is said, because then a
difference between runs is not of their measures alone. Not for words on screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from data_access.envelope import Text
from twin.doubts import balance_pct, doubts
from twin.result import Kpi, RunResult, Spread

FEWEST, MOST = 1, 4
SAME = 1e-6  # relative: bases made of the same inputs and seeds are the same figures

Verdict = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs that are compared."""

    job_id: str
    title: Text
    result: RunResult


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of all runs, in their order; None where a run has no such figure."""

    kpi_id: str
    label: Text
    unit: str
    decimals: int
    better: Literal["up", "down"]
    cells: tuple[Kpi | None, ...]
    balance_pct: float = 0.0  # the largest error of the runs' mass balance

    @property
    def base(self) -> Spread:
        """The base of the first run that has the figure."""
        return next(cell["base"] for cell in self.cells if cell is not None)

    @property
    def bases_differ(self) -> bool:
        """Tell whether the runs do not begin from the same base."""
        means = [cell["base"]["mean"] for cell in self.cells if cell is not None]
        return any(abs(each - means[0]) > SAME * max(1.0, abs(means[0])) for each in means)


def compare(runs: Sequence[Compared]) -> list[Row]:
    """Return the figures of one to four runs: those of the first run first, then what others add.

    Raises ValueError for fewer or more.
    """
    if not FEWEST <= len(runs) <= MOST:
        raise ValueError(f"{len(runs)} runs; expected {FEWEST} to {MOST}")
    found: list[dict[str, Kpi]] = [{kpi["id"]: kpi for kpi in run.result["kpis"]} for run in runs]
    order = dict.fromkeys(kpi_id for kpis in found for kpi_id in kpis)
    rows = []
    for kpi_id in order:
        cells = tuple(kpis.get(kpi_id) for kpis in found)
        first = next(cell for cell in cells if cell is not None)
        rows.append(
            Row(
                kpi_id,
                first["label"],
                first["unit"],
                first["decimals"],
                first["better"],
                cells,
                max(balance_pct(run.result) or 0.0 for run in runs),
            )
        )
    return rows


def verdict(kpi: Kpi, balance_pct: float | None = None) -> Verdict:
    """Tell whether a run is better or worse than its base, or not told apart from it.

    A difference whose 95 % interval holds zero is none; nor is one of water, in which chance has no
    part, that is less than the error of its mass balance.
    """
    if abs(kpi["delta"]["mean"]) <= resolution(kpi, balance_pct):
        return "same"
    return _judged(kpi["delta"], kpi["better"])


def resolution(kpi: Kpi, balance_pct: float | None) -> float:
    """Return what a difference must be more than to be one: what is told as 0 is none."""
    shown = 0.5 * 10.0 ** -kpi["decimals"]
    if not balance_pct or kpi["delta"]["low"] != kpi["delta"]["high"]:
        return shown
    return max(shown, balance_pct / 100 * max(abs(kpi["base"]["mean"]), abs(kpi["value"]["mean"])))


def ranking(row: Row) -> list[tuple[int, int]]:
    """Return (index of the run, its rank from 1), the best first.

    Runs whose intervals of the figure overlap share a rank: chance may have ordered them. So do
    figures of water that differ by less than the error of its mass balance.
    """
    sign = 1.0 if row.better == "down" else -1.0
    known = [(index, cell["value"]) for index, cell in enumerate(row.cells) if cell is not None]
    known.sort(key=lambda each: (sign * each[1]["mean"], each[0]))
    ranked: list[tuple[int, int]] = []
    leader: Spread | None = None
    rank = 0
    for place, (index, spread) in enumerate(known, start=1):
        if leader is None or not _overlap(leader, spread, row.balance_pct):
            leader, rank = spread, place
        ranked.append((index, rank))
    return ranked


def limits(runs: Sequence[Compared]) -> list[Text]:
    """Return all that is to be doubted of the runs, each once, in their order."""
    said: dict[str, Text] = {}
    for run in runs:
        for words in doubts(run.result):
            said.setdefault(words.get("vi", ""), words)
    return list(said.values())


def engines(runs: Sequence[Compared]) -> Mapping[str, str]:
    """Return the engines of all runs with their versions."""
    return {name: version for run in runs for name, version in run.result["engine"].items()}


def _judged(delta: Spread, better: str) -> Verdict:
    if delta["low"] <= 0 <= delta["high"]:
        return "same"
    return "better" if (delta["mean"] < 0) == (better == "down") else "worse"


def _overlap(one: Spread, other: Spread, balance_pct: float) -> bool:
    if one["low"] == one["high"] and other["low"] == other["high"]:
        most = max(abs(one["mean"]), abs(other["mean"]))
        return abs(one["mean"] - other["mean"]) <= balance_pct / 100 * most
    return one["low"] <= other["high"] and other["low"] <= one["high"]

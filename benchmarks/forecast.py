"""Forecasting: how long and how much memory 1,000 series take, and how right it is on public ones.

    python -m benchmarks.forecast --data FOLDER [--series 1000] [--cuts 10] [--write]

Accuracy is told as it would have been: at each of several moments of the last part of a series, all
of the product's code is given what lay before, and its answer is held against what came. MASE is in
units of the seasonal naive's mean error before the first of these moments. Without `--data` the
series are timed alone.
"""

from __future__ import annotations

import argparse
import resource
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psutil

from analytics.forecast.baselines import bases
from analytics.forecast.choice import naive_errors
from analytics.forecast.forecasting import Asked, forecast
from analytics.forecast.intervals import LEVELS
from analytics.forecast.panel import panel
from analytics.forecast.rolling import MODEL
from analytics.grid import Grid
from analytics.series import Floats, Regular
from benchmarks.figures import ROOT, Report, Table, publish
from benchmarks.public_series import Kind, kinds
from benchmarks.rain_beside import outcomes
from data_access.city import load_city

HOURS, AHEAD = 60 * 24, 24
MOST_S, MOST_MB = 120.0, 1000.0
COVERED = (0.75, 0.85)
LAST = 0.3  # of a series, in which the moments lie
FEW = 24  # moments of a kind with at most …
FEW_SERIES = 12  # … so many series: the same weather passes over all of them
SEEDS, RAIN_MOMENTS = (7, 8), 6
METHODS = ("shown", "naive", "profile")
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(slots=True)
class Score:
    """Of one series over all moments: errors by method in its own unit, and how many were held."""

    unit: float
    errors: dict[str, list[float]] = field(default_factory=lambda: {m: [] for m in METHODS})
    inside: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    banded: int = 0
    models: int = 0
    moments: int = 0
    held: dict[int, float] = field(default_factory=dict)  # share in the 80 % interval by moment

    def mase(self, method: str) -> float:
        """Return the mean error in units of the naive's before."""
        return float(np.mean(self.errors[method])) / self.unit

    def coverage(self, level: float) -> float | None:
        """Return the share of values that lay in the interval."""
        return self.inside[level] / self.banded if self.banded else None


def main() -> None:
    """Time, then test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of public series")
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=10, help="moments a series is forecast at")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    given = parser.parse_args()
    report = Report(
        "forecast",
        "Forecasts",
        f"""Time: {given.series} hourly series of 60 days with daily and weekly rhythm, noise that
        lasts, and gaps: back-test, choice, intervals, training on all and 24 hours ahead. Accuracy:
        public series; at {given.cuts} moments of their last {LAST:.0%} the whole of it is given
        what lay before.""",
    )
    report.tables.append(_time(given.series))
    report.tables.append(_beside(report))
    if given.data is not None:
        report.tables += _accuracy(given.data, given.cuts, report)
    publish(report, write=given.write)


def _time(count: int) -> Table:
    series = _made(count)
    before_mb, begun = _rss_mb(), time.perf_counter()
    with _Peak() as peak:
        found, refused = forecast(series, Asked(AHEAD, least=0.0))
    took_s = time.perf_counter() - begun
    models = sum(each.choice.method == MODEL for each in found)
    covered = np.mean([c for each in found if (c := each.coverage[0.8]) is not None])
    return Table(
        ("what", "figure", "to reach", ""),
        (
            ("series forecast, refused", f"{len(found)}, {len(refused)}", "", ""),
            ("back-test, train, forecast", f"{took_s:.1f} s", f"<= {MOST_S:.0f} s",
             _word(took_s <= MOST_S)),
            ("resident memory at the most", f"{peak.mb:.0f} MB (before: {before_mb:.0f})",
             f"<= {MOST_MB:.0f} MB", _word(peak.mb <= MOST_MB)),
            ("shown as a model", f"{models} of {len(found)}", "", ""),
            ("80 % interval held, in the back-test", f"{covered:.1%}", "75-85 %",
             _word(COVERED[0] <= covered <= COVERED[1])),
        ),
    )  # fmt: skip


def _beside(report: Report) -> Table:
    """Return the errors of water levels with and without the rain that is forecast."""
    city = load_city(ROOT / "city")
    found = np.array(
        [each for seed in SEEDS for each in outcomes(city, seed=seed, moments=RAIN_MOMENTS)]
    )
    without, beside, baseline = found.mean(axis=0)
    report.notes.append(
        f"Water levels: simulated waters and forecasts of rain, {len(SEEDS)} rainy seasons, "
        f"at {RAIN_MOMENTS} moments of each; what real waters tell every room tests on its own."
    )
    return Table(
        ("water levels, 24 hours ahead", "mean error"),
        (
            ("with the rain that is forecast", f"{beside:.2f} cm"),
            ("without it", f"{without:.2f} cm"),
            ("baselines alone", f"{baseline:.2f} cm"),
        ),
    )


def _accuracy(data: Path, cuts: int, report: Report) -> list[Table]:
    rows: list[tuple[str, ...]] = []
    each_row: list[tuple[str, ...]] = []
    better = total = 0
    for kind in kinds(data):
        begun = time.perf_counter()
        scores = {name: each for name, each in _scores(kind, cuts).items() if each.moments}
        took_s = time.perf_counter() - begun
        if not scores:
            continue
        means = {m: float(np.mean([each.mase(m) for each in scores.values()])) for m in METHODS}
        wins = means["shown"] < means["naive"] and means["shown"] < means["profile"]
        covered = _pooled(scores, 0.8)
        better, total = better + wins, total + 1
        models = sum(each.models for each in scores.values())
        moments = sum(each.moments for each in scores.values())
        rows.append(
            (kind.name, str(len(scores)), *(f"{means[m]:.3f}" for m in METHODS), _word(wins),
             f"{covered:.1%} ± {_chance(scores):.1%}", _word(COVERED[0] <= covered <= COVERED[1]),
             f"{_pooled(scores, 0.95):.1%}", f"{models} of {moments}", f"{took_s:.0f} s")
        )  # fmt: skip
        each_row += [
            (kind.name, name, *(f"{score.mase(m):.3f}" for m in METHODS),
             _share(score.coverage(0.8)), f"{score.models} of {score.moments}")
            for name, score in _worst(scores)
        ]  # fmt: skip
    overall = {m: float(np.mean([float(row[i]) for row in rows])) for i, m in enumerate(METHODS, 2)}
    wins = overall["shown"] < min(overall["naive"], overall["profile"])
    report.notes.append(
        f"Mean of the kinds: MASE {overall['shown']:.3f}, naive {overall['naive']:.3f}, profile "
        f"{overall['profile']:.3f} ({_word(wins)}); better than both in {better} of {total} kinds. "
        "The second table has the series on which it did worst beside the better baseline. Beside "
        "the share that the 80 % interval held stands one standard error, of moments."
    )
    heads = ("kind", "series", "MASE", "naive", "profile", "better", "80 % held", "75-85 %",
             "95 % held", "a model spoke", "took")  # fmt: skip
    own = ("kind", "series", "MASE", "naive", "profile", "80 % held", "a model spoke")
    return [Table(heads, rows), Table(own, each_row)]


def _scores(kind: Kind, cuts: int) -> dict[str, Score]:
    parts = [kind.series] if kind.is_together else [{n: s} for n, s in kind.series.items()]
    found: dict[str, Score] = {}
    for part in parts:
        first = min(each.first for each in part.values())
        last = max(each.last for each in part.values())
        begin = last - round(LAST * (last - first))
        count = max(cuts, FEW if len(kind.series) <= FEW_SERIES else 0)
        moments = np.unique(np.linspace(begin, last - kind.horizon, count).astype(int))
        told = panel({n: each.until(begin) for n, each in part.items()}, 1)
        units = naive_errors(told, told.last)
        scores = {name: Score(float(unit)) for name, unit in zip(part, units, strict=True)}
        for moment in moments.tolist():
            _at(kind, part, moment, scores)
        found |= scores
    return found


def _at(kind: Kind, part: dict[str, Regular], moment: int, scores: dict[str, Score]) -> None:
    past = {name: each.until(moment) for name, each in part.items()}
    made, _ = forecast(past, Asked(kind.horizon, kind.in_logs, least=0.0))
    for each in made:
        truth = part[each.name].at(int(each.slots[0]), int(each.slots[-1]))
        known = np.isfinite(truth)
        if not known.any():
            continue
        score = scores[each.name]
        score.moments += 1
        score.models += each.choice.method == MODEL
        others = _baselines(past[each.name], len(each.slots), each.choice.naive)
        for method, said in {"shown": each.values, **others}.items():
            score.errors[method] += np.abs(truth - said)[known].tolist()
        if each.low is not None and each.high is not None:
            score.banded += int(known.sum())
            for level in LEVELS:
                held = (truth >= each.low[level]) & (truth <= each.high[level])
                score.inside[level] += int(held[known].sum())
                if level == LEVELS[0]:
                    score.held[moment] = float(held[known].mean())


def _baselines(past: Regular, ahead: int, naive: str) -> dict[str, Floats]:
    """Return the better seasonal naive (as chosen in the back-test) and the profile."""
    told = panel({"it": past}, ahead)
    based, steps = bases(told), np.arange(1, ahead + 1)
    of = (np.zeros(ahead, np.int64), np.full(ahead, told.last[0]), steps)
    season = told.short if naive == "naive_short" else told.long
    return {"naive": based.naive(season, *of), "profile": based.profile(*of)}


def _worst(scores: dict[str, Score], most: int = 6) -> list[tuple[str, Score]]:
    def beside(pair: tuple[str, Score]) -> float:
        score = pair[1]
        return score.mase("shown") / min(score.mase("naive"), score.mase("profile"))

    return sorted(scores.items(), key=beside, reverse=True)[:most]


def _pooled(scores: dict[str, Score], level: float) -> float:
    banded = sum(each.banded for each in scores.values())
    return sum(each.inside[level] for each in scores.values()) / max(1, banded)


def _chance(scores: dict[str, Score]) -> float:
    """Return the standard error of the share held: moments stand for themselves, series do not."""
    by_moment: dict[int, list[float]] = {}
    for score in scores.values():
        for moment, share in score.held.items():
            by_moment.setdefault(moment, []).append(share)
    shares = [float(np.mean(each)) for each in by_moment.values()]
    return float(np.std(shares, ddof=1)) / len(shares) ** 0.5 if len(shares) > 1 else float("nan")


def _made(count: int) -> dict[str, Regular]:
    grid, chance = Grid("PT1H", LOCAL), np.random.default_rng(7)
    at = np.arange(HOURS)
    found = {}
    for number in range(count):
        level, sway = chance.uniform(20, 500), chance.uniform(0.1, 0.6)
        weekend = np.where(at // 24 % 7 >= 5, chance.uniform(0.4, 1.0), 1.0)
        rhythm = 1 + sway * weekend * np.sin(2 * np.pi * (at - chance.integers(24)) / 24)
        keeps, noise = chance.uniform(0.0, 0.98), np.zeros(HOURS)
        draws = chance.normal(size=HOURS)
        for hour in range(1, HOURS):
            noise[hour] = keeps * noise[hour - 1] + draws[hour]
        values = level * (rhythm + 0.05 * noise)
        values[chance.random(HOURS) < 0.02] = np.nan
        found[f"series {number}"] = Regular(grid, 490_000, np.maximum(values, 0.0))
    return found


def _share(share: float | None) -> str:
    return "none said" if share is None else f"{share:.0%}"


def _word(is_reached: bool) -> str:
    return "reached" if is_reached else "NOT reached"


def _rss_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


class _Peak:
    """The most memory this process holds while inside, looked at ten times a second."""

    def __enter__(self) -> _Peak:
        self.mb = _rss_mb()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        # What the kernel counted since the process began is no less; it is told when it is more.
        self.mb = max(self.mb, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)

    def _look(self) -> None:
        while not self._end.wait(0.1):
            self.mb = max(self.mb, _rss_mb())


if __name__ == "__main__":
    main()

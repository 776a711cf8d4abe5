"""Which method speaks for a series: the model only where it beat every baseline in the past.

The baseline is the profile, unless another erred clearly less over the whole back-test, or the mean
of all did, weighed by how little each erred: what errs apart errs less together (Bates and Granger
1969). What a short back-test says of a series is drawn towards what all series of the kind say. How
far the model is trusted beside the baseline, by slots ahead, is chosen on the older half alone. The
model is shown when it was better than its baseline there, and than all of them on the newer half
and in all, and that in most stretches of the past and by more than chance: a few lucky days make no
model.

Errors are told of the newer half: MASE, in units of the mean error of the seasonal naive within the
series before the back-test (Hyndman and Koehler 2006), so that 1 is a forecast of yesterday's same
hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from analytics.forecast.panel import Panel
from analytics.forecast.rolling import (
    LEVEL,
    MIX,
    MODEL,
    NAIVE_LONG,
    NAIVE_SHORT,
    PROFILE,
    Bools,
    Method,
    Rolled,
)
from analytics.grid import Ints
from analytics.series import Floats

NAIVES: tuple[Method, Method] = (NAIVE_SHORT, NAIVE_LONG)
PARTS_OF_MIX: tuple[Method, ...] = (NAIVE_SHORT, NAIVE_LONG, PROFILE, LEVEL)
SHARPLY = 4.0  # power of the errors a part of the mix is weighed by: twice as wrong, a sixteenth
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
TRUST = (0.5, 1.0)  # of the weights of all series, in one
PARTS = 6  # of the way ahead, each with a weight of its own
CLEARLY = 0.95  # what a baseline must be of the profile's error to stand in its place
BETTER = 0.99  # a model this much better than a baseline is no draw
SURE = 1.0  # standard errors that a model must be ahead of its baseline
LEAST_STRETCHES = 3  # below which nobody knows how far chance goes
OWN = 8.0  # stretches of a series that count as much as those of all series
LEAST_TESTED = 12  # rows below which no error is told


@dataclass(frozen=True, slots=True)
class Choice:
    """Of one series: who speaks, beside which baseline, and how far each erred on the newer half.

    `errors` are mean absolute errors in the series' unit, `mase` in units of the naive's; None of
    what was not measured.
    """

    method: Method
    naive: Method  # the better season
    baseline: Method  # what the model had to beat
    weights: Floats  # of the model beside the baseline, by slots ahead (0 is none)
    errors: Mapping[str, float | None]  # by "naive", "profile", "model", "shown"
    mase: Mapping[str, float | None]
    tested: int  # origins of the newer half
    mix: Mapping[Method, float] = field(default_factory=dict)  # the weights of baselines' mean


def choose(panel: Panel, rolled: Rolled, truth: Floats, said: Mapping[str, Floats]) -> list[Choice]:
    """Return the choice of each series; `truth` and `said` are in the series' own unit."""
    unit = naive_errors(panel, rolled.begin)
    bounds = np.searchsorted(rolled.series, np.arange(len(panel.names) + 1)).tolist()
    shared = weights_ahead(panel.horizon, rolled, truth, said, unit)
    usual = _usual(truth, said, bounds, unit)
    rows = [slice(begin, end) for begin, end in pairwise(bounds)]

    def likely(row: int, name: Method) -> float:
        return _likely(said, truth, rolled, rows[row], float(unit[row]), usual, panel.horizon, name)

    expected = [{name: likely(row, name) for name in PARTS_OF_MIX} for row in range(len(rows))]
    mixes = [mixed(each) for each in expected]
    mean = np.empty(len(truth))
    for mix, of in zip(mixes, rows, strict=True):
        mean[of] = blend_of(mix, {name: each[of] for name, each in said.items()})
    said = {**said, MIX: mean}
    usual |= _usual(truth, {MIX: mean}, bounds, unit)
    return [
        _of_one(
            {name: each[of] for name, each in said.items()},
            truth[of],
            rolled,
            of,
            float(unit[row]),
            shared,
            {**expected[row], MIX: likely(row, MIX)},
            mixes[row],
        )
        for row, of in enumerate(rows)
    ]


def mixed(likely: Mapping[Method, float]) -> dict[Method, float]:
    """Return the weights of the baselines' mean, by the error to expect of each."""
    told = {name: each for name, each in likely.items() if np.isfinite(each)}
    if not told:
        return {PROFILE: 1.0}
    least = min(told.values())
    if least <= 0:
        share = {name: float(each <= 0) for name, each in told.items()}
    else:
        share = {name: (least / each) ** SHARPLY for name, each in told.items()}
    return {name: each / sum(share.values()) for name, each in share.items()}


def blend_of(mix: Mapping[Method, float], said: Mapping[str, Floats]) -> Floats:
    """Return the mean of the baselines by their weights."""
    found: Floats = np.sum([weight * said[name] for name, weight in mix.items()], axis=0)
    return found


def _likely(
    said: Mapping[str, Floats],
    truth: Floats,
    rolled: Rolled,
    of: slice,
    unit: float,
    usual: Mapping[str, float],
    horizon: int,
    name: Method,
) -> float:
    """Return the error to expect: its own, drawn towards all series' where it has seen few."""
    known = len(np.unique(stretches(rolled.origin[of], horizon)))
    if not known:
        return usual[name]
    own = float(np.abs(truth[of] - said[name][of]).mean())
    if not np.isfinite(unit) or unit <= 0 or not np.isfinite(usual[name]):
        return own
    return (known * own + OWN * usual[name] * unit) / (known + OWN)


def weights_ahead(
    horizon: int, rolled: Rolled, truth: Floats, said: Mapping[str, Floats], unit: Floats
) -> Floats:
    """Return how far the model is right beside the profile, by slots ahead, over all series.

    What it knows of now fades; each stretch of the way has the weight that erred least on the older
    half of the back-test.
    """
    found = np.zeros(horizon + 1)
    if MODEL not in said:
        return found
    scale = unit[rolled.series]
    of = rolled.is_choosing & np.isfinite(scale) & (scale > 0)
    part = np.minimum((rolled.ahead - 1) * PARTS // horizon, PARTS - 1)
    for each in range(PARTS):
        mine = of & (part == each)
        if mine.any():
            wrong = {
                weight: (
                    np.abs(truth[mine] - _beside(said, PROFILE, weight, mine)) / scale[mine]
                ).mean()
                for weight in WEIGHTS
            }
            steps = np.arange(1, horizon + 1)
            stretch = np.minimum((steps - 1) * PARTS // horizon, PARTS - 1) == each
            found[1:][stretch] = min(WEIGHTS, key=lambda weight: float(wrong[weight]))
    return found


def blended(choice: Choice, said: Mapping[str, Floats], ahead: Ints) -> Floats:
    """Return what the chosen method says so many slots ahead, of rows of one series."""
    if choice.method == MIX:
        return blend_of(choice.mix, said)
    if choice.method != MODEL:
        return said[choice.method]
    weight = choice.weights[ahead]
    return said[choice.baseline] + weight * (said[MODEL] - said[choice.baseline])


def naive_errors(panel: Panel, begin: Ints) -> Floats:
    """Return the mean error of the seasonal naive of each series up to its oldest origin."""
    values, short = panel.values, panel.short
    until = np.where(begin >= 0, begin, panel.last)[:, None]
    steps = np.full_like(values, np.nan)
    steps[:, short:] = np.abs(values[:, short:] - values[:, :-short])
    steps[np.arange(values.shape[1]) > until] = np.nan
    known = np.isfinite(steps)
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(known, steps, 0.0).sum(axis=1) / known.sum(axis=1)
    return found


def stretches(origin: Ints, horizon: int) -> Ints:
    """Return in which stretch of the past each origin lies: nearer ones see the same days."""
    found: Ints = origin // max(1, horizon)
    return found


def is_steady(more: Floats, stretch: Ints) -> bool:
    """Tell whether errors are less than others in most stretches, and by more than chance.

    `more` is by how much each errs more than the other did. Stretches' means stand for themselves:
    their mean must be SURE standard errors below none (Diebold and Mariano 1995, over blocks).
    """
    _, which = np.unique(stretch, return_inverse=True)
    count = np.bincount(which)
    if len(count) < LEAST_STRETCHES:
        return False
    means = np.bincount(which, more) / count
    chance = float(means.std(ddof=1)) / np.sqrt(len(means))
    return bool(means.mean() + SURE * chance < 0 and (means < 0).mean() > 0.5)


def _usual(
    truth: Floats, said: Mapping[str, Floats], bounds: list[int], unit: Floats
) -> dict[str, float]:
    """Return the mean error of each method over all series, in units of each one's naive."""
    tested = [
        (slice(begin, end), unit[row])
        for row, (begin, end) in enumerate(pairwise(bounds))
        if end > begin and np.isfinite(unit[row]) and unit[row] > 0
    ]
    if not tested:
        return dict.fromkeys(said, float("inf"))
    return {
        name: float(np.mean([np.abs(truth[of] - each[of]).mean() / one for of, one in tested]))
        for name, each in said.items()
    }


def _of_one(
    said: Mapping[str, Floats],
    truth: Floats,
    rolled: Rolled,
    rows: slice,
    unit: float,
    shared: Floats,
    likely: Mapping[Method, float],
    mix: Mapping[Method, float],
) -> Choice:
    wrong: dict[str, Floats] = {name: np.abs(truth - each) for name, each in said.items()}
    older, newer = rolled.is_choosing[rows], rolled.is_testing[rows]
    whole = np.ones(len(truth), dtype=bool)
    stretch = stretches(rolled.origin[rows], len(shared) - 1)

    naive = min(NAIVES, key=lambda name: likely[name])
    singles: tuple[Method, ...] = (PROFILE, naive, LEVEL)
    rivals: tuple[Method, ...] = (*singles, MIX)

    def least(of: tuple[Method, ...]) -> Method:
        return min(of, key=lambda name: likely[name] * (CLEARLY if name == PROFILE else 1.0))

    baseline = method = least(rivals)
    single = least(singles)  # the model is trusted beside one of them: it corrects the profile
    weights = np.zeros_like(shared)
    if MODEL in said and older.any() and newer.any():
        trusted = {
            trust: np.abs(truth - _beside(said, single, trust * shared[rolled.ahead[rows]]))
            for trust in TRUST
        }
        trust = min(TRUST, key=lambda each: _mean(trusted[each], older))
        weights, wrong["model"] = trust * shared, trusted[trust]
        is_better = all(
            _mean(wrong["model"], of) < BETTER * _mean(wrong[rival], of)
            for of in (newer, whole)
            for rival in rivals
        )
        is_better &= _mean(wrong["model"], older) < _mean(wrong[baseline], older)
        if is_better and is_steady(wrong["model"] - wrong[baseline], stretch):
            method, baseline = MODEL, single
    shown = wrong["model" if method == MODEL else method]
    measured = {"naive": wrong[naive], "profile": wrong[PROFILE], "shown": shown}
    if "model" in wrong:
        measured["model"] = wrong["model"]
    enough = int(newer.sum()) >= LEAST_TESTED
    errors = {name: _mean(each, newer) if enough else None for name, each in measured.items()}
    return Choice(
        method=method,
        naive=naive,
        baseline=baseline,
        weights=weights,
        errors=errors,
        mase={name: _ratio(each, unit) for name, each in errors.items()},
        tested=len(np.unique(rolled.origin[rows][newer])),
        mix=mix,
    )


def _beside(
    said: Mapping[str, Floats], baseline: str, weight: float | Floats, of: Bools | None = None
) -> Floats:
    beside, model = said[baseline], said[MODEL]
    if of is not None:
        beside, model = beside[of], model[of]
    return beside + weight * (model - beside)


def _mean(values: Floats, of: Bools) -> float:
    return float(values[of].mean()) if of.any() else float("inf")


def _ratio(error: float | None, unit: float) -> float | None:
    if error is None or not np.isfinite(unit) or unit <= 0:
        return None
    return error / unit

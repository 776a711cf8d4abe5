"""How often each trip of the model is driven, so that junctions count what cameras count.

In the manner of SUMO's routeSampler: ways that were driven are the candidates, counts are what they
must add up to, and what is solved for is how often each is used. That tool itself gives vehicles
with fixed ways of one draw, takes counts of edges, and holds nothing to what it was; a what-if
draws trips anew for each seed and finds ways round what is closed, cameras count junctions, and
where nobody counts the model must stay what it was. So weights are solved for here: of all trips,
of zones, of pairs of zones, and of the places in a zone where trips begin and end. They multiply,
and each is held to 1, those of less the more loosely; the most likely trips under counts have that
form (Van Zuylen and Willumsen, Transportation Research B 14, 1980). Pure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twin.traffic.demand import Trip, Zone, pair_key
from twin.traffic.streets import Streets

Floats = NDArray[np.float64]
LEAST, MOST = 0.02, 20.0  # of any weight
# Deviations of the logarithm of a weight, before anything is counted.
SPREAD = {"all": 1.5, "from": 0.3, "to": 0.3, "pair": 0.6, "begin": 0.2, "end": 0.2}
STEPS = 60
LONGEST_STEP, CLOSE = 0.7, 1e-3  # of a logarithm, in one step
COUNT_SPREAD = 2.0  # of a count, in roots of it: what one draw of trips, and days, differ by


class Label(NamedTuple):
    """What trips have in common that are weighed together: a kind of SPREAD, and of which."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Weights:
    """Logarithms of weights, of those that are not 1."""

    logs: Mapping[Label, float] = field(default_factory=dict)

    def towards(self, other: Weights, share: float) -> Weights:
        """Return weights a share of the way to others."""
        labels = {*self.logs, *other.logs}
        at = {k: (self.logs.get(k, 0.0), other.logs.get(k, 0.0)) for k in sorted(labels)}
        return Weights({k: one + share * (two - one) for k, (one, two) in at.items()})

    def of(self, kind: str, name: str = "") -> float:
        """Return one weight."""
        return math.exp(self.logs.get(Label(kind, name), 0.0))

    def factors(self, zones: Sequence[Zone]) -> dict[str, float]:
        """Return by how much the trips of each pair of zones are multiplied."""
        return {
            pair_key(one.id, other.id): self.of("all")
            * self.of("from", one.id)
            * self.of("to", other.id)
            * self.of("pair", pair_key(one.id, other.id))
            for one in zones
            for other in zones
        }

    def places(self, junctions: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Return the weights of trips that begin, and that end, nearest to each junction."""
        return {each: (self.of("begin", each), self.of("end", each)) for each in junctions}


@dataclass(frozen=True)
class Driven:
    """Candidates: how many vehicles of each came into each counted junction, and what each is."""

    passed: Floats  # (junctions, candidates), in vehicles
    labels: Sequence[Label]
    has: csr_array  # (candidates, labels), 1 where a candidate has a label

    def under(self, weights: Weights, now: Weights) -> Floats:
        """Return what each junction would count under weights, were the ways those of `now`."""
        change = [weights.logs.get(k, 0.0) - now.logs.get(k, 0.0) for k in self.labels]
        would: Floats = self.passed @ np.exp(self.has @ np.array(change))
        return would

    @classmethod
    def of(
        cls,
        trips: Sequence[Trip],
        ways: Mapping[str, Sequence[str]],
        junctions: Sequence[str],
        streets: Streets,
        places: Mapping[str, str],
        *,
        stands_for: float,
    ) -> Driven:
        """Return the candidates out of what one run drove: trips that are alike are one."""
        ends = {edge.id: edge.end for edge in streets.edges.values()}
        row = {junction: n for n, junction in enumerate(junctions)}
        found: dict[tuple[Label, ...], Counter[int]] = {}
        for trip in trips:
            counted = found.setdefault(_labels(trip, places), Counter())
            counted.update(row[end] for edge in ways.get(trip.id, ()) if (end := ends[edge]) in row)
        passed = np.zeros((len(junctions), len(found)))
        for column, counted in enumerate(found.values()):
            for n, times in counted.items():
                passed[n, column] = times * stands_for
        labels = sorted({label for each in found for label in each})
        number = {label: n for n, label in enumerate(labels)}
        columns = [number[label] for each in found for label in each]
        starts = np.arange(len(found) + 1) * len(SPREAD)
        shape = (len(found), len(labels))
        return cls(passed, labels, csr_array((np.ones(len(columns)), columns, starts), shape=shape))


def _labels(trip: Trip, places: Mapping[str, str]) -> tuple[Label, ...]:
    return (
        Label("all", ""),
        Label("from", trip.origin),
        Label("to", trip.destination),
        Label("pair", pair_key(trip.origin, trip.destination)),
        Label("begin", places[trip.start]),
        Label("end", places[trip.end]),
    )


def weighed(driven: Driven, counted: Floats, used: NDArray[np.bool_], now: Weights) -> Weights:
    """Return the weights under which the candidates would give the counts that are used.

    `counted` is in vehicles of the run's horizon, by junction; `now` are the weights that the
    candidates were driven under. Gauss's steps to the least sum of squares: of counts over what
    they spread, and of every weight's logarithm over its SPREAD.
    """
    passed, target = driven.passed[used], counted[used]
    spread = COUNT_SPREAD * np.sqrt(np.maximum(target, 1.0))
    sizes = np.array([SPREAD[label.kind] for label in driven.labels]) ** 2
    before = np.array([now.logs.get(label, 0.0) for label in driven.labels])

    def off(logs: Floats) -> tuple[float, Floats, Floats]:
        """Return (sum of squares, what is missing of each count, what each weight adds to it)."""
        would = passed * np.exp(driven.has @ (logs - before))
        missing = (target - would.sum(axis=1)) / spread
        slopes = (driven.has.T @ would.T).T / spread[:, None]
        return float(missing @ missing + logs**2 @ (1 / sizes)), missing, slopes

    logs, (least, missing, slopes) = before, off(before)
    for _ in range(STEPS):
        held = (slopes * sizes) @ slopes.T + np.eye(len(target))
        step = sizes * (slopes.T @ np.linalg.solve(held, missing + slopes @ logs)) - logs
        share = min(1.0, LONGEST_STEP / max(float(np.abs(step).max(initial=0.0)), CLOSE))
        while (better := off(logs + share * step))[0] > least and share > CLOSE:
            share /= 2
        if better[0] > least * (1 - CLOSE):
            break
        logs, (least, missing, slopes) = logs + share * step, better
    found = np.clip(logs, math.log(LEAST), math.log(MOST)).tolist()
    return Weights({**now.logs, **dict(zip(driven.labels, found, strict=True))})

"""Plans of signals: read from a net, given another cycle or split, set into a green wave.

A plan is a ring of phases; a phase is green where some movement has green and none has yellow.
Not for proposing a plan to anybody: that is twin/traffic/proposal.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import quoteattr

from jobs.working import WorkFailed
from language import told

LEAST_GREEN_S = 5
PROGRAM = "twin"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the cycle; `state` has a letter for each movement (G, g, y, r)."""

    duration_s: int
    state: str

    @property
    def is_green(self) -> bool:
        """Whether somebody goes and nobody is being stopped."""
        return "y" not in self.state.lower() and "g" in self.state.lower()


@dataclass(frozen=True, slots=True)
class Plan:
    """The signal of one junction; second 0 of its cycle is at `offset_s` of the run."""

    junction: str
    phases: tuple[Phase, ...]
    offset_s: int = 0

    @property
    def cycle_s(self) -> int:
        """Seconds until it begins anew."""
        return sum(phase.duration_s for phase in self.phases)

    @property
    def greens(self) -> tuple[int, ...]:
        """The numbers of the green phases."""
        return tuple(n for n, phase in enumerate(self.phases) if phase.is_green)

    @property
    def splits_s(self) -> tuple[int, ...]:
        """Seconds of each green phase with the clearing after it; they add up to the cycle."""
        starts = [0, *self.greens[1:], len(self.phases)] if self.greens else [0, len(self.phases)]
        return tuple(
            sum(phase.duration_s for phase in self.phases[one:other])
            for one, other in pairwise(starts)
        )

    def starts_s(self, phase: int) -> int:
        """Return the second of the cycle at which a phase begins."""
        return sum(each.duration_s for each in self.phases[:phase])

    def retimed(
        self,
        *,
        cycle_s: int | None = None,
        green_share: float | None = None,
        phase: int | None = None,
        splits: Sequence[float] | None = None,
    ) -> Plan:
        """Return the plan with another cycle, or other shares of green; raises WorkFailed.

        Clearing phases keep their seconds. `green_share` is of a green `phase`, by default of the
        first; the others keep their proportions. Whole seconds, at least LEAST_GREEN_S of green.
        """
        greens = self.greens
        if not greens:
            raise WorkFailed(
                "input", told("signal {signal} has no green phase to change", signal=self.junction)
            )
        if splits is not None and len(splits) != len(greens):
            reason = told(
                "signal {signal} was given {asked} splits; it has {count} green phases",
                signal=self.junction,
                asked=len(splits),
                count=len(greens),
            )
            raise WorkFailed("input", reason)
        now = [self.phases[n].duration_s for n in greens]
        clearing = self.cycle_s - sum(now)
        left = (cycle_s or self.cycle_s) - clearing
        if left < LEAST_GREEN_S * len(greens):
            least = clearing + LEAST_GREEN_S * len(greens)
            raise WorkFailed(
                "input",
                told(
                    "signal {signal} cannot do a cycle under {least} s",
                    signal=self.junction,
                    least=least,
                ),
            )
        shares = list(splits) if splits is not None else [each / sum(now) for each in now]
        if green_share is not None and len(greens) > 1:
            given = 0 if phase is None else greens.index(phase)
            rest = sum(shares) - shares[given]
            shares = [each / rest * (1 - green_share) for each in shares]
            shares[given] = green_share
        seconds = dict(zip(greens, _whole(shares, left), strict=True))
        phases = [
            replace(phase, duration_s=seconds.get(n, phase.duration_s))
            for n, phase in enumerate(self.phases)
        ]
        return replace(self, phases=tuple(phases))


def _whole(shares: Sequence[float], total: int) -> list[int]:
    """Divide seconds by shares: whole ones, each at least LEAST_GREEN_S, that add up to `total`."""
    spare = total - LEAST_GREEN_S * len(shares)
    wanted = [max(0.0, share * total - LEAST_GREEN_S) for share in shares]
    scale = spare / sum(wanted) if sum(wanted) else 0.0
    exact = [each * scale for each in wanted]
    found = [int(each) for each in exact]
    by_rest = sorted(range(len(found)), key=lambda n: (found[n] - exact[n], n))
    for n in by_rest[: spare - sum(found)]:
        found[n] += 1
    found[0] += spare - sum(found)  # where nothing was wanted beyond the least
    return [LEAST_GREEN_S + each for each in found]


def read_plans(root: Any) -> dict[str, Plan]:
    """Return the plans in a net (its root element), by the junction or cluster they are of."""
    found: dict[str, Plan] = {}
    for logic in root.iter("tlLogic"):
        phases = tuple(
            Phase(round(float(each.get("duration"))), each.get("state"))
            for each in logic.iter("phase")
        )
        if phases:
            found[logic.get("id")] = Plan(
                logic.get("id"), phases, round(float(logic.get("offset") or 0))
            )
    return found


@dataclass(frozen=True, slots=True)
class Stop:
    """A signal on a corridor: which of its movements the column takes, and how far along it is."""

    junction: str
    movements: tuple[int, ...]  # places in the state of a phase
    at_m: float


def green_wave(
    plans: Mapping[str, Plan], stops: Sequence[Stop], *, speed_kmh: float, cycle_s: int | None
) -> dict[str, Plan]:
    """Return the plans of the stops in one cycle, each turning green as the column arrives.

    Without a cycle the longest of theirs is taken. Raises WorkFailed where a movement of the
    corridor never has green.
    """
    common_s = cycle_s or max(plans[stop.junction].cycle_s for stop in stops)
    found: dict[str, Plan] = {}
    first_s: int | None = None
    for stop in stops:
        plan = plans[stop.junction].retimed(cycle_s=common_s)
        begins_s = plan.starts_s(_of_corridor(plan, stop))
        if first_s is None:
            first_s = begins_s
        arrives_s = first_s + stop.at_m / (speed_kmh / 3.6)
        found[stop.junction] = replace(plan, offset_s=round(arrives_s - begins_s) % common_s)
    return found


def _of_corridor(plan: Plan, stop: Stop) -> int:
    found = serving(plan, stop.movements)
    if found is None:
        raise WorkFailed(
            "input", told("signal {signal} never lets the corridor go", signal=stop.junction)
        )
    return found


def serving(plan: Plan, movements: Sequence[int]) -> int | None:
    """Return the first of the green phases that let most of these movements go; None of none."""

    def going(phase: int) -> int:
        return sum(plan.phases[phase].state[n] in "Gg" for n in movements)

    best = max(plan.greens, key=lambda phase: (going(phase), -phase), default=None)
    return best if best is not None and going(best) else None


def written(plans: Iterable[Plan]) -> str:
    """Return the plans as elements of an additional file of the engine."""
    lines = []
    for plan in sorted(plans, key=lambda each: each.junction):
        lines.append(
            f'<tlLogic id={quoteattr(plan.junction)} type="static" programID="{PROGRAM}"'
            f' offset="{plan.offset_s}">'
        )
        lines += [f'<phase duration="{p.duration_s}" state="{p.state}"/>' for p in plan.phases]
        lines.append("</tlLogic>")
    return "\n".join(lines)

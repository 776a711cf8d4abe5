"""The city's operating stage, 1 to 5: rules over figures, with hysteresis (city/stage.toml).

A rule holds one figure of an aggregate against a limit: it begins to count once the figure has
been off for `after`, and ceases once it has been past `clear` for `clear_after`. The stage is the
highest that a rule which counts asks for, or that several of them together do; it rises at once and
falls when what is left has asked for less for `hold`. What is not measured, or is old, neither
begins nor ends anything. Pure: (plan, state, figures, now) -> state; whoever asks keeps the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from dataclasses import field as plain_field
from dataclasses import replace
from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.durations import Duration, duration_s
from data_access.limits import Limit
from data_access.promises import STRICT, Id, Named

FIRST, LAST = 1, 5


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StageRule:
    """One figure and the stage it asks for once it is off (`warning` of its limit)."""

    id: Id
    stage: int = Field(gt=FIRST, le=LAST)
    name: Named
    owner: str  # agency that answers for the threshold
    aggregate: Id
    number: str
    limit: Limit

    def __post_init__(self) -> None:
        if self.limit.warning is None:
            raise ValueError("expected a limit with warning: from where on it counts")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Together:
    """So many rules that count, each of a stage or more, ask for another stage."""

    rules: int = Field(ge=2)
    of: int = Field(gt=FIRST, le=LAST)
    stage: int = Field(gt=FIRST, le=LAST)

    def __post_init__(self) -> None:
        if self.stage <= self.of:
            raise ValueError("several together ask for more than each alone: stage above of")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StagePlan:
    """By which rules the city's stage moves, and who decides them."""

    owner: str
    hold: Duration = "PT15M"
    rule: tuple[StageRule, ...] = Field(min_length=1)
    together: tuple[Together, ...] = ()

    def __post_init__(self) -> None:
        names = [rule.id for rule in self.rule]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"rule {twice[0]!r} is there twice")

    @property
    def hold_ms(self) -> float:
        """Milliseconds for which less must be asked for before the stage falls."""
        return duration_s(self.hold) * 1000


@plain_dataclass(frozen=True, slots=True)
class RuleState:
    """Whether a rule counts, since when, and since when its figure has said otherwise."""

    counts: bool = False
    since_ms: float | None = None
    otherwise_ms: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "counts": self.counts,
            "since_ms": self.since_ms,
            "otherwise_ms": self.otherwise_ms,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> RuleState:
        """Read the kept form; raises KeyError."""
        return cls(bool(body["counts"]), body["since_ms"], body["otherwise_ms"])


@plain_dataclass(frozen=True, slots=True)
class StageState:
    """The stage, since when, and since when less has been asked for; the rules by id."""

    stage: int = FIRST
    since_ms: float | None = None
    less_ms: float | None = None
    rules: Mapping[str, RuleState] = plain_field(default_factory=dict)


def advance(
    plan: StagePlan, was: StageState, figures: Mapping[str, float], now_ms: float
) -> StageState:
    """Return the state at `now_ms`; `figures` by rule, of those that are measured and not old.

    Asked again with the same, it answers the same. A clock that went back begins every wait anew.
    """
    rules = {
        rule.id: _rule(rule, was.rules.get(rule.id, RuleState()), figures.get(rule.id), now_ms)
        for rule in plan.rule
    }
    asked = asked_for(plan, rules)
    if asked > was.stage:
        return StageState(asked, now_ms, None, rules)
    if asked == was.stage:
        return replace(was, less_ms=None, rules=rules)
    less_ms = _begun(was.less_ms, now_ms)
    if now_ms - less_ms >= plan.hold_ms:
        return StageState(asked, now_ms, None, rules)
    return replace(was, less_ms=less_ms, rules=rules)


def asked_for(plan: StagePlan, rules: Mapping[str, RuleState]) -> int:
    """Return the stage that the rules which count ask for."""
    stages = [rule.stage for rule in plan.rule if rules[rule.id].counts]
    asked = max(stages, default=FIRST)
    for several in plan.together:
        if sum(stage >= several.of for stage in stages) >= several.rules:
            asked = max(asked, several.stage)
    return asked


def _rule(rule: StageRule, was: RuleState, figure: float | None, now_ms: float) -> RuleState:
    if figure is None:
        return replace(was, otherwise_ms=None)
    limit = rule.limit
    otherwise = limit.is_over(figure) if was.counts else limit.reaches(figure, "warning")
    if not otherwise:
        return replace(was, otherwise_ms=None)
    begun_ms = _begun(was.otherwise_ms, now_ms)
    wait_ms = (limit.clear_after_s if was.counts else limit.after_s) * 1000
    if now_ms - begun_ms < wait_ms:
        return replace(was, otherwise_ms=begun_ms)
    return RuleState(not was.counts, now_ms, None)


def _begun(since_ms: float | None, now_ms: float) -> float:
    return now_ms if since_ms is None else min(since_ms, now_ms)

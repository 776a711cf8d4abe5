"""The engine of rules: what each phase waits for, and what no order of events can make it do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.rules import (
    Observation,
    Rule,
    State,
    advance,
    edited,
    next_ms,
    until_ms,
    veto,
)
from tests.operations.a_rule import MINUTE, RULE, STALE, T0, Play


def fired(**changed: Any) -> Play:
    """A play whose rule fires at minute 12."""
    play = Play(replace(RULE, **changed))
    play.look(0, 25)
    play.wait(10)
    assert play.wait(12) == "firing"
    return play


def test_a_number_that_stays_beyond_is_proposed_after_the_dwell_and_fires_after_the_veto() -> None:
    play = Play()
    assert play.look(0, 20) == "quiet"  # reaching the threshold is not enough
    assert play.look(1, 20.1) == "dwelling"
    assert play.look(6, 30) == "dwelling"
    assert play.wait(10.99) == "dwelling"
    assert play.wait(11) == "proposed"
    assert play.wait(12.99) == "proposed"
    assert play.said == []
    assert play.wait(13) == "firing"
    assert play.wait(20) == "firing"
    assert play.said == [(13, "take")]


def test_below_is_the_mirror_of_above() -> None:
    play = Play(replace(RULE, condition="below", threshold=15, clear_at=20, veto_ms=0, dwell_ms=0))
    assert play.look(0, 15) == "quiet"
    assert play.look(1, 14.9) == "firing"
    assert play.look(2, 19.9) == "firing"
    assert play.look(3, 20) == "cooling"
    assert play.said == [(1, "take"), (3, "clear")]


def test_a_dwell_begins_anew_when_the_number_returns_to_the_threshold() -> None:
    play = Play()
    play.look(0, 25)
    assert play.look(9, 20) == "quiet"
    assert play.look(9.5, 25) == "dwelling"
    assert play.wait(12) == "dwelling"
    assert play.wait(19.5) == "proposed"


def test_what_fires_clears_only_at_its_clearing_value() -> None:
    play = fired()
    assert play.look(13, 15.1) == "firing"
    assert play.look(14, 15) == "cooling"
    assert play.said == [(12, "take"), (14, "clear")]
    assert until_ms(play.rule, play.state) == T0 + 44 * MINUTE


def test_while_it_cools_nothing_is_proposed_and_the_dwell_comes_after() -> None:
    play = fired()
    play.look(14, 10)
    assert play.look(15, 30) == "cooling"
    assert play.look(43.9, 30) == "cooling"
    assert play.wait(44) == "dwelling"
    assert play.wait(54) == "proposed"
    assert play.wait(56) == "firing"
    assert play.said == [(12, "take"), (14, "clear"), (56, "take")]


def test_a_proposal_whose_number_comes_back_is_withdrawn() -> None:
    play = Play()
    play.look(0, 25)
    assert play.wait(10) == "proposed"
    assert play.look(11, 18) == "proposed"  # not yet back at the clearing value
    assert play.look(11.5, 15) == "quiet"
    assert play.wait(30) == "quiet"
    assert play.said == []


@pytest.mark.parametrize("minute", [5, 10, 12])
def test_a_veto_holds_until_the_number_is_back_and_the_cooldown_over(minute: float) -> None:
    play = Play()
    play.look(0, 25)
    for at in range(1, minute + 1):
        play.wait(at)
    was = play.state.phase
    assert play.veto() == "vetoed"
    assert play.look(100, 99) == "vetoed"
    assert play.look(101, 15) == "cooling"
    assert play.look(102, 99) == "cooling"
    assert play.look(131, 99) == "dwelling"
    assert play.said == ([(12, "take"), (12, "clear")] if was == "firing" else [])


def test_there_is_nothing_to_veto_of_what_is_quiet_or_cools() -> None:
    assert Play().veto() == "quiet"
    play = fired()
    play.look(13, 0)
    assert play.veto() == "cooling"


def test_time_without_a_fresh_number_does_not_count_towards_the_dwell() -> None:
    play = Play()
    play.look(0, 25)
    assert play.wait(9) == "dwelling"
    assert play.look(9.5, 25, stale_after_ms=MINUTE / 4) == "dwelling"
    assert play.wait(60) == "dwelling"  # stale from minute 9.75 on
    assert play.look(70, 25) == "dwelling"
    assert play.state.since_ms == T0 + 60.25 * MINUTE
    assert play.wait(70.2) == "dwelling"
    assert play.wait(70.25) == "proposed"


@pytest.mark.parametrize("figure", [None, math.nan, math.inf, -math.inf])
def test_no_number_neither_fires_nor_clears(figure: float | None) -> None:
    play = Play()
    assert play.look(0, figure) == "quiet"
    play.look(1, 25)
    assert play.look(5, figure) == "dwelling"
    assert play.look(25, figure) == "dwelling"
    assert play.look(30, 25) == "dwelling"  # of 29 minutes four were seen
    assert play.wait(36) == "proposed"
    assert play.look(37, figure) == "proposed"
    assert play.look(50, figure) == "proposed"  # the veto window is over, but nothing is seen
    assert play.look(51, 17) == "firing"  # beyond the clearing value: the proposal still stands
    assert play.look(52, figure) == "firing"
    assert play.look(53, 25, as_of_ms=T0) == "firing"
    assert play.look(54, 10, as_of_ms=T0) == "firing"  # an old number clears nothing
    assert play.look(55, 10) == "cooling"


def test_a_late_envelope_is_ignored() -> None:
    play = fired()
    assert play.look(13, 5, version=1) == "firing"
    assert play.state.figure == 25
    assert play.look(14, 5) == "cooling"


def test_a_clock_set_back_makes_no_phase_shorter() -> None:
    play = Play()
    play.look(0, 25)
    assert play.look(-60, 25) == "dwelling"
    assert play.look(-51, 25) == "dwelling"
    assert play.look(-50, 25) == "proposed"
    assert play.look(-100, 25) == "proposed"
    assert play.look(-98.1, 25) == "proposed"
    assert play.look(-98, 25) == "firing"


def test_a_clock_that_leaps_ahead_sees_only_stale_numbers() -> None:
    play = Play()
    play.look(0, 25)
    assert play.wait(600) == "dwelling"
    assert play.look(1, 25) == "dwelling"
    assert play.look(9, 25) == "dwelling"
    assert play.look(10, 25) == "proposed"


def test_a_number_from_the_future_is_as_old_as_its_arrival() -> None:
    play = Play()
    play.look(0, 25, as_of_ms=T0 + 1e9)
    assert play.state.known_ms == T0 + STALE


def test_a_rule_of_no_times_fires_and_clears_at_once() -> None:
    play = Play(replace(RULE, dwell_ms=0, veto_ms=0, cooldown_ms=0))
    assert play.look(0, 25) == "firing"
    assert play.look(1, 0) == "quiet"
    assert play.said == [(0, "take"), (1, "clear")]


def test_what_another_process_kept_goes_on() -> None:
    kept = State("dwelling", T0, 25.0, T0)
    play = Play(state=kept)
    assert play.look(9, 25) == "dwelling"
    assert play.look(10, 25) == "proposed"
    play = Play(replace(RULE, dwell_ms=20 * MINUTE), state=kept)
    assert play.look(60, 25) == "dwelling"  # it had been stale from minute 15 to 60
    assert play.state.since_ms == T0 + 45 * MINUTE
    assert Play(state=State("firing", T0)).look(1, 30) == "firing"
    assert Play(state=State("firing", T0)).look(1, 3) == "cooling"


def test_an_edit_of_what_is_watched_drops_a_dwell_and_a_proposal_but_not_what_fires() -> None:
    for state in (State("dwelling", T0, 25.0, T0), State("proposed", T0, 25.0, T0)):
        assert edited(RULE, replace(RULE, threshold=19), state, T0 + 1).phase == "quiet"
        assert edited(RULE, replace(RULE, number="mean_speed"), state, T0 + 1).phase == "quiet"
        assert edited(RULE, replace(RULE, dwell_ms=1, scene_id="rain"), state, T0 + 1) == state
    firing = State("firing", T0, 25.0, T0)
    after = edited(RULE, replace(RULE, threshold=50, clear_at=40), firing, T0 + 1)
    assert after.phase == "firing"
    play = Play(replace(RULE, threshold=50, clear_at=40), after)
    assert play.look(1, 30) == "cooling"
    assert play.said == [(1, "clear")]
    other = edited(RULE, replace(RULE, number="mean_speed"), firing, T0)
    assert (other.phase, other.figure, other.version) == ("firing", None, 0)


def test_a_rule_switched_off_clears_and_cools() -> None:
    play = fired()
    play.rule = replace(play.rule, enabled=False)
    assert play.wait(13) == "cooling"
    assert play.said == [(12, "take"), (13, "clear")]
    assert play.look(43, 99) == "quiet"
    for phase in ("dwelling", "proposed", "vetoed"):
        assert Play(play.rule, State(phase, T0)).look(1, 99) == "quiet"  # type: ignore[arg-type]


def test_next_is_when_time_alone_may_change_the_phase() -> None:
    dwelling = State("dwelling", T0)
    assert next_ms(RULE, dwelling, T0) == T0 + 10 * MINUTE
    assert next_ms(RULE, dwelling, T0 + 10 * MINUTE) is None
    assert next_ms(RULE, State("firing", T0), T0) is None


FIGURES = st.sampled_from([None, math.nan, 0.0, 15.0, 17.0, 20.0, 20.5, 90.0])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["look", "wait", "late", "veto", "back"]),
        FIGURES,
        st.floats(0, 40, allow_nan=False),
    ),
    max_size=60,
)
RULES = st.builds(
    lambda dwell, cooldown, veto, stale: (
        replace(
            RULE,
            dwell_ms=dwell * MINUTE,
            cooldown_ms=cooldown * MINUTE,
            veto_ms=veto * MINUTE,
        ),
        stale * MINUTE,
    ),
    *(st.sampled_from([0, 1, 7, 30]) for _ in range(3)),
    st.sampled_from([1, 10, 60]),
)


@given(RULES, STEPS)
def test_whatever_comes_each_promise_is_kept(
    given_rule: tuple[Rule, float], steps: list[tuple[str, float | None, float]]
) -> None:
    """Dwell, cooldown, veto and clearing, held against a record of what was to be seen."""
    rule, stale_ms = given_rule
    state, now_ms, version = State(), T0, 0
    observation: Observation | None = None
    sure_ms = 0.0  # for how long at least the number has been seen beyond, without a break
    quiet_until_ms = 0.0  # no take before
    is_vetoed = False
    takes = clears = 0
    for what, figure, minutes in steps:
        before_ms, shown = now_ms, observation
        if what == "back":
            now_ms -= minutes * MINUTE
            quiet_until_ms -= minutes * MINUTE
        else:
            now_ms += minutes * MINUTE
        if shown is not None and shown.figure is not None and rule.is_beyond(shown.figure):
            fresh_ms = shown.fresh_until_ms(before_ms)
            sure_ms += max(0.0, min(now_ms, fresh_ms) - before_ms)
        if what == "look":
            version += 1
            observation = Observation(figure, now_ms, stale_ms, version=version)
        elif what == "late" and version:
            stray = Observation(figure, now_ms, stale_ms, version=version - 1)
            assert advance(rule, state, stray, now_ms)[0].figure == state.figure
        elif what == "veto":
            vetoed, actions = veto(state, now_ms)
            clears += len(actions)
            is_vetoed |= vetoed.phase == "vetoed"
            state = vetoed
        is_seen = observation is not None and observation.is_seen(now_ms)
        seen = observation.figure if is_seen and observation is not None else None
        if seen is not None and not rule.is_beyond(seen):
            sure_ms = 0.0
        was = state
        state, actions = advance(rule, state, observation, now_ms)
        assert advance(rule, state, observation, now_ms) == (state, ())  # again changes nothing
        if state.phase in ("proposed", "firing") and was.phase not in ("proposed", "firing"):
            assert sure_ms >= rule.dwell_ms - 1e-3
        for action in actions:
            if action == "take":
                assert seen is not None
                assert not is_vetoed
                assert now_ms >= quiet_until_ms - 1e-3
                assert was.phase != "proposed" or now_ms - was.since_ms >= rule.veto_ms
                assert was.phase == "proposed" or rule.veto_ms == 0
                takes += 1
            else:
                clears += 1
                quiet_until_ms = now_ms + rule.cooldown_ms
        if seen is not None and rule.is_over(seen):
            assert state.phase in ("quiet", "cooling")  # gone is gone
            is_vetoed = False
        assert takes - clears == (state.phase == "firing")

"""R56: the stage moves by rules, rises at once, falls late, and says why; gaps decide nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data_access.aggregates.stage import READS, STAGE, verify
from data_access.city import City, load_city
from data_access.errors import CityError
from data_access.limits import Limit
from data_access.passport import passport
from data_access.stage import StagePlan, StageRule, StageState, Together, advance
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room

MINUTE_MS = 60_000.0
NAMED = {"vi": "Tên", "en": "Name"}
RAIN = "environment.rain"


def rule(name: str, stage: int, **limit: Any) -> StageRule:
    return StageRule(
        id=name, stage=stage, name=NAMED, owner="y-te", aggregate=RAIN, number=name,
        limit=Limit(**limit),
    )  # fmt: skip


PLAN = StagePlan(
    owner="y-te",
    hold="PT10M",
    rule=(
        rule("rain", 3, warning=100, clear=80, clear_after="PT30M"),
        rule("roads", 2, warning=25, after="PT10M", clear=18),
        rule("air", 2, warning=200),
        rule("calls", 2, warning=2),
    ),
    together=(Together(rules=3, of=2, stage=4),),
)


def played(*steps: tuple[float, dict[str, float]], plan: StagePlan = PLAN) -> list[int]:
    """Return the stage after each (minute, figures)."""
    state, found = StageState(), []
    for minute, figures in steps:
        state = advance(plan, state, figures, minute * MINUTE_MS)
        found.append(state.stage)
    return found


def test_r56_it_rises_at_once_and_falls_only_when_less_was_asked_for_long_enough() -> None:
    assert played((0, {"rain": 20.0}), (1, {"rain": 104.0})) == [1, 3]
    assert played(
        (0, {"rain": 120.0}),
        (5, {"rain": 95.0}),  # under the threshold, over where it ends
        (60, {"rain": 79.0}),
        (89, {"rain": 79.0}),  # not for half an hour yet
        (90, {"rain": 79.0}),  # the rule ends …
        (99, {"rain": 79.0}),
        (100, {"rain": 79.0}),  # … and the stage falls after its hold
    ) == [3, 3, 3, 3, 3, 3, 1]


def test_r56_a_figure_that_hovers_at_its_threshold_moves_nothing() -> None:
    steps = [(float(n), {"rain": 101.0 if n % 2 else 99.0}) for n in range(120)]
    assert played(*steps) == [1] + [3] * 119


def test_r56_a_rule_that_waits_counts_only_after_its_time() -> None:
    jam = {"roads": 40.0}
    assert played((0, jam), (9, jam), (10, jam)) == [1, 1, 2]
    assert played((0, jam), (9, {"roads": 20.0}), (10, jam), (19, jam)) == [1, 1, 1, 1]


def test_r56_several_reasons_together_ask_for_more() -> None:
    two = {"air": 210.0, "calls": 3.0}
    assert played((0, two), (1, two | {"roads": 30.0}), (11, two | {"roads": 30.0})) == [2, 2, 4]


def test_r56_what_is_not_measured_neither_begins_nor_ends_anything() -> None:
    assert played((0, {"rain": 150.0}), (10, {}), (600, {})) == [3, 3, 3]
    assert played((0, {"roads": 40.0}), (5, {}), (10, {"roads": 40.0})) == [1, 1, 1]


def test_r56_a_clock_that_went_back_makes_no_wait_shorter() -> None:
    jam = {"roads": 40.0}
    assert played((100, jam), (50, jam), (59, jam), (60, jam)) == [1, 1, 1, 2]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.dictionaries(st.sampled_from(["rain", "roads", "air", "calls"]), st.floats(0, 300)),
        ),
        max_size=40,
    )
)
def test_r56_asked_again_with_the_same_it_answers_the_same(
    steps: list[tuple[int, dict[str, float]]],
) -> None:
    state, now_ms = StageState(), 0.0
    for minutes, figures in steps:
        now_ms += minutes * MINUTE_MS
        state = advance(PLAN, state, figures, now_ms)
        assert advance(PLAN, state, figures, now_ms) == state
        assert 1 <= state.stage <= 5


def test_r56_a_rule_that_was_taken_out_of_the_plan_no_longer_asks() -> None:
    state = advance(PLAN, StageState(), {"rain": 150.0}, 0.0)
    other = replace(PLAN, rule=PLAN.rule[1:])
    for minute in (1.0, 20.0):
        state = advance(other, state, {"air": 1.0}, minute * MINUTE_MS)
    assert (state.stage, "rain" in state.rules) == (1, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": (rule("a", 2, warning=1), rule("a", 3, warning=2))},
        {"rule": ()},
        {"hold": "soon"},
    ],
)
def test_r56_a_wrong_plan_is_refused(wrong: dict[str, Any]) -> None:
    given = {"owner": "y-te", "rule": PLAN.rule} | wrong
    with pytest.raises(ValidationError):
        StagePlan(**given)
    with pytest.raises(ValidationError, match="warning"):
        rule("a", 2, clear=1)
    with pytest.raises(ValidationError, match="above of"):
        Together(rules=2, of=3, stage=3)


def test_r56_the_citys_plan_has_owners_and_reads_what_the_stage_is_made_of(
    city: City, tmp_path: Path
) -> None:
    assert city.stage is not None
    assert {rule.aggregate for rule in city.stage.rule} == set(READS)
    verify(city)
    strange = replace(city.stage, rule=(replace(city.stage.rule[0], aggregate="economy.grdp"),))
    with pytest.raises(CityError, match=r"economy\.grdp"):
        verify(replace(city, stage=strange))
    folder = tmp_path / "city"
    shutil.copytree(ROOT / "city", folder)
    path = folder / "stage.toml"
    path.write_text(path.read_text("utf-8").replace('owner = "cong-an"', 'owner = "x"'), "utf-8")
    with pytest.raises(CityError, match="no agency"):
        load_city(folder)
    path.unlink()
    assert load_city(folder).stage is None


@pytest.fixture
def room(open_room: Any) -> Room:
    """Return a room whose city has only rain, and one rule."""
    room: Room = open_room(RAIN)
    plan = StagePlan(
        owner="phong-thu-dan-su",
        hold="PT2M",
        rule=(replace(rule("max_day", 3, warning=1, clear=0.5, clear_after="PT2M"), owner="y-te"),),
    )
    room.city = replace(room.city, stage=plan)
    return room


def told(room: Room) -> tuple[Any, ...]:
    envelope = room.read(STAGE)
    figure = envelope.payload["numbers"]["stage"]
    reasons = [item["id"] for item in envelope.payload["items"]["reasons"]]
    return figure["value"], figure["status"], reasons


def test_r56_the_stage_shows_its_reasons_and_outlives_the_feed(room: Room) -> None:
    room.settle()
    room.settle(6)
    assert told(room) == (3, "caution", ["max_day"])
    figure = room.read(STAGE).payload["numbers"]["stage"]
    assert (figure["owner"], figure["band"]) == ("phong-thu-dan-su", "3")
    assert figure["note"]["vi"] == "Tên"
    since = room.read(STAGE).payload["tables"]["rules"]["state"]["since_ms"]
    calm = replace(
        room.city.stage.rule[0], limit=Limit(warning=9999, clear=9000, clear_after="PT2M")
    )
    room.city = replace(room.city, stage=replace(room.city.stage, rule=(calm,)))
    room.restart()
    room.settle(61)
    assert told(room)[0] == 3  # remembered: not begun anew at 1
    assert room.read(STAGE).payload["tables"]["rules"]["state"]["since_ms"] == since
    for _ in range(2):
        room.restart()  # a wait goes on over a restart too
        room.settle(61)
    assert told(room) == (3, "caution", [])  # the rule has ended, the stage holds
    for _ in range(3):
        room.settle(61)
    assert told(room) == (1, "normal", [])


def test_r56_without_any_figure_the_stage_is_not_said_to_be_normal(open_room: Any) -> None:
    room = open_room(RAIN, lake=None)
    room.settle()
    figure = room.read(STAGE).payload["numbers"]["stage"]
    assert (figure["value"], figure["note"]["en"]) == (None, "the source has no data yet")


def test_r56_the_stage_is_the_same_when_it_is_computed_again(room: Room) -> None:
    room.settle()
    room.settle(6)
    found = passport(
        room.read(STAGE), "stage", city=room.city, reader=room.store(), shown=room.cache.read
    )
    assert (found.recomputed, found.agrees) == (3, True)
    assert {row.dataset for row in found.rows} == {RAIN}

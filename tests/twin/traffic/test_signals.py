"""Plans of signals: another cycle or split keeps clearing, a wave turns green as it arrives."""

from __future__ import annotations

import pytest

from jobs.working import WorkFailed
from twin.traffic.signals import Phase, Plan, Stop, green_wave

PLAN = Plan("J", (Phase(42, "GGrr"), Phase(3, "yyrr"), Phase(42, "rrGG"), Phase(3, "rryy")))


def test_splits_count_the_clearing_after_each_green_and_add_up_to_the_cycle() -> None:
    assert PLAN.splits_s == (45, 45)
    assert Plan(
        "J", (Phase(5, "rr"), Phase(20, "Gr"), Phase(3, "yr"), Phase(9, "rG"))
    ).splits_s == (
        28,
        9,
    )


def test_a_new_cycle_keeps_the_seconds_of_clearing() -> None:
    longer = PLAN.retimed(cycle_s=120)
    assert [phase.duration_s for phase in longer.phases] == [57, 3, 57, 3]


def test_a_share_of_green_is_of_the_first_phase() -> None:
    assert PLAN.retimed(green_share=0.75).splits_s == (66, 24)
    assert PLAN.retimed(cycle_s=91, splits=[0.5, 0.5]).cycle_s == 91


def test_a_share_of_green_is_of_the_phase_it_is_meant_for() -> None:
    second = PLAN.greens[1]
    assert PLAN.retimed(green_share=0.75, phase=second).splits_s == (24, 66)


@pytest.mark.parametrize("cycle_s", range(20, 140, 7))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_plan_is_always_whole_seconds_of_its_cycle(cycle_s: int, share: float) -> None:
    plan = PLAN.retimed(cycle_s=cycle_s, green_share=share)
    assert plan.cycle_s == cycle_s == sum(plan.splits_s)
    assert all(plan.phases[n].duration_s >= 5 for n in plan.greens)


def test_what_a_signal_cannot_do_is_refused() -> None:
    with pytest.raises(WorkFailed, match="2 green phases"):
        PLAN.retimed(splits=[0.2, 0.3, 0.5])
    with pytest.raises(WorkFailed, match="under 16 s"):
        PLAN.retimed(cycle_s=15)
    with pytest.raises(WorkFailed, match="no green phase"):
        Plan("J", (Phase(9, "rr"),)).retimed(cycle_s=60)


def test_a_wave_is_green_when_the_column_arrives() -> None:
    plans = dict.fromkeys("ABC", PLAN)
    stops = [Stop("A", (0,), 0.0), Stop("B", (2,), 400.0), Stop("C", (1,), 1000.0)]
    waved = green_wave(plans, stops, speed_kmh=36, cycle_s=None)
    for stop, arrives_s, green in zip(stops, (0, 40, 100), (0, 45, 0), strict=True):
        plan = waved[stop.junction]
        assert (arrives_s - plan.offset_s) % plan.cycle_s == green


def test_a_wave_takes_the_longest_cycle_of_its_signals() -> None:
    plans = {"A": PLAN, "B": PLAN.retimed(cycle_s=120)}
    waved = green_wave(
        plans, [Stop("A", (0,), 0), Stop("B", (0,), 300)], speed_kmh=40, cycle_s=None
    )
    assert {plan.cycle_s for plan in waved.values()} == {120}


def test_a_movement_that_never_has_green_makes_no_wave() -> None:
    with pytest.raises(WorkFailed, match="never lets"):
        green_wave({"A": PLAN}, [Stop("A", (), 0)], speed_kmh=40, cycle_s=None)

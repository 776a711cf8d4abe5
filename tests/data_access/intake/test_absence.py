"""Partitions that are away: for a while, or for good."""

from __future__ import annotations

from data_access.intake.absence import TABLE, absence, prints


def test_what_is_away_is_gone_when_it_is_so_at_a_later_look_and_long_enough() -> None:
    state = {TABLE: "/lake/air", "air/day=1": "a", "air/day=2": "b"}
    first = absence(state, {"air/day=2"}, now_s=100, after_s=60)
    assert (first.away, first.gone) == ({"air/day=1": "a@100"}, ())
    second = absence(first.away, {"air/day=2"}, now_s=159, after_s=60)
    assert (second.away, second.gone) == ({"air/day=1": "a@100"}, ())
    third = absence(second.away, {"air/day=2"}, now_s=160, after_s=60)
    assert third.gone == ("air/day=1",)


def test_never_at_one_look() -> None:
    assert absence({"air/day=1": "a"}, set(), now_s=100, after_s=0).gone == ()


def test_what_is_there_again_is_as_it_was() -> None:
    state = {TABLE: "/lake/air", "air/day=1": "a@100", "air/day=2": "b"}
    assert absence(state, {"air/day=1", "air/day=2"}, now_s=900, after_s=60).gone == ()
    assert prints(state) == {"air/day=1": "a", "air/day=2": "b"}

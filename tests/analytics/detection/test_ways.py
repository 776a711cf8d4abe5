"""Where the queue of a jam would stand: on the ways that lead there, of the same direction."""

from __future__ import annotations

import numpy as np

from analytics.detection.ways import Way, upstream

WAYS = {
    "here": Way("main", "2", "3"),
    "here too": Way("main", "2", "3"),
    "opposite": Way("main", "3", "2"),
    "behind": Way("feeder", "1", "2"),
    "away": Way("feeder", "2", "1"),
    "further": Way("far", "0", "1"),
    "furthest": Way("farther", "9", "0"),
    "beyond": Way("next", "3", "4"),
}
NAMES = ("nowhere", *WAYS)


def seen_by(name: str, *, back: int = 2) -> set[str]:
    found = upstream(NAMES, WAYS, back=back)
    return {NAMES[column] for column in np.flatnonzero(found[NAMES.index(name)])}


def test_a_queue_stands_on_the_way_itself_and_on_those_that_lead_there() -> None:
    assert seen_by("here") == {"here too", "behind", "further"}
    assert seen_by("here", back=1) == {"here too", "behind"}
    assert seen_by("beyond") == {"here", "here too", "behind"}


def test_it_does_not_turn_back_over_the_road_it_comes_from() -> None:
    assert seen_by("opposite") == set()  # nothing but the road itself leads there
    assert "away" not in seen_by("here")


def test_of_a_sensor_without_a_way_nothing_follows() -> None:
    assert seen_by("nowhere") == set()
    assert not upstream(NAMES, {}).any()


def test_a_round_of_roads_comes_to_an_end() -> None:
    ring = {str(at): Way(str(at), str(at), str((at + 1) % 4)) for at in range(4)}
    found = upstream(tuple(ring), ring, back=50)
    assert found.sum() == 12

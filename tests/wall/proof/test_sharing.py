"""One chain for a site, whoever leads it: two controllers' files and a real Redis between them."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.wall.proof.machines import Machine, start
from tests.wall.proof.test_store import content, record
from wall.errors import Deposed
from wall.proof.reading import ProofReader


def test_a_chain_goes_on_over_a_take_over_and_verifies_on_both(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), *(record(at_ms, content(at_ms % 3)) for at_ms in range(1, 101)))
    one.wrote(record(100, content(7), wall_id="south"))
    two.copy()
    assert two.head() == one.head()
    one.wrote(record(101, content(8)))  # not copied yet when it is killed
    two.lead()
    two.wrote(start(200), record(201, content(1)))
    one.restart()
    one.copy()
    assert one.head() == two.head()
    assert one.said() == two.said()
    assert "104 entries and 4 contents are as written" in one.said(wall_id="north")
    assert one.aside == two.aside == []
    before = two.at(50)
    assert (before["gap"], before["chain"]["isWhole"]) == (None, True)
    assert two.at(150)["gap"] == {"afterAtMs": 101, "untilAtMs": 200, "reason": "brokenOff"}


def test_a_head_noted_of_one_is_found_in_the_other(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), record(1))
    noted = one.head().split()[1]
    two.lead()
    two.wrote(start(2))
    assert "3 entries" in two.said(wall_id="north", head=noted)


def test_a_deposed_leaders_late_entries_do_not_fork_the_chain(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), record(1, content(1)))
    two.lead()
    two.wrote(start(10))
    one.write(record(11, content(2)), record(12, content(1)))
    with pytest.raises(Deposed):
        one.share()
    one.copy()
    assert one.head() == two.head()
    assert len(one.aside) == 1
    assert "2 entries from 3 on" in one.aside[0]
    assert "entries 3 to 4 of epoch" in one.said()
    assert "never shared, and are kept aside as written" in one.said()
    with closing(ProofReader(one.path)) as reader:
        assert [(each.first, each.last) for each in reader.asides("north")] == [(3, 4)]
    one.lead()  # again, and goes on behind the other
    one.wrote(start(20))
    two.copy()
    assert two.head() == one.head()
    assert two.aside == []


def test_what_a_killed_leader_had_not_shared_is_a_gap_and_kept_aside_with_it(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), record(1))
    one.write(record(2, content(2)), record(3))
    two.lead()
    two.wrote(start(10), record(11))
    assert two.at(5)["gap"] == {"afterAtMs": 1, "untilAtMs": 10, "reason": "brokenOff"}
    one.restart()
    one.lead()
    one.wrote(start(20))
    assert "entries 3 to 4 of epoch" in one.said()
    assert one.kinds() == ["start", "contents", "start", "contents", "start"]
    assert one.at(5)["gap"] == {"afterAtMs": 3, "untilAtMs": 10, "reason": "brokenOff"}


@pytest.mark.parametrize("shared", [1, 2])
def test_of_its_last_moments_a_killed_leader_is_asked_by_what_was_put_aside(
    pair: tuple[Machine, Machine], shared: int
) -> None:
    one, two = pair
    one.lead()
    told = [start(0), record(1), record(2, content(2)), record(3)]
    one.wrote(*told[:shared])
    one.write(*told[shared:])
    epoch = one.epoch
    two.lead()
    two.wrote(start(10), record(11))
    one.restart()
    one.copy()
    answer = one.at(2.5)
    assert answer["aside"] == {"first": shared + 1, "last": 4, "epoch": epoch}
    assert (answer["entry"]["sequence"], answer["entry"]["epoch"]) == (3, epoch)
    assert (answer["gap"], answer["chain"]["isWhole"], answer["chain"]["to"]) == (None, True, 4)
    assert answer["chain"]["contents"] == 1
    assert (two.at(2.5)["aside"], one.at(0.5)["aside"], one.at(11)["aside"]) == (None, None, None)


def test_a_leader_that_takes_its_own_lease_back_shares_what_it_had_not(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0))
    one.write(record(1), record(2, content(2)))
    one.restart()
    one.lead()
    one.wrote(start(3))
    two.copy()
    assert two.kinds() == ["start", "contents", "contents", "start"]
    assert two.said() == one.said()

"""The realms' desk: what is played is what the controller wants, and it hears how that goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from data_access.realms.realm import known_realm
from data_access.realms.running import Report, Wanted
from operations.errors import ControllerAway, ControllerRefused
from operations.realms import RealmDesk

T0 = 1_790_000_000_000.0
DRILL = "exercise:drill"


class Room:
    """A controller that keeps realms, what plays them, and the desk between."""

    def __init__(self) -> None:
        self.now_ms = T0
        self.shared_ms = 0.0  # the shared clock is so far before ours
        self.exercises: dict[str, dict[str, Any]] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self.away = False
        self.refusing: str | None = None
        self.told: list[dict[str, Any]] = []
        self.wanted: Mapping[str, Wanted] = {}
        self.reports: list[Report] = []
        self.pauses: list[float] = []
        self.desk = RealmDesk(self.ask, self, lambda: self.now_ms)

    def exercise(self, name: str = "drill", **more: Any) -> None:
        clock = {"atMs": self.now_ms, "glassAtMs": T0 - 1e8, "speed": 0.0, "toAtMs": T0 - 1e7}
        self.exercises[name] = {
            "exerciseId": name,
            "fromAtMs": T0 - 1e8,
            "toAtMs": T0 - 1e7,
            "clock": clock,
            "run": 0,
            "askedBasis": None,
            "phase": "waiting",
            "sinceAtMs": T0,
        } | more

    def ask(self, op: str, args: Mapping[str, Any], _actor: object) -> Mapping[str, Any]:
        if self.away:
            raise ControllerAway("away")
        if op == "realm.list":
            return {
                "atMs": self.now_ms + self.shared_ms,
                "exercises": list(self.exercises.values()),
                "known": list(self.known.values()),
            }
        if self.refusing:
            raise ControllerRefused(self.refusing, "no")
        self.told.append({"op": op, **args})
        if op == "exercise.report":
            self.exercises[args["exerciseId"]]["phase"] = args["phase"]
        return {}

    # What plays
    def keep(self, wanted: Mapping[str, Wanted]) -> None:
        self.wanted = dict(wanted)

    def poll(self, timeout_s: float) -> list[Report]:
        self.pauses.append(timeout_s)
        found, self.reports = self.reports, []
        return found

    def wake(self) -> None:
        """Nobody sleeps here."""

    def rounds(self, count: int = 2) -> None:
        for _ in range(count):
            self.desk.round()

    def hear(self, *reports: Report) -> None:
        self.reports += reports
        self.rounds()

    @property
    def phases(self) -> list[str]:
        return [each["phase"] for each in self.told]


def test_what_was_started_is_played_and_told() -> None:
    room = Room()
    room.exercise(run=2)
    room.rounds(1)
    wanted = room.wanted[DRILL]
    assert (wanted.order.realm, wanted.tuned.run, wanted.once) == (DRILL, 2, False)
    room.hear(Report(DRILL, 2, "preparing", 0.5))
    room.hear(Report(DRILL, 2, "running", 1.0, "known"))
    assert room.phases == ["preparing", "running"]
    assert room.told[-1] | {"code": None} == {
        "op": "exercise.report",
        "exerciseId": "drill",
        "run": 2,
        "phase": "running",
        "progress": 1.0,
        "basis": "known",
        "code": None,
    }


def test_instants_of_the_controller_become_ours() -> None:
    room = Room()
    room.shared_ms = 5_000.0
    room.exercise()
    room.rounds(1)
    assert room.wanted[DRILL].tuned.clock.at_ms == room.now_ms - 5_000.0
    room.shared_ms = 5_040.0  # nothing to set all anew for
    room.desk.ask_again()
    room.rounds(1)
    assert room.wanted[DRILL].tuned.clock.at_ms == room.now_ms - 5_000.0


def test_a_controller_that_was_away_hears_the_newest_word() -> None:
    room = Room()
    room.exercise()
    room.rounds(1)
    room.away = True
    room.hear(Report(DRILL, 0, "preparing", 0.1))
    room.hear(Report(DRILL, 0, "running", 1.0))
    assert room.told == []
    room.away = False
    room.rounds()
    assert room.phases == ["running"]


def test_a_controller_that_let_it_stand_is_told_that_it_is_played() -> None:
    """The link was lost for a moment: nothing has ended here."""
    room = Room()
    room.exercise()
    room.hear(Report(DRILL, 0, "running", 1.0))
    room.exercises["drill"]["phase"] = "waiting"
    room.desk.ask_again()
    room.rounds()
    assert room.phases == ["running", "running"]


def test_what_was_set_elsewhere_is_not_told_of_the_run_before() -> None:
    room = Room()
    room.exercise()
    room.hear(Report(DRILL, 0, "running", 1.0))
    room.exercises["drill"] |= {"run": 1, "phase": "preparing"}
    room.desk.ask_again()
    room.rounds(4)
    assert room.phases == ["running"]
    assert room.pauses[-1] > 1.0  # and it does not ask without end


def test_progress_is_told_now_and_then() -> None:
    room = Room()
    room.exercise()
    room.rounds(1)
    for number in range(20):
        room.now_ms += 100
        room.hear(Report(DRILL, 0, "preparing", number / 20))
    assert 3 <= len(room.told) <= 6
    room.hear(Report(DRILL, 0, "running", 1.0))
    assert room.phases[-1] == "running"


def test_an_ended_one_is_played_no_more_and_its_last_word_is_dropped() -> None:
    room = Room()
    room.exercise()
    room.rounds(1)
    room.away = True
    room.hear(Report(DRILL, 0, "running", 1.0))
    room.exercises.clear()
    room.away = False
    room.desk.ask_again()
    room.rounds()
    assert (room.wanted, room.told) == ({}, [])


def test_a_word_that_is_refused_has_the_realms_asked_for() -> None:
    room = Room()
    room.exercise()
    room.rounds(1)
    room.refusing = "conflict"
    room.exercises["drill"] |= {"run": 1}
    room.hear(Report(DRILL, 0, "running", 1.0))
    room.rounds()
    assert room.wanted[DRILL].tuned.run == 1
    assert room.told == []


def test_what_was_known_is_made_once() -> None:
    room = Room()
    realm = known_realm(T0 - 1e8)
    room.known[realm] = {"realm": realm, "atMs": T0, "phase": "waiting", "askedAtMs": T0}
    room.rounds(1)
    assert room.wanted[realm].once
    assert room.wanted[realm].order.basis == "known"
    room.hear(Report(realm, 0, "running", 1.0, "known"))
    assert room.told == [
        {
            "op": "known.report",
            "realm": realm,
            "phase": "running",
            "progress": 1.0,
            "basis": "known",
            "code": None,
        }
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"exerciseId": "live:x"},
        {"clock": {"atMs": 1.0, "glassAtMs": "now", "speed": 1, "toAtMs": 2}},
        {"clock": {"atMs": 1.0, "glassAtMs": 1.0, "speed": 1e9, "toAtMs": 2}},
    ],
)
def test_what_cannot_be_read_is_left_out_and_the_others_play(entry: dict[str, Any]) -> None:
    room = Room()
    room.exercise()
    room.exercise("other")
    other = room.exercises.pop("other")
    room.exercises["bad"] = other | entry if entry else {}
    room.known["bad"] = {"realm": "known:tomorrow", "atMs": 1.0, "phase": "", "askedAtMs": 1.0}
    room.rounds(1)
    assert list(room.wanted) == [DRILL]

"""The desk of the realms beside live: what the controller wants played, and how it goes.

It runs in a thread of its own beside the feed. The controller keeps what was started and what time
it is there; a feed that was killed asks, and plays on from there. Whatever is said can be said
again: after an outage the newest word of each realm counts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from data_access.realms.child import Tuned
from data_access.realms.realm import EXERCISE, RealmClock, is_exercise, known_at_ms
from data_access.realms.rehearsal import Order
from data_access.realms.running import Report, Wanted
from operations.desk import Ask
from operations.errors import ControllerAway, ControllerRefused

log = logging.getLogger(__name__)

LIST_MS = 60_000.0  # between two questions for the realms, if nobody says they changed
AGAIN_MS = 1_000.0  # after no answer
PROGRESS_MS = 500.0  # least time between two words of progress: each is written to disk
STEP_MS = 100.0  # by less the two clocks may differ without all realms being set anew
FAILED_MS = 5_000.0  # after an error nobody thought of

Finite = Annotated[float, Field(allow_inf_nan=False)]
Basis = Literal["known", "observed"]


class Plays(Protocol):
    """What plays realms (`data_access.realms.running.Rehearsals`)."""

    def keep(self, wanted: Mapping[str, Wanted]) -> None:
        """Play exactly these."""

    def poll(self, timeout_s: float) -> list[Report]:
        """Wait for what is said, at most so long, and return how realms go."""

    def wake(self) -> None:
        """Let `poll` return at once."""


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Clock(_Wire):
    at_ms: Finite
    glass_at_ms: Finite
    speed: Annotated[float, Field(ge=0, le=60)]
    to_at_ms: Finite


class _Exercise(_Wire):
    exercise_id: str
    from_at_ms: Finite
    to_at_ms: Finite
    clock: _Clock
    run: int
    asked_basis: Basis | None
    phase: str
    since_at_ms: Finite


class _Known(_Wire):
    realm: str
    at_ms: Finite
    phase: str
    asked_at_ms: Finite


class RealmDesk:
    """Speaks for `plays`. `ask(op, args, actor)` raises ControllerAway and ControllerRefused."""

    def __init__(self, ask: Ask, plays: Plays, clock_ms: Callable[[], float]) -> None:
        self._ask = ask
        self._plays = plays
        self._clock_ms = clock_ms
        self._must_list = True
        self._list_at_ms = 0.0
        self._behind_ms = 0.0
        self._newest: dict[str, Report] = {}  # of each realm
        self._untold: dict[str, Report] = {}
        self._told_ms: dict[str, float] = {}

    def ask_again(self) -> None:
        """Have the realms asked for: the controller is new, or they have changed."""
        self._must_list = True
        self._plays.wake()

    def run(self, stop: threading.Event) -> None:
        """Do rounds until `stop` is set."""
        while not stop.is_set():
            try:
                self.round()
            except Exception:  # one failing round must not end the realms
                log.exception("the realms' desk failed")
                stop.wait(FAILED_MS / 1000)

    def round(self) -> None:
        """List when there may be news, hear how realms go, and say it."""
        wait_ms = LIST_MS
        now_ms = self._clock_ms()
        try:
            if self._must_list or not 0 <= self._list_at_ms + LIST_MS - now_ms <= LIST_MS:
                self._list(now_ms)
            wait_ms = min(wait_ms, self._tell())
        except ControllerAway as error:
            log.info("realms wait for the controller: %s", error)
            wait_ms = AGAIN_MS
        for report in self._plays.poll(wait_ms / 1000):
            self._note(report)

    def _list(self, now_ms: float) -> None:
        self._must_list = False
        try:
            body = self._ask("realm.list", {}, None)
        except ControllerRefused as error:
            log.error("realms cannot be listed: %s", error)
            self._list_at_ms = now_ms
            return
        except ControllerAway:
            self._must_list = True
            raise
        self._list_at_ms = now_ms
        behind_ms = float(body["atMs"]) - self._clock_ms()
        if abs(behind_ms - self._behind_ms) > STEP_MS:
            self._behind_ms = behind_ms
        wanted, phases = read_wanted(body, behind_ms=self._behind_ms)
        self._plays.keep(wanted)
        self._newest = {realm: said for realm, said in self._newest.items() if realm in wanted}
        self._untold = {realm: said for realm, said in self._untold.items() if realm in wanted}
        for realm, said in self._newest.items():
            if wanted[realm].tuned.run == said.run and phases[realm] != said.phase:
                self._untold[realm] = said  # the controller does not know it any more

    def _note(self, report: Report) -> None:
        before = self._newest.get(report.realm)
        self._newest[report.realm] = report
        is_progress = before is not None and (before.run, before.phase) == (
            report.run,
            report.phase,
        )
        told_ms = self._told_ms.get(report.realm, 0.0)
        if is_progress and abs(self._clock_ms() - told_ms) < PROGRESS_MS:
            return
        self._untold[report.realm] = report

    def _tell(self) -> float:
        for realm, report in list(self._untold.items()):
            op, args = said(report)
            try:
                self._ask(op, args, None)
            except ControllerRefused as error:
                log.info("%s: %s was not taken: %s", realm, report.phase, error)
                self._must_list = True
            if self._untold.get(realm) is report:
                del self._untold[realm]
            self._told_ms[realm] = self._clock_ms()
        return 0.0 if self._must_list else LIST_MS


def read_wanted(
    body: Mapping[str, Any], *, behind_ms: float
) -> tuple[dict[str, Wanted], dict[str, str]]:
    """Return the realms of an answer to `realm.list`, and the phase each is said to be in.

    Instants of the controller become ours; what cannot be read is left out.
    """
    wanted: dict[str, Wanted] = {}
    phases: dict[str, str] = {}
    for entry in _entries(body, "exercises"):
        try:
            exercise = _Exercise.model_validate(entry)
        except ValidationError as error:
            log.error("an exercise is not played: %s", _first(error))
            continue
        realm = f"{EXERCISE}{exercise.exercise_id}"
        if not is_exercise(realm):
            log.error("%.100r is no realm", realm)
            continue
        clock = RealmClock.of(exercise.clock.model_dump(by_alias=True), behind_ms=behind_ms)
        order = Order(realm, exercise.from_at_ms, exercise.to_at_ms, exercise.asked_basis)
        wanted[realm] = Wanted(order, Tuned(clock, exercise.run), exercise.since_at_ms)
        phases[realm] = exercise.phase
    for entry in _entries(body, "known"):
        try:
            known = _Known.model_validate(entry)
        except ValidationError as error:
            log.error("what was known is not looked for: %s", _first(error))
            continue
        at_ms = known_at_ms(known.realm)
        if at_ms is None:
            log.error("%.100r is no realm", known.realm)
            continue
        order = Order(known.realm, at_ms, at_ms, "known")
        tuned = Tuned(RealmClock(0.0, at_ms, 0.0, at_ms), 0)
        wanted[known.realm] = Wanted(order, tuned, known.asked_at_ms, once=True)
        phases[known.realm] = known.phase
    return wanted, phases


def said(report: Report) -> tuple[str, dict[str, Any]]:
    """Return operation and arguments that tell the controller of a report."""
    args: dict[str, Any] = {
        "phase": report.phase,
        "progress": report.progress,
        "basis": report.basis,
        "code": report.code,
    }
    if is_exercise(report.realm):
        exercise_id = report.realm.removeprefix(EXERCISE)
        return "exercise.report", {"exerciseId": exercise_id, "run": report.run, **args}
    return "known.report", {"realm": report.realm, **args}


def _entries(body: Mapping[str, Any], name: str) -> Iterable[Any]:
    found = body.get(name)
    return found if isinstance(found, list) else []


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"

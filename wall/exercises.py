"""Exercises: recorded stretches that are played again, each in a realm of its own beside live.

The controller keeps what was started, by whom, and what time it is there; the engine (in feed)
plays it and says how it goes. While it does not play, the time there stands still, so that a feed
that was killed goes on where it was. Which wall shows it is
`wall.realms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from realm import EXERCISE_ID
from wall.answers import Asked, answer, answer_reading
from wall.arrangement import Arrangement
from wall.effects import Effect, EntryRecord, Persist, Send
from wall.errors import BadFields, Refused
from wall.events import event
from wall.operation import COMMANDERS, READERS, NoArgs, Operation
from wall.protocol import Instant, Name, check, encode
from wall.realm import EXERCISE, LIVE, RealmClock
from wall.scene import WireModel
from wall.state import State
from wall.store import Kept

SORT = "exercise"
TOPIC = "realms"
MOST = 3  # at once: each is a process that reads and counts
LONGEST_MS = 24 * 3_600_000.0

Basis = Literal["known", "observed"]
Phase = Literal["waiting", "preparing", "running", "failed"]
Pace = Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Id = Annotated[str, Field(pattern=f"^{EXERCISE_ID}$")]


class Exercise(WireModel):
    """One exercise, as it is kept and told. `run` rises when its time is set elsewhere."""

    exercise_id: Id
    name: Annotated[str, Field(max_length=60)]
    from_at_ms: Instant
    to_at_ms: Instant
    speed: Pace
    is_paused: bool
    clock: RealmClock
    run: int
    asked_basis: Basis | None  # None: the engine finds out
    basis: Basis | None
    phase: Phase
    progress: Share
    code: Name | None
    by: Name
    since_at_ms: Instant

    @property
    def realm(self) -> str:
        """The realm it plays in."""
        return f"{EXERCISE}{self.exercise_id}"

    def changed(self, now_ms: float, *, glass_ms: float | None = None, **fields: Any) -> Exercise:
        """Return it with other fields from now on; its time goes on from where it is, or there."""
        after = self.model_copy(update=fields)
        is_moving = after.phase == "running" and not after.is_paused
        clock = RealmClock.set(
            now_ms,
            self.clock.glass_ms(now_ms) if glass_ms is None else glass_ms,
            speed=after.speed if is_moving else 0.0,
            to_ms=self.to_at_ms,
        )
        return after.model_copy(update={"clock": clock})

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return self.model_dump(by_alias=True)


class StartArgs(WireModel):
    """Of `exercise.start`."""

    exercise_id: Id
    name: Annotated[str, Field(max_length=60)] = ""
    from_at_ms: Instant
    to_at_ms: Instant
    speed: Pace = 1.0
    basis: Basis | None = None


class ExerciseArgs(WireModel):
    """Of `exercise.end`."""

    exercise_id: Id


class PauseArgs(ExerciseArgs):
    """Of `exercise.pause`."""

    on: bool


class SpeedArgs(ExerciseArgs):
    """Of `exercise.speed`."""

    speed: Pace


class GoArgs(ExerciseArgs):
    """Of `exercise.go`."""

    glass_at_ms: Instant


class ReportArgs(ExerciseArgs):
    """Of `exercise.report`: how the engine gets on with a run."""

    run: int
    phase: Literal["preparing", "running", "failed"]
    progress: Share = 0.0
    basis: Basis | None = None
    code: Name | None = None


def begin(state: State, kept: Kept) -> list[str]:
    """Give a state that begins the exercises that were kept; return what is wrong with them."""
    problems = []
    for exercise_id, body in kept.entries_of(SORT).items():
        try:
            state.exercises[exercise_id] = check(Exercise, body)
        except BadFields as error:
            problems.append(f"exercise {exercise_id!r}: {error}")
    return problems


def of_realm(state: State, realm: str) -> Exercise | None:
    """Return the exercise that plays in a realm; None of live and of one that has ended."""
    if not realm.startswith(EXERCISE):
        return None
    found: Exercise | None = state.exercises.get(realm.removeprefix(EXERCISE))
    return found


def realm_fields(state: State, realm: str) -> dict[str, Any] | None:
    """Return what players are told of a realm; None of live."""
    found = of_realm(state, realm)
    if found is None:
        return None
    return {
        "realm": realm,
        "exerciseId": found.exercise_id,
        "name": found.name,
        "clock": found.clock.to_json(),
    }


def mark(state: State, arrangement: Arrangement | None) -> dict[str, Any]:
    """Return what `prepare` and `stage` say of the realm of a scene: nothing of live."""
    if arrangement is None or arrangement.realm == LIVE:
        return {}
    # Of one that has just ended its name is left: the wall is on its way back to live.
    return {"realm": realm_fields(state, arrangement.realm) or {"realm": arrangement.realm}}


def halted(state: State) -> None:
    """Let the time of all exercises stand still: whoever plays them has gone."""
    for found in list(state.exercises.values()):
        if found.phase == "running":
            after = found.changed(state.now_ms, phase="waiting", progress=0.0)
            state.effects.append(Persist((_put(state, after),), then=_told(state, after)))


def find(state: State, exercise_id: str) -> Exercise:
    """Return an exercise; raises Refused."""
    found: Exercise | None = state.exercises.get(exercise_id)
    if found is None:
        raise Refused("unknownRealm", f"no exercise {exercise_id!r} here")
    return found


def _start(state: State, asked: Asked, args: StartArgs) -> None:
    if args.exercise_id in state.exercises:
        raise Refused("conflict", f"exercise {args.exercise_id!r} is there already")
    if len(state.exercises) >= MOST:
        raise Refused("conflict", f"{MOST} exercises are there already: end one first")
    to_ms = min(args.to_at_ms, state.now_ms)
    if not args.from_at_ms < to_ms:
        raise Refused("invalidArgs", "toAtMs: expected an instant after fromAtMs, and in the past")
    if to_ms - args.from_at_ms > LONGEST_MS:
        raise Refused("invalidArgs", "toAtMs: expected at most 24 hours after fromAtMs")
    clock = RealmClock.set(state.now_ms, args.from_at_ms, speed=0.0, to_ms=to_ms)
    started = Exercise.model_validate(
        {
            "exerciseId": args.exercise_id,
            "name": args.name,
            "fromAtMs": args.from_at_ms,
            "toAtMs": to_ms,
            "speed": args.speed,
            "isPaused": False,
            "clock": clock,
            "run": 0,
            "askedBasis": args.basis,
            "basis": None,
            "phase": "waiting",
            "progress": 0.0,
            "code": None,
            "by": asked.by,
            "sinceAtMs": state.now_ms,
        }
    )
    _answer(state, asked, started)


def _pause(state: State, asked: Asked, args: PauseArgs) -> None:
    found = find(state, args.exercise_id)
    _answer(state, asked, found.changed(state.now_ms, is_paused=args.on))


def _speed(state: State, asked: Asked, args: SpeedArgs) -> None:
    found = find(state, args.exercise_id)
    _answer(state, asked, found.changed(state.now_ms, speed=args.speed))


def _go(state: State, asked: Asked, args: GoArgs) -> None:
    """Set the time there elsewhere; it stands until the engine is there too."""
    found = find(state, args.exercise_id)
    if not found.from_at_ms <= args.glass_at_ms <= found.to_at_ms:
        raise Refused("invalidArgs", "glassAtMs: expected an instant of the exercise")
    phase = "preparing" if found.phase == "running" else found.phase
    moved = found.changed(
        state.now_ms, glass_ms=args.glass_at_ms, run=found.run + 1, phase=phase, progress=0.0
    )
    _answer(state, asked, moved)


def _end(state: State, asked: Asked, args: ExerciseArgs) -> None:
    found = find(state, args.exercise_id)
    del state.exercises[found.exercise_id]
    record = EntryRecord(SORT, "", found.exercise_id, None)
    then = event(state, TOPIC, "changed", {"realm": found.realm, "exercise": None})
    answer(state, asked, {"realm": found.realm}, changes=(record,), then=then)


def _report(state: State, asked: Asked, args: ReportArgs) -> None:
    found = find(state, args.exercise_id)
    if args.run != found.run:
        raise Refused("conflict", f"exercise {args.exercise_id!r} was set elsewhere since")
    fields: dict[str, Any] = {
        "phase": args.phase,
        "progress": args.progress,
        "code": args.code,
        "basis": args.basis or found.basis,
    }
    _answer(state, asked, found.changed(state.now_ms, **fields))


def _list(state: State, asked: Asked, args: NoArgs) -> None:
    answer_reading(state, asked, listed(state))


def listed(state: State) -> dict[str, Any]:
    """Return all realms beside live, and what time it is here."""
    return {
        "atMs": state.now_ms,
        "exercises": [each.to_json() for _, each in sorted(state.exercises.items())],
        "known": [each.to_json() for _, each in sorted(state.known.items())],
    }


def _answer(state: State, asked: Asked, after: Exercise) -> None:
    record = _put(state, after)
    result: Mapping[str, Any] = {"realm": after.realm, "exercise": after.to_json()}
    answer(state, asked, dict(result), changes=(record,), then=_told(state, after))


def _put(state: State, after: Exercise) -> EntryRecord:
    state.exercises[after.exercise_id] = after
    return EntryRecord(SORT, "", after.exercise_id, after.to_json())


def _told(state: State, after: Exercise) -> tuple[Effect, ...]:
    said = {"realm": after.realm, "exercise": after.to_json()}
    return (*event(state, TOPIC, "changed", said), *_frames(state, after.realm))


def _frames(state: State, realm: str) -> tuple[Effect, ...]:
    """Return what tells all clients of walls that show a realm, or will, what time it is there."""
    to = tuple(
        client_id
        for ws in state.walls.values()
        if ws.realm == realm or (ws.pending is not None and ws.pending.change.realm == realm)
        for client_id in sorted(ws.clients)
    )
    fields = realm_fields(state, realm)
    return (Send(to, encode("realm", state.epoch, fields)),) if to and fields is not None else ()


OPERATIONS = {
    "realm.list": Operation(NoArgs, READERS, _list),
    "exercise.start": Operation(StartArgs, COMMANDERS, _start),
    "exercise.pause": Operation(PauseArgs, COMMANDERS, _pause),
    "exercise.speed": Operation(SpeedArgs, COMMANDERS, _speed),
    "exercise.go": Operation(GoArgs, COMMANDERS, _go),
    "exercise.end": Operation(ExerciseArgs, COMMANDERS, _end),
    "exercise.report": Operation(ReportArgs, COMMANDERS, _report, service="feed"),
}

"""Keeping the layer `scheduled` as the clock says: sets it when a window begins, clears it after.

Acts on edges only: whatever people do to the layer within a window holds until the window ends, and
so does what it shows when the list or scene it came from is taken away meanwhile.
Which window the layer was last set for is kept with it, so a restart in the middle finds it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wall import change, contents, locks, playing, scenes
from wall.answers import Asked, answer, answer_reading
from wall.arrangement import Arrangement
from wall.effects import EntryRecord, Persist
from wall.errors import BadFields, Refused
from wall.events import event
from wall.layers import Layer, LayerChange, LayerName, Windows
from wall.operation import COMMANDERS, READERS, Operation, WallArgs, find_wall
from wall.protocol import Name, check
from wall.record import wall_record
from wall.scene import Id, WireModel
from wall.schedules import (
    Schedule,
    ScheduleFields,
    Window,
    best,
    make_schedule,
    read_schedules,
)
from wall.state import State, WallState
from wall.store import Kept

LAYER: LayerName = "scheduled"
LOOK_AGAIN_MS = 3_600_000.0
WARM_UP_MS = 60_000.0  # what comes next is rendered so long before


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clock says of a wall, good from `at_ms` to before `until_ms`."""

    at_ms: float
    until_ms: float
    active: tuple[Schedule, Window] | None
    following: tuple[Schedule, Window] | None
    ahead: tuple[Arrangement, ...] = ()  # what begins soon will show first


class PutArgs(WireModel):
    """Of `schedule.put`."""

    wall_id: Name
    schedule: ScheduleFields


class ScheduleArgs(WireModel):
    """Of `schedule.delete`."""

    wall_id: Name
    schedule_id: Id


def begin(ws: WallState, city: Path, kept: Kept) -> list[str]:
    """Give a wall that begins the city's schedules and those put; return what is wrong."""
    wall_id = ws.wall.wall_id
    ws.schedules.seeds, wrong = read_schedules(
        city / "schedules" / wall_id, may_show=lambda each: _refuse_unknown(ws, each)
    )
    problems = [str(each) for each in wrong]
    for schedule_id, body in kept.entries_of("schedule", wall_id).items():
        try:
            ws.schedules.put[schedule_id] = make_schedule(check(ScheduleFields, body))
        except (BadFields, Refused) as error:
            problems.append(f"put schedule {schedule_id!r} of wall {wall_id!r}: {error}")
    return problems


def advance(state: State, ws: WallState) -> None:
    """Set or clear the layer when another window holds than the one it was set for.

    Called while nothing is pending.
    """
    now_ms = state.now_ms + state.step_ms
    plan = ws.plan
    if plan is None or not plan.at_ms <= now_ms < plan.until_ms:
        plan = ws.plan = make_plan(state, ws, now_ms)
        contents.refresh_wanted(state)
    active = plan.active[1] if plan.active is not None else None
    before = ws.windows.current
    if active is None and before is None:
        return
    if active is not None and active.is_same(before):
        return
    held = ws.layers.get(LAYER)
    is_ours = held is not None and before is not None and held.by == _by(before)
    dismissed = tuple(each for each in ws.windows.dismissed if each.end_at_ms > now_ms)
    if before is not None and before.end_at_ms > now_ms and not is_ours:
        dismissed = (*dismissed, before)
    after = Windows(active, dismissed)
    if plan.active is None:
        _leave(state, ws, after, is_ours=is_ours)
    else:
        _show(state, ws, plan.active, after, is_ours=is_ours)


def make_plan(state: State, ws: WallState, now_ms: float) -> Plan:
    """Return what the clock says now, and until when that cannot change."""
    active, upcoming, edges = [], [], [now_ms + LOOK_AGAIN_MS]
    for _, schedule in ws.schedules:
        window = schedule.current(now_ms, state.calendar)
        if window is not None:
            edges.append(window.end_at_ms)
            if window.is_same(ws.windows.current) or _can_begin(ws, schedule, window):
                active.append((schedule, window))
        following = schedule.next(now_ms, state.calendar)
        if following is not None:
            upcoming.append((schedule, following))
            warm_up_ms = following.start_at_ms - WARM_UP_MS
            edges.append(warm_up_ms if warm_up_ms > now_ms else following.start_at_ms)
    first = min(upcoming, key=lambda each: each[1].start_at_ms, default=None)
    is_soon = first is not None and first[1].start_at_ms <= now_ms + WARM_UP_MS
    ahead = _first_picture(ws, first[0]) if first is not None and is_soon else ()
    return Plan(now_ms, min(edges), best(active), first, ahead)


def next_ms(state: State, ws: WallState) -> float | None:
    """Return when the clock next has something to say."""
    return ws.plan.until_ms - state.step_ms if ws.plan is not None else None


def describe(ws: WallState) -> dict[str, Any]:
    """Return a wall's `schedule`."""
    current, plan = ws.windows.current, ws.plan
    following = plan.following[1] if plan is not None and plan.following is not None else None
    return {
        "current": current.to_json() if current is not None else None,
        "next": following.to_json() if following is not None else None,
    }


def _first_picture(ws: WallState, schedule: Schedule) -> tuple[Arrangement, ...]:
    scene_id = schedule.scene_id
    playlist = ws.playlists.get(schedule.playlist_id) if schedule.playlist_id else None
    if playlist is not None:
        scene_id = playlist.turns[0].scene_id
    scene = ws.scene(scene_id) if scene_id is not None else None
    return (ws.arrange(scene),) if scene is not None else ()


def _by(window: Window) -> str:
    return f"schedule:{window.schedule_id}"


def _can_begin(ws: WallState, schedule: Schedule, window: Window) -> bool:
    """Tell whether a window may have the layer: not dismissed, and what it shows is there."""
    try:
        _refuse_unknown(ws, schedule)
    except Refused:
        return False
    return not any(window.is_same(each) for each in ws.windows.dismissed)


def _show(
    state: State,
    ws: WallState,
    active: tuple[Schedule, Window],
    after: Windows,
    *,
    is_ours: bool,
) -> None:
    schedule, window = active

    def otherwise(code: str) -> None:
        state.counts["schedulesRefused"] += 1
        _leave(state, ws, after, is_ours=is_ours, code=code)

    playlist = ws.playlists.get(schedule.playlist_id) if schedule.playlist_id else None
    if playlist is not None:
        play = playing.Play(playlist, LAYER, _by(window), None, windows=after, otherwise=otherwise)
        playing.step(state, ws, play, after=-1, asked=None)
        return
    arrangement = ws.arrange(scenes.find(ws, str(schedule.scene_id)))
    if contents.above_ceiling(state, ws, arrangement):
        otherwise("aboveCeiling")
        return
    begun = LayerChange(LAYER, Layer(arrangement, _by(window), state.now_ms, None), windows=after)
    change.own(state, ws, begun, instead=lambda refused: otherwise(refused.code))


def _leave(
    state: State, ws: WallState, after: Windows, *, is_ours: bool, code: str | None = None
) -> None:
    """Take note of a window without filling the layer; what an earlier one left there goes."""
    window = after.current
    told = {"window": window.to_json() if window is not None else None, "code": code}
    then = event(state, f"wall.{ws.wall.wall_id}", "schedule", told)
    if is_ours:
        state.effects.extend(then)
        change.own(state, ws, LayerChange(LAYER, None, windows=after))
        return
    ws.windows = after
    state.effects.append(Persist((wall_record(ws),), then=then))


def _refuse_unknown(ws: WallState, schedule: Schedule) -> None:
    if schedule.scene_id is not None:
        scenes.find(ws, schedule.scene_id)
    else:
        playing.find(ws, str(schedule.playlist_id))


def _list(state: State, asked: Asked, args: WallArgs) -> None:
    ws = find_wall(state, args.wall_id)
    now_ms = state.now_ms + state.step_ms
    found = []
    for schedule_id, schedule in ws.schedules:
        window = schedule.current(now_ms, state.calendar)
        following = schedule.next(now_ms, state.calendar)
        found.append(
            {
                **schedule.to_json(),
                "isPut": schedule_id in ws.schedules.put,
                "isActive": window is not None and window.is_same(ws.windows.current),
                "endAtMs": window.end_at_ms if window is not None else None,
                "nextStartAtMs": following.start_at_ms if following is not None else None,
            }
        )
    result = {"schedules": found, "timezone": state.calendar.zone.key, **describe(ws)}
    answer_reading(state, asked, result)


def _put(state: State, asked: Asked, args: PutArgs) -> None:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    schedule = make_schedule(args.schedule)
    _refuse_unknown(ws, schedule)
    ws.schedules.keep(schedule.schedule_id, schedule)
    _answer(state, asked, ws, schedule.schedule_id, schedule.to_json())


def _delete(state: State, asked: Asked, args: ScheduleArgs) -> None:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    if ws.schedules.get(args.schedule_id) is None:
        raise Refused(
            "unknownSchedule", f"wall {args.wall_id!r} has no schedule {args.schedule_id!r}"
        )
    ws.schedules.drop(args.schedule_id)
    _answer(state, asked, ws, args.schedule_id, None)


def _answer(
    state: State, asked: Asked, ws: WallState, schedule_id: str, body: dict[str, Any] | None
) -> None:
    ws.plan = None
    record = EntryRecord("schedule", ws.wall.wall_id, schedule_id, body)
    answer(state, asked, {"scheduleId": schedule_id}, changes=(record,))


OPERATIONS = {
    "schedule.list": Operation(WallArgs, READERS, _list),
    "schedule.put": Operation(PutArgs, COMMANDERS, _put),
    "schedule.delete": Operation(ScheduleArgs, COMMANDERS, _delete),
}

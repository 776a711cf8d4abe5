"""Playing a list on a layer: start, step when its time has come, pause, skip, stop.

A scene that cannot be shown (gone, above the wall's ceiling) is passed over and said; when none is
left the list ends and what it showed last stays. Steps are switches of the controller's own; one
that a person's take supersedes is made up for after that take.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from wall import change, contents, locks, switch
from wall.answers import Asked, answer, answer_reading, refuse
from wall.arrangement import Arrangement
from wall.effects import EntryRecord, Persist
from wall.errors import BadFields, Refused
from wall.events import event
from wall.layers import ORDER, Layer, LayerChange, LayerName, Windows
from wall.operation import COMMANDERS, READERS, Operation, WallArgs, find_wall
from wall.playlists import (
    Playlist,
    PlaylistArgs,
    PlaylistFields,
    PutArgs,
    Run,
    make_playlist,
    read_playlists,
)
from wall.protocol import check
from wall.record import wall_record
from wall.state import State, WallState
from wall.store import Kept

PlayLayer = Literal["scheduled", "manual"]
Skipped = Sequence[dict[str, str]]


class LayerArgs(WallArgs):
    """Of `playlist.stop`."""

    layer: PlayLayer = "scheduled"


class StartArgs(LayerArgs):
    """Of `playlist.start`."""

    playlist_id: str = Field(min_length=1, max_length=200)
    index: Annotated[int, Field(ge=0, le=1000)] = 0
    hold: bool = False


class PauseArgs(LayerArgs):
    """Of `playlist.pause`."""

    on: bool


class SkipArgs(LayerArgs):
    """Of `playlist.skip`: to the next turn, or to the one named."""

    index: Annotated[int, Field(ge=0, le=1000)] | None = None


def begin(ws: WallState, city: Path, kept: Kept) -> list[str]:
    """Give a wall that begins the city's lists and those that were put; return what is wrong."""
    wall_id = ws.wall.wall_id
    ws.playlists.seeds, wrong = read_playlists(city / "playlists" / wall_id)
    problems = [str(each) for each in wrong]
    for playlist_id, body in kept.entries_of("playlist", wall_id).items():
        try:
            ws.playlists.put[playlist_id] = make_playlist(check(PlaylistFields, body))
        except BadFields as error:
            problems.append(f"put playlist {playlist_id!r} of wall {wall_id!r}: {error}")
    return problems


@dataclass(frozen=True, slots=True)
class Play:
    """Whose list fills which layer, and until when."""

    playlist: Playlist
    layer: LayerName
    by: str
    until_at_ms: float | None
    is_paused: bool = False
    windows: Windows | None = None  # of the schedule that plays it
    otherwise: Callable[[str], None] | None = None  # what is done when nothing can be shown


def step(
    state: State,
    ws: WallState,
    play: Play,
    *,
    after: int,
    asked: Asked | None,
    skipped: Skipped = (),
) -> None:
    """Bring the first turn after turn `after` that can be shown; without one the list ends.

    Raises Refused when somebody asked and there is none.
    """
    passed = list(skipped)
    for index in play.playlist.following(after):
        if len(passed) >= len(play.playlist.turns):
            break
        turn = play.playlist.turns[index]
        scene = ws.scene(turn.scene_id)
        if scene is None:
            passed.append({"sceneId": turn.scene_id, "code": "unknownScene"})
            continue
        arrangement = ws.arrange(scene)
        if contents.above_ceiling(state, ws, arrangement):
            passed.append({"sceneId": turn.scene_id, "code": "aboveCeiling"})
            continue
        _bring(state, ws, play, index, arrangement, asked=asked, skipped=passed)
        return
    if asked is not None:
        tried = ", ".join(f"{each['sceneId']} ({each['code']})" for each in passed)
        raise Refused("conflict", f"no scene of the list can be shown: {tried or 'it is over'}")
    if play.otherwise is not None:
        play.otherwise("noScene")
    else:
        _end(state, ws, play.layer, passed)


def advance(state: State, ws: WallState) -> None:
    """Step a list whose turn is over; called while nothing is pending."""
    for name, layer, run in running(ws):
        next_at_ms = run.next_at_ms
        if next_at_ms is None:
            continue
        playlist = ws.playlists.get(run.playlist_id)
        if playlist is None:
            _end(state, ws, name, [])
            return
        dwell_ms = playlist.turns[min(run.index, len(playlist.turns) - 1)].dwell_ms
        if next_at_ms > state.now_ms + dwell_ms:  # the clock went back, or a turn is shorter
            run = replace(run, next_at_ms=state.now_ms + dwell_ms)
            _keep(state, ws, name, replace(layer, run=run))
        elif next_at_ms <= state.now_ms:
            play = Play(playlist, name, layer.by, layer.until_at_ms)
            step(state, ws, play, after=run.index, asked=None)
            return


def running(ws: WallState) -> list[tuple[LayerName, Layer, Run]]:
    """Return the layers that a list fills, highest first."""
    return [
        (name, layer, layer.run)
        for name in ORDER
        if (layer := ws.layers.get(name)) is not None and layer.run is not None
    ]


def next_ms(ws: WallState) -> float | None:
    """Return when the next turn is over."""
    times = [run.next_at_ms for _, _, run in running(ws)]
    return min((each for each in times if each is not None), default=None)


def describe(ws: WallState) -> list[dict[str, Any]]:
    """Return the running lists as a wall's `playlists` have them."""
    return [_run(name, layer, run) for name, layer, run in running(ws)]


def drop_step(state: State, ws: WallState, name: LayerName) -> None:
    """Abort a step that is being prepared; it is made anew when its list still wants it."""
    pending = ws.pending
    if pending is None or pending.asked is not None or pending.change.name != name:
        return
    if pending.change.layer is not None and pending.change.layer.run is not None:
        newer = Refused("superseded", "the list was changed")
        switch.abort(state, ws, pending, "superseded", newer)


def _run(name: LayerName, layer: Layer, run: Run) -> dict[str, Any]:
    return {
        "layer": name,
        "sceneId": layer.arrangement.scene.scene_id,
        "paused": run.next_at_ms is None,
        **run.to_json(),
    }


def _bring(
    state: State,
    ws: WallState,
    play: Play,
    index: int,
    arrangement: Arrangement,
    *,
    asked: Asked | None,
    skipped: list[dict[str, str]],
) -> None:
    playlist, turn = play.playlist, play.playlist.turns[index]
    run = Run(
        playlist.playlist_id,
        index,
        next_at_ms=None if play.is_paused else state.now_ms + turn.dwell_ms,
        left_ms=turn.dwell_ms if play.is_paused else None,
        skipped=tuple(skipped),
    )
    layer = Layer(arrangement, play.by, state.now_ms, play.until_at_ms, run)
    state.counts["playlistSteps"] += 1
    state.counts["playlistSkips"] += len(skipped)

    def instead(refused: Refused) -> None:
        code = {"sceneId": turn.scene_id, "code": refused.code}
        try:
            step(state, ws, play, after=index, asked=asked, skipped=[*skipped, code])
        except Refused as error:
            assert asked is not None  # noqa: S101
            refuse(state, asked, error)

    longest_ms = switch.LONGEST_TRANSITION_MS[playlist.transition_kind]
    terms = switch.Terms(
        transition_kind=playlist.transition_kind,
        transition_ms=min(playlist.transition_ms, longest_ms),
    )
    ends = change.ended(ws, play.layer) if asked is not None else None
    taken = LayerChange(play.layer, layer, play.windows, ends)
    if asked is not None:
        change.ask(state, ws, taken, terms=terms, asked=asked, instead=instead)
    else:
        change.own(state, ws, taken, terms=terms, instead=instead)
    if skipped:
        _tell(state, ws, play.layer, _run(play.layer, layer, run))


def _end(state: State, ws: WallState, name: LayerName, skipped: Skipped) -> None:
    """End a list; what it showed last stays on its layer."""
    layer = ws.layers.get(name)
    if layer is None or layer.run is None:
        return
    state.counts["playlistEnds"] += 1
    _keep(state, ws, name, replace(layer, run=None), skipped=skipped)


def _keep(
    state: State, ws: WallState, name: LayerName, layer: Layer, *, skipped: Skipped = ()
) -> None:
    """Change how a list goes on, not the picture."""
    ws.layers = {**ws.layers, name: layer}
    run = _run(name, layer, layer.run) if layer.run is not None else None
    topic = f"wall.{ws.wall.wall_id}"
    told = {"layer": name, "playlist": run, "skipped": list(skipped)}
    then = event(state, topic, "playlist", told)
    state.effects.append(Persist((wall_record(ws),), then=then))
    contents.refresh_wanted(state)


def _tell(state: State, ws: WallState, name: LayerName, run: dict[str, Any]) -> None:
    told = {"layer": name, "playlist": run, "skipped": run["skipped"]}
    state.effects.extend(event(state, f"wall.{ws.wall.wall_id}", "playlist", told))


def find(ws: WallState, playlist_id: str) -> Playlist:
    """Return a list of the wall; raises Refused."""
    playlist = ws.playlists.get(playlist_id)
    if playlist is None:
        raise Refused(
            "unknownPlaylist", f"wall {ws.wall.wall_id!r} has no playlist {playlist_id!r}"
        )
    return playlist


def _mine(state: State, asked: Asked, args: LayerArgs) -> tuple[WallState, Layer, Run]:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    layer = ws.layers.get(args.layer)
    if layer is None or layer.run is None:
        raise Refused("conflict", f"no list runs on layer {args.layer!r} of wall {args.wall_id!r}")
    return ws, layer, layer.run


def _list(state: State, asked: Asked, args: WallArgs) -> None:
    ws = find_wall(state, args.wall_id)
    found = [
        {**playlist.to_json(), "isPut": playlist_id in ws.playlists.put}
        for playlist_id, playlist in ws.playlists
    ]
    answer_reading(state, asked, {"playlists": found, "running": describe(ws)})


def _put(state: State, asked: Asked, args: PutArgs) -> None:
    ws = find_wall(state, args.wall_id)
    playlist = make_playlist(args.playlist)
    ws.playlists.keep(playlist.playlist_id, playlist)
    _answer(state, asked, ws, playlist.playlist_id, playlist.to_json())


def _delete(state: State, asked: Asked, args: PlaylistArgs) -> None:
    ws = find_wall(state, args.wall_id)
    find(ws, args.playlist_id)
    ws.playlists.drop(args.playlist_id)
    _answer(state, asked, ws, args.playlist_id, None)


def _answer(
    state: State, asked: Asked, ws: WallState, playlist_id: str, body: dict[str, Any] | None
) -> None:
    contents.refresh_wanted(state)
    record = EntryRecord("playlist", ws.wall.wall_id, playlist_id, body)
    answer(state, asked, {"playlistId": playlist_id}, changes=(record,))


def _start(state: State, asked: Asked, args: StartArgs) -> None:
    ws = find_wall(state, args.wall_id)
    locks.refuse_others(asked, ws)
    is_held = args.hold or args.layer != "manual"
    until_ms = None if is_held else state.now_ms + ws.wall.manual_hold_min * 60_000
    playlist = find(ws, args.playlist_id)
    if args.index >= len(playlist.turns):
        raise Refused("invalidArgs", f"index: expected less than {len(playlist.turns)}")
    play = Play(playlist, args.layer, asked.by, until_ms)
    step(state, ws, play, after=args.index - 1, asked=asked)


def _pause(state: State, asked: Asked, args: PauseArgs) -> None:
    ws, layer, run = _mine(state, asked, args)
    drop_step(state, ws, args.layer)
    if args.on and run.next_at_ms is not None:
        left_ms = max(0.0, run.next_at_ms - state.now_ms)
        run = replace(run, next_at_ms=None, left_ms=left_ms)
    elif not args.on and run.next_at_ms is None:
        run = replace(run, next_at_ms=state.now_ms + (run.left_ms or 0.0), left_ms=None)
    layer = replace(layer, run=run)
    ws.layers = {**ws.layers, args.layer: layer}
    told = _run(args.layer, layer, run)
    data: dict[str, Any] = {"layer": args.layer, "playlist": told, "skipped": []}
    then = event(state, f"wall.{ws.wall.wall_id}", "playlist", data)
    answer(state, asked, told, changes=(wall_record(ws),), then=then)


def _skip(state: State, asked: Asked, args: SkipArgs) -> None:
    ws, layer, run = _mine(state, asked, args)
    playlist = find(ws, run.playlist_id)
    if args.index is not None and args.index >= len(playlist.turns):
        raise Refused("invalidArgs", f"index: expected less than {len(playlist.turns)}")
    is_paused = run.next_at_ms is None
    play = Play(playlist, args.layer, layer.by, layer.until_at_ms, is_paused)
    after = run.index if args.index is None else args.index - 1
    step(state, ws, play, after=after, asked=asked)


def _stop(state: State, asked: Asked, args: LayerArgs) -> None:
    ws, _, _ = _mine(state, asked, args)
    cleared = change.cleared(ws, args.layer)
    change.ask(state, ws, cleared, terms=switch.Terms(), asked=asked)


OPERATIONS = {
    "playlist.list": Operation(WallArgs, READERS, _list),
    "playlist.put": Operation(PutArgs, COMMANDERS, _put),
    "playlist.delete": Operation(PlaylistArgs, COMMANDERS, _delete),
    "playlist.start": Operation(StartArgs, COMMANDERS, _start),
    "playlist.pause": Operation(PauseArgs, COMMANDERS, _pause),
    "playlist.skip": Operation(SkipArgs, COMMANDERS, _skip),
    "playlist.stop": Operation(LayerArgs, COMMANDERS, _stop),
}

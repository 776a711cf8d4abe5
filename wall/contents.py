"""Content on its way to clients: which one a wall may show, and the frames it travels in.

Frames are composed once for all clients that get the same bytes; a content's JSON is never parsed
or encoded again after it came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from wall import placeholder
from wall.arrangement import Arrangement, Placed
from wall.classification import INTERNAL, PUBLIC, Classification, highest
from wall.effects import Send
from wall.proof import witness
from wall.realm import LIVE
from wall.renders import Content, share
from wall.state import Client, State, WallState


def content_for(state: State, ws: WallState, render_id: str) -> Content:
    """Return what the wall shows for a render now: its content, or words in its place."""
    content = state.renders.newest(render_id)
    if content is None:
        return placeholder.waiting(
            render_id, text=ws.wall.waiting, language=ws.language, now_ms=state.now_ms
        )
    if not ws.may_show(content.classification, render_id):
        return placeholder.withheld(content, text=ws.wall.withheld, language=ws.language)
    return content


def contents_of(state: State, ws: WallState, placed: Iterable[Placed]) -> dict[str, Content]:
    """Return what the wall shows now for the renders of tiles."""
    return {
        each: content_for(state, ws, each)
        for each in dict.fromkeys(each.render.render_id for each in placed)
    }


def is_ready(state: State, arrangement: Arrangement | None) -> bool:
    """Tell whether every tile of an arrangement has content that was asked for in time."""
    return arrangement is None or all(map(state.renders.is_answered, arrangement.render_ids))


def classification_of(state: State, arrangement: Arrangement) -> Classification:
    """Return the highest classification of a scene's tiles; one not rendered yet is internal."""
    newest = map(state.renders.newest, arrangement.render_ids)
    return (
        highest(INTERNAL if content is None else content.classification for content in newest)
        or PUBLIC
    )


def above_ceiling(state: State, ws: WallState, arrangement: Arrangement) -> list[str]:
    """Return the tiles whose content the wall, or an output they lie on, may not show."""
    above = []
    for each in arrangement.placed:
        content = state.renders.newest(each.render.render_id)
        ceiling = arrangement.ceilings.get(each.render.render_id, ws.wall.ceiling)
        if content is not None and not (
            content.classification.within(ws.wall.ceiling)
            and content.classification.within(ceiling)
        ):
            above.append(each.tile.tile_id)
    return above


def send_tiles(
    state: State,
    ws: WallState,
    clients: Iterable[Client],
    *,
    arrangement: Arrangement | None,
    frame: Callable[[orjson.Fragment], bytes],
) -> None:
    """Send each client the tiles that share a pixel with it, in the frame that `frame` builds.

    Content that a client was sent before on this connection is left out. Who does not mark what is
    exercised is sent words in its place, and so is whoever watches what is above their ceiling.
    """
    contents = (
        {each: content_for(state, ws, each) for each in arrangement.render_ids}
        if arrangement is not None
        else {}
    )
    is_beside = arrangement is not None and arrangement.realm != LIVE
    alike: dict[tuple[bool, Classification | None], list[Client]] = defaultdict(list)
    for client in clients:
        alike[is_beside and not client.frames_realms, client.ceiling].append(client)
    for (is_unmarked, ceiling), addressees in alike.items():
        seen = {
            render_id: placeholder.unmarked(each, language=ws.language)
            if is_unmarked
            else _seen(ws, each, ceiling)
            for render_id, each in contents.items()
        }
        _send_tiles(state, addressees, arrangement, seen, frame)


def _seen(ws: WallState, content: Content, ceiling: Classification | None) -> Content:
    """Return what a person with a ceiling is shown: the content, or words in its place."""
    if ceiling is None or content.classification.within(ceiling):
        return content
    return placeholder.above(content, language=ws.language)


def _send_tiles(
    state: State,
    clients: Iterable[Client],
    arrangement: Arrangement | None,
    contents: dict[str, Content],
    frame: Callable[[orjson.Fragment], bytes],
) -> None:
    pieces: dict[tuple[str, bool], bytes] = {}
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for client in clients:
        placed = (
            arrangement.on(client.rect)
            if arrangement is not None and client.rect is not None
            else ()
        )
        hashes = [contents[each.render.render_id].content_hash for each in placed]
        key = (client.rect, *map(client.was_sent, hashes))
        groups[key].append(client.client_id)
        client.use(hashes)
        for each in placed:
            client.owed.pop(each.render.render_id, None)
    for (rect, *is_left_out), to in groups.items():
        placed = arrangement.on(rect) if arrangement is not None else ()
        state.effects.append(Send(tuple(to), frame(_tiles(placed, contents, is_left_out, pieces))))


def send_content(state: State, ws: WallState, content: Content, clients: Sequence[Client]) -> None:
    """Send a render's content to those who have it, the same bytes to all; owe it to slow ones.

    Who does not mark what is exercised keeps the words in its place; who may not see it is sent
    words.
    """
    blind = [each for each in clients if _seen(ws, content, each.ceiling) is not content]
    if blind:
        _send_content(state, ws, placeholder.above(content, language=ws.language), blind)
    _send_content(state, ws, content, [each for each in clients if each not in blind])


def _send_content(state: State, ws: WallState, content: Content, clients: Sequence[Client]) -> None:
    to, owed = [], []
    is_live = state.renders.realm_of(content.render_id) == LIVE
    for client in clients:
        if not is_live and not client.frames_realms:
            continue
        if client.is_behind:
            client.owed[content.render_id] = None
            owed.append(client)
        else:
            client.use((content.content_hash,))
            to.append(client)
    witness.sent(state, ws, content, to, owed)
    if to:
        state.counts["contentFrames"] += len(to)
        addressees = tuple(each.client_id for each in to)
        state.effects.append(Send(addressees, content_frame(state.epoch, content)))


def give(state: State, ws: WallState, render_id: str, client: Client) -> None:
    """Send a client the content of a render that it lacks, or the words in its place."""
    content = content_for(state, ws, render_id)
    if client.frames_realms or state.renders.realm_of(render_id) == LIVE:
        send_content(state, ws, content, [client])
        return
    words = placeholder.unmarked(content, language=ws.language)
    client.use((words.content_hash,))
    state.effects.append(Send((client.client_id,), content_frame(state.epoch, words)))


def spread(state: State, render_id: str) -> None:
    """Send the newest content of a render wherever it is shown, prepared or staged."""
    for ws in state.walls.values():
        holders = [each for each in state.members(ws) if each.may_have(render_id)]
        if holders:
            send_content(state, ws, content_for(state, ws, render_id), holders)


def pay(state: State, client: Client) -> None:
    """Send a client that has caught up the newest content of all it was owed."""
    ws = state.wall_of(client)
    owed, client.owed = client.owed, {}
    for render_id in owed:
        if ws is not None and client.may_have(render_id):
            send_content(state, ws, content_for(state, ws, render_id), [client])


def content_frame(epoch: int, content: Content) -> bytes:
    """Encode `content`."""
    fields: dict[str, Any] = {
        "renderId": content.render_id,
        "version": content.version,
        "contentHash": content.content_hash,
        **content.age(),
        "content": orjson.Fragment(content.body),
    }
    return orjson.dumps({"type": "content", "epoch": epoch, "d": fields})


def refresh_wanted(state: State) -> None:
    """Tell render services what is wanted of them, those whose share has changed."""
    scenes = state.arrangements()
    scenes.extend(each for ws in state.walls.values() for each in _ahead(state, ws))
    services = [each for each in state.clients.values() if each.service == "render"]
    if not _is_news(state, scenes, [each.client_id for each in services]):
        return
    used = {each.render.render_id: each.render for scene in scenes for each in scene.placed}
    state.renders.want(used, now_ms=state.now_ms)
    if not services:
        return
    shares = share(state.renders.wanted, (each.client_id for each in services))
    for service in services:
        wanted = shares[service.client_id]
        if wanted != service.wanted:
            service.wanted = wanted
            renders = [state.renders.wanted[each].to_json() for each in sorted(wanted)]
            state.send([service.client_id], "wanted", {"renders": renders})


def _is_news(state: State, scenes: list[Arrangement], services: list[int]) -> bool:
    """Note which scenes are in use, and which services there are; tell if something may follow.

    Most of a switch changes nothing of it: the stage becomes what is prepared, then what is on air.
    """
    before, state.wanted_for = state.wanted_for, (scenes, services)
    let_go_ms = state.renders.next_ms()
    return (
        before is None
        or services != before[1]
        or set(map(id, scenes)) != set(map(id, before[0]))
        or (let_go_ms is not None and state.now_ms >= let_go_ms)
    )


def _ahead(state: State, ws: WallState) -> Iterator[Arrangement]:
    """Give what the running lists of a wall will show next, and a schedule that begins soon.

    Of a wall in an exercise also what it would show of live: the way back waits for no render.
    """
    program = ws.program()
    if program is not None and ws.realm != LIVE:
        yield ws.arrange(program[1].arrangement.scene, realm=LIVE)
    if ws.plan is not None:
        yield from ws.plan.ahead
    for layer in ws.layers.values():
        playlist = ws.playlists.get(layer.run.playlist_id) if layer.run is not None else None
        if layer.run is None or playlist is None:
            continue
        for index in playlist.following(layer.run.index):
            scene = ws.scene(playlist.turns[index].scene_id)
            if scene is not None and not above_ceiling(state, ws, ws.arrange(scene)):
                yield ws.arrange(scene)
                break


def _tiles(
    placed: Sequence[Placed],
    contents: dict[str, Content],
    is_left_out: Sequence[bool],
    pieces: dict[tuple[str, bool], bytes],
) -> orjson.Fragment:
    parts = []
    for each, left_out in zip(placed, is_left_out, strict=True):
        key = (each.tile.tile_id, left_out)
        piece = pieces.get(key)
        if piece is None:
            piece = pieces[key] = _tile(each, contents[each.render.render_id], left_out)
        parts.append(piece)
    return orjson.Fragment(b"[" + b",".join(parts) + b"]")


def _tile(placed: Placed, content: Content, is_left_out: bool) -> bytes:
    fields: dict[str, Any] = {
        **placed.to_json(),
        "version": content.version,
        "contentHash": content.content_hash,
        **content.age(),
    }
    if not is_left_out:
        fields["content"] = orjson.Fragment(content.body)
    return orjson.dumps(fields)

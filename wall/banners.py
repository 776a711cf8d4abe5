"""The banner of a wall: what the controller itself has to say, above what a person put.

An alarm that waits below what is on air is said at once, a rule's proposal while it can be vetoed,
an alarm on air as long as it comes of replayed or simulated data. All of it follows from the state:
nothing is kept, a restart says the same again. Players know one banner, so notes and a person's
banner come to them as lines of one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wall import rules
from wall.note import LANGUAGES, Note
from wall.proof import witness
from wall.realm import LIVE
from wall.state import Client, State, WallState

ALARM = {"vi": "Cảnh báo", "en": "Alarm"}
NO_EXERCISE = {"vi": "KHÔNG PHẢI DIỄN TẬP", "en": "NOT AN EXERCISE"}
ALARM_WAITS = {"vi": "Cảnh báo đang chờ", "en": "Alarm waiting"}


def notes(state: State, ws: WallState) -> list[Note]:
    """Return what the controller says on this wall now, the most urgent first."""
    said: list[Note] = []
    program, alarm = ws.program(), ws.layers.get("alarm")
    if alarm is not None and program is not None:
        is_waiting = program[0] != "alarm"
        words = ALARM_WAITS if is_waiting else ALARM
        name = rules.name_of(state, alarm.by) or alarm.arrangement.scene.name
        is_among_exercise = ws.realm != LIVE
        if is_waiting or is_among_exercise or not rules.is_live(state, alarm.by):
            said.append(Note({each: f"{words[each]}: {name[each]}" for each in LANGUAGES}))
    # What is counted down to comes first: players write the countdown after the first line.
    said = rules.notes(state, ws) + said
    return said if ws.realm == LIVE else [_real(each) for each in said]


def _real(note: Note) -> Note:
    # Nothing of an exercise ever comes here: the room must not take it for a part of one.
    text = {each: f"{NO_EXERCISE[each]}: {note.text[each]}" for each in LANGUAGES}
    return Note(text, note.countdown_to_at_ms)


def advance(state: State, ws: WallState) -> None:
    """Tell the wall's clients when what the controller says has changed."""
    said = notes(state, ws)
    has_notes = bool(said)
    if not has_notes and not ws.has_notes:
        return
    ws.has_notes = has_notes
    if _banners(state, ws) != ws.told_banners:
        witness.noted(state, ws, "notes", {"notes": [dict(each.text) for each in said]})
        put(state, ws, state.members(ws))


def put(state: State, ws: WallState, clients: Iterable[Client]) -> None:
    """Tell clients of a banner that has just come, changed or gone."""
    ws.told_banners = _banners(state, ws)
    groups: dict[str, list[int]] = {}
    for client in clients:
        groups.setdefault(client.output_id or "", []).append(client.client_id)
    for place, to in groups.items():
        fields = banner(state, ws, place)
        if fields is not None:
            state.send(to, "overlay", fields)
            continue
        state.send(to, "overlay", {"kind": "clear"})
        for each in others(state, ws, place):
            state.send(to, "overlay", each)


def banner(state: State, ws: WallState, place: str) -> dict[str, Any] | None:
    """Return the fields of the banner on an output (`""`: on a view); None without one."""
    put_here = [
        each
        for (kind, where), each in ws.overlays.items()
        if kind == "banner" and where in ("", place) and not _is_over(state, each)
    ]
    said = notes(state, ws)
    if not said:
        return put_here[-1] if put_here else None
    lines = {language: [note.text[language] for note in said] for language in LANGUAGES}
    if put_here:
        for language, each in lines.items():
            each.append(_in_language(put_here[-1]["text"], language))
    text = {language: "\n".join(each) for language, each in lines.items()}
    ends = [note.countdown_to_at_ms for note in said if note.countdown_to_at_ms is not None]
    countdown = {"countdownToAtMs": min(ends)} if ends else {}
    return {"kind": "banner", "text": text, **countdown}


def others(state: State, ws: WallState, place: str) -> list[dict[str, Any]]:
    """Return the fields of all overlays on an output that are no banner."""
    return [
        each
        for (kind, where), each in ws.overlays.items()
        if kind != "banner" and where in ("", place) and not _is_over(state, each)
    ]


def next_ms(state: State, ws: WallState) -> float | None:
    """Return when a person's banner ends that is told together with notes: no player ends it."""
    if not ws.has_notes:
        return None
    times = [each.get("untilAtMs") for (kind, _), each in ws.overlays.items() if kind == "banner"]
    return min((each for each in times if each is not None and each > state.now_ms), default=None)


def _banners(state: State, ws: WallState) -> dict[str, dict[str, Any] | None]:
    places = {"", *(where for kind, where in ws.overlays if kind == "banner")}
    return {place: banner(state, ws, place) for place in places}


def _is_over(state: State, fields: Mapping[str, Any]) -> bool:
    until_ms = fields.get("untilAtMs")
    return until_ms is not None and until_ms <= state.now_ms


def _in_language(text: str | Mapping[str, str], language: str) -> str:
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()))

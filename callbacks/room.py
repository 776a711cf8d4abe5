"""The room's page: what it shows at loading, and what it draws anew when something changed."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from callbacks import page_realm, page_setting, session
from callbacks.desk import Desk, desk
from callbacks.names import people_names
from callbacks.walls import all_walls, glass_ages
from language import sort_key
from layouts import ids
from layouts.pages import room
from layouts.pages.room import DataAge, Deed
from layouts.pages.sites import drawing
from layouts.pages.wall_view import LIVE
from permissions.roles import Person

DEEDS = {
    "wall.take": "take",
    "wall.clear": "clear",
    "wall.extend": "extend",
    "wall.realm": "realm",
}
DEEDS_SHOWN = 8


def layout(realm: str | None = None, date: str | None = None, time: str | None = None) -> Any:
    """Build the page, with the ages of data in a realm, or as known at a `date` and `time`."""
    typed = page_realm.asked(realm, date, time)
    realm = typed.realm or realm
    reach, setting = desk(), page_realm.setting_in(realm)
    walls = all_walls(reach)
    return room.page(
        walls,
        deeds(reach),
        data_ages(page_realm.desk_in(reach, realm), setting.person),
        glass=glass_ages(reach, walls),
        now_ms=reach.now_ms(),
        realms=page_realm.choice(realm, typed, path="/"),
        setting=setting,
        **page_setting.link(),
    )


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        Output({"part": "room-head", "wall": ALL}, "children"),
        Output({"part": "room-outputs", "wall": ALL}, "children"),
        Output({"part": "wall-drawn", "wall": ALL, "view": ALL}, "children"),
        Output(ids.ROOM_DEEDS, "children"),
        Output(ids.ROOM_DATA, "children"),
        Input(ids.WALL_EVENT, "data"),
        Input(ids.VERSIONS, "data"),
        State({"part": "room-head", "wall": ALL}, "id"),
        State({"part": "wall-drawn", "wall": ALL, "view": ALL}, "id"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(refresh)


def refresh(
    _event: Any,
    _versions: Any,
    heads: list[dict[str, str]],
    drawn: list[dict[str, str]],
    realm: str | None,
) -> Any:
    """Draw anew what an event or new versions may have changed."""
    if session.person() is None:
        return no_update
    reach, setting = desk(), page_setting.setting()
    now_ms = reach.now_ms()
    walls = {wall.wall_id: wall for wall in all_walls(reach)}
    if any(head["wall"] not in walls for head in heads):
        return no_update  # of a site that has told of a wall no more: the next load shows it
    shown = [walls[head["wall"]] for head in heads]
    glass = glass_ages(reach, shown)
    ages = data_ages(page_realm.desk_in(reach, realm), setting.person)
    data = room.data_list(ages, setting=setting)
    happened = ids.WALL_EVENT in {each["prop_id"].split(".")[0] for each in ctx.triggered}
    return (
        [room.wall_head(wall, now_ms=now_ms, setting=setting) for wall in shown],
        [room.outputs(wall, glass, setting=setting) for wall in shown],
        [drawing(walls[each["wall"]], each["view"], setting=setting) for each in drawn],
        room.deed_list(deeds(reach), now_ms=now_ms, setting=setting) if happened else no_update,
        data,
    )


def deeds(reach: Desk, *, wall_id: str | None = None, limit: int = DEEDS_SHOWN) -> list[Deed]:
    """Return what people did on the walls (or one of them) lately, newest first."""
    names = people_names(reach)
    asked = {}
    found: list[Deed] = []
    rows = reach.audit.recent(limit=limit * 12)
    for row in rows:
        if row["outcome"] == "asked":
            asked[row["sequence"]] = row
    for row in rows:
        question = asked.get(row["answers"])
        if row["action"] not in DEEDS or question is None:
            continue
        wall = reach.walls.get(str(row["target"]).removeprefix("wall/"))
        if wall is None or wall_id not in (None, wall.wall_id):
            continue
        is_back = question["detail"].get("realm") == LIVE
        scene_id = question["detail"].get("sceneId") or ""
        scene = reach.scenes.get(wall.wall_id, {}).get(scene_id)
        found.append(
            Deed(
                at_ms=row["at_ms"],
                who=names.get(row["actor"], row["actor"]),
                action="live" if is_back else DEEDS[row["action"]],
                wall=wall.name,
                scene=dict(scene.name) if scene else None,
                done=row["outcome"] == "ok",
                skew_ms=row["detail"].get("skewMs"),
            )
        )
        if len(found) == limit:
            break
    return found


def data_ages(reach: Desk, who: Person) -> list[DataAge]:
    """Return the age of every dataset this person may see, by name."""
    names = sorted(reach.city.datasets)
    ages = [
        DataAge(
            label=envelope.label,
            as_of_ms=envelope.as_of_ms if envelope.state == "ok" else None,
            stale_after_ms=envelope.stale_after_ms,
            origin=envelope.origin,
            reason=envelope.reason,
        )
        for envelope in reach.cache.read_many(names).values()
        if who.may_see(envelope.classification)
    ]
    language = session.page_language()
    return sorted(ages, key=lambda age: sort_key(age.label.get(language, "")))

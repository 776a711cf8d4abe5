"""A person who watches a wall sees of it what is within their own ceiling, and words elsewhere."""

from __future__ import annotations

from tests.wall.room import SECRET
from tests.wall.table import FullTable, Seat
from wall.classification import Classification
from wall.protocol import PROTOCOL
from wall.tokens import Viewer, view_token

ABOVE = "Cao hơn mức được xem"


def watch(full: FullTable, ceiling: Classification | None, view: str = "program") -> Seat:
    """Let a person open a view of the wall."""
    viewer = Viewer("north", view, "binh", ceiling)
    token = view_token(SECRET, viewer, now_s=full.now_ms / 1000)
    seat = full.sit()
    seat.say("identify", kind="view", token=token, protocol=PROTOCOL)
    return seat


def secret(full: FullTable, version: int = 2) -> str:
    render_id = full.render_id("overview", "left")
    full.give(full.renderer, render_id, version=version, level="internal")
    return render_id


def heard(seat: Seat) -> str:
    return str(seat.frames)


def test_r22_what_is_above_is_words_and_its_content_is_not_sent(full: FullTable) -> None:
    render_id = secret(full)
    seat = watch(full, Classification("public"))
    tiles = {each["renderId"]: each for each in seat.last("prepare")["tiles"]}
    assert ABOVE in str(tiles[render_id]["content"])
    assert tiles[render_id]["version"] == 2
    assert f"{render_id} 2" not in heard(seat)
    others = [each for name, each in tiles.items() if name != render_id]
    assert others
    assert not any(ABOVE in str(each["content"]) for each in others)


def test_r22_what_changes_reaches_each_as_they_may_see_it(full: FullTable) -> None:
    secret(full)
    blind, sees = watch(full, Classification("public")), watch(full, Classification("internal"))
    for seat in (blind, sees, full.left):
        seat.forget()
    render_id = secret(full, version=3)
    assert f"{render_id} 3" not in heard(blind)
    assert ABOVE in str(blind.last("content")["content"])
    assert blind.last("content")["version"] == 3
    for seat in (sees, full.left):
        assert f"{render_id} 3" in str(seat.last("content")["content"])
    full.give(full.renderer, render_id, version=4, level="public")
    assert f"{render_id} 4" in str(blind.last("content")["content"])


def test_r22_nothing_of_it_comes_with_a_switch_or_a_preview(full: FullTable) -> None:
    blind, ahead = (watch(full, Classification("public"), view) for view in ("program", "preview"))
    full.preview("rain")
    for each in full.renderer.last("wanted")["renders"]:
        full.give(full.renderer, each["renderId"], version=5, level="internal")
    full.taken("rain")
    told = heard(blind) + heard(ahead)
    assert ABOVE in told
    renders = [full.render_id("rain", each["tileId"]) for each in blind.last("prepare")["tiles"]]
    assert renders
    assert not [each for each in renders if f"{each} 5" in told]


def test_who_holds_a_device_sees_what_the_wall_shows(full: FullTable) -> None:
    render_id = secret(full)
    seat = full.player(None, view="program")
    assert f"{render_id} 2" in str(seat.last("prepare"))

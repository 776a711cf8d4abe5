from __future__ import annotations

from typing import Any

from tests.wall.room import SECRET
from tests.wall.table import FullTable, Seat
from wall.protocol import PROTOCOL


def web(full: FullTable, release: Any) -> Seat:
    seat = full.sit()
    fields = {"service": "web", "token": SECRET, "protocol": PROTOCOL}
    seat.say("identify", kind="service", release=release, **fields)
    return seat


def pages(full: FullTable, release: str = "old") -> tuple[Seat, Seat]:
    showing = full.showing("overview")
    return tuple(  # type: ignore[return-value]
        full.player(each, release=release, showing=showing) for each in ("a1", "a2")
    )


def test_a_new_release_goes_from_output_to_output(full: FullTable) -> None:
    left, right = pages(full)
    web(full, "old")
    assert left.all("reload") + right.all("reload") == []
    web(full, "new")
    assert left.last("reload") == {"reason": "release", "reloadAtMs": full.now_ms}
    assert right.all("reload") == []
    full.player("a1", release="new", showing=full.showing("overview"))
    assert left.closed == 4005
    assert len(right.all("reload")) == 1
    again = full.player("a2", release="new", showing=full.showing("overview"))
    assert again.all("reload") == []
    full.wait(500_000)
    assert again.all("reload") == []


def test_an_output_that_stays_what_it_is_holds_the_others_up_for_a_while_only(
    full: FullTable,
) -> None:
    left, right = pages(full)
    web(full, "new")
    full.wait(119_000)
    assert right.all("reload") == []
    full.wait(1_001)
    assert len(right.all("reload")) == 1
    full.wait(500_000)
    assert len(left.all("reload")) == 1, "asked once"


def test_a_page_loaded_anew_while_a_web_of_the_old_release_still_serves_is_left_in_peace(
    full: FullTable,
) -> None:
    left, _ = pages(full)
    web(full, "new")
    again = full.player("a1", release="old")
    full.wait(500_000)
    assert len(left.all("reload") + again.all("reload")) == 1


def test_players_without_a_release_are_never_asked(full: FullTable) -> None:
    web(full, "new")
    full.wait(500_000)
    assert full.left.all("reload") + full.right.all("reload") == []


def test_nonsense_for_a_release_is_none(full: FullTable) -> None:
    left, _ = pages(full)
    for nonsense in (5, "", "x" * 65, {"a": 1}):
        web(full, nonsense)
    assert left.all("reload") == []


def test_nobody_is_asked_while_a_switch_is_being_prepared(full: FullTable) -> None:
    left, right = pages(full)
    full.take("rain")
    web(full, "new")
    assert left.all("reload") == []
    for each in (left, right):
        each.ready()
    assert len(left.all("reload")) == 1


def test_views_of_another_release_load_it_a_little_apart(full: FullTable) -> None:
    program = full.player(None, "program", release="old")
    preview = full.player(None, "preview", release="old")
    fresh = full.player(None, "program", release="new")
    web(full, "new")
    first, second = program.last("reload"), preview.last("reload")
    assert first == {"reason": "release", "release": "new", "reloadAtMs": full.now_ms}
    assert second["reloadAtMs"] == full.now_ms + 500
    assert fresh.all("reload") == []
    full.wait(60_000)
    assert len(program.all("reload") + preview.all("reload")) == 2


def test_a_view_that_joins_with_another_release_is_asked_after_it_was_let_in(
    full: FullTable,
) -> None:
    web(full, "new")
    late = full.player(None, "program", release="old")
    kinds = [frame["type"] for frame in late.frames]
    assert kinds.index("identified") < kinds.index("reload")
    silent = full.player(None, "program")
    assert silent.all("reload") == []


def test_views_are_not_asked_before_a_release_was_told(full: FullTable) -> None:
    assert full.player(None, "program", release="old").all("reload") == []

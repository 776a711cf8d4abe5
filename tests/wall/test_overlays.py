from __future__ import annotations

from typing import Any

from tests.wall.table import ADMINISTRATOR, FullTable

OTHER = {"userId": "chi", "role": "operator", "siteId": "east"}


def overlay(full: FullTable, kind: str, **more: Any) -> str:
    return full.web.ask("wall.overlay", {"wallId": "north", "kind": kind, **more})


def test_an_overlay_reaches_all_displays_or_the_one_named(full: FullTable) -> None:
    view = full.player(None, view="program")
    assert full.web.result(overlay(full, "identify"))["outputs"] == ["a1", "a2"]
    assert view.all("overlay") == [{"kind": "identify"}]
    full.left.forget()
    result = full.web.result(overlay(full, "testPattern", outputId="a2"))
    assert result["outputs"] == ["a2"]
    assert full.left.all("overlay") == []


def test_clearing_one_output_leaves_what_lies_on_all(full: FullTable) -> None:
    overlay(full, "banner", text={"vi": "Tập huấn", "en": "Exercise"})
    overlay(full, "identify", outputId="a1")
    full.left.forget()
    overlay(full, "clear", outputId="a1")
    assert [each["kind"] for each in full.left.all("overlay")] == ["clear", "banner"]
    overlay(full, "clear")
    assert full.player("a1").all("overlay") == []


def test_an_overlay_that_is_over_is_not_told_to_who_joins(full: FullTable) -> None:
    overlay(full, "identify", untilAtMs=full.now_ms + 1_000)
    full.wait(1_001)
    assert full.player("a1").all("overlay") == []


def test_wrong_overlays_are_refused(full: FullTable) -> None:
    assert full.web.error(overlay(full, "banner"))["code"] == "invalidArgs"
    assert full.web.error(overlay(full, "ink"))["code"] == "invalidArgs"
    assert full.web.error(overlay(full, "identify", outputId="z9"))["code"] == "unknownOutput"


def test_a_reload_is_told_with_its_instant(full: FullTable) -> None:
    args = {"wallId": "north", "outputId": "a1", "reason": "update", "reloadAtMs": 5.0}
    assert full.web.result(full.web.ask("wall.reload", args))["outputs"] == ["a1"]
    assert full.left.all("reload") == [{"reason": "update", "reloadAtMs": 5.0}]
    assert full.right.all("reload") == []


def test_a_locked_wall_is_changed_by_its_holder_alone(full: FullTable) -> None:
    wall = {"wallId": "north"}
    assert full.web.result(full.web.ask("wall.lock", wall))["lock"]["by"] == "binh"
    for op, args in (
        ("wall.take", {"sceneId": "rain"}),
        ("wall.preview", {"sceneId": "rain"}),
        ("wall.clear", {"layer": "manual"}),
        ("wall.extend", {}),
        ("wall.lock", {}),
        ("wall.unlock", {}),
    ):
        error = full.web.error(full.web.ask(op, {**wall, **args}, OTHER))
        assert (error["code"], error["lock"]["by"]) == ("locked", "binh"), op
    assert full.taken("rain")["committed"]
    unlocked = full.web.ask("wall.unlock", wall, ADMINISTRATOR)
    assert full.web.result(unlocked) == {"lock": None}
    request_id = full.web.ask("wall.take", {**wall, "sceneId": "traffic"}, OTHER)
    full.answer_wanted(full.renderer)
    full.follow()
    assert full.web.result(request_id)["committed"]


def test_everyone_is_told_when_the_controller_ends(full: FullTable) -> None:
    full.carry_out(full.hub.stopping(full.now_ms))
    for seat in (full.left, full.right, full.web, full.renderer):
        assert seat.last("bye")["retryAfterMs"] > 0


def test_a_wall_tells_what_lies_over_it_until_that_is_over(full: FullTable) -> None:
    def told() -> Any:
        return full.web.result(full.web.ask("wall.state", {"wallId": "north"}))["overlays"]

    assert told() == []
    until_ms = full.now_ms + 1_000
    overlay(full, "identify", outputId="a2", untilAtMs=until_ms)
    overlay(full, "testPattern", parts=["grid", "text"])
    assert told() == [
        {"kind": "identify", "outputId": "a2", "untilAtMs": until_ms},
        {"kind": "testPattern", "outputId": None, "parts": ["grid", "text"]},
    ]
    full.wait(1_001)
    assert [each["kind"] for each in told()] == ["testPattern"]

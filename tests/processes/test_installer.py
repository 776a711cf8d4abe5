from __future__ import annotations

import argparse
from typing import Any

import pytest

from processes.installer import ToolRefused, add_tools, refusal, request_of, said
from wall.client import ServiceError


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_tools(parser.add_subparsers(dest="task"))
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "op", "args"),
    [
        (["outputs"], "walls.list", {}),
        (["identify", "w"], "wall.overlay", {"wallId": "w", "kind": "identify"}),
        (
            ["pattern", "w", "a1", "--parts", "grid", "flash"],
            "wall.overlay",
            {"wallId": "w", "outputId": "a1", "kind": "testPattern", "parts": ["grid", "flash"]},
        ),
        (["clear", "w"], "wall.overlay", {"wallId": "w", "kind": "clear"}),
        (
            ["trim", "w", "a1", "2", "-3"],
            "wall.trim",
            {"wallId": "w", "outputId": "a1", "trimPx": {"x": 2, "y": -3}},
        ),
        (["trim", "w", "a1"], "wall.trim", {"wallId": "w", "outputId": "a1"}),
        (["night", "w", "on"], "wall.night", {"wallId": "w", "mode": "on"}),
        (["orbit", "w", "off"], "wall.orbit", {"wallId": "w", "on": False}),
        (
            ["reload", "w", "a1"],
            "wall.reload",
            {"wallId": "w", "outputId": "a1", "reason": "installer"},
        ),
    ],
)
def test_a_tool_is_one_request(words: list[str], op: str, args: dict[str, Any]) -> None:
    assert request_of(parsed(*words)) == (op, args)


def test_half_a_trim_is_refused() -> None:
    with pytest.raises(ToolRefused, match="x and y"):
        request_of(parsed("trim", "w", "a1", "2"))


def test_answers_are_written_for_a_terminal() -> None:
    output = {
        "outputId": "a1",
        "rectPx": {"x": 0, "y": 0, "width": 1920, "height": 1080},
        "online": True,
        "trimPx": {"x": 2, "y": 0},
    }
    listed = said({"walls": [{"wallId": "w", "outputs": [output]}]})
    assert listed.split() == [
        "w",
        "a1",
        *["1920", "x", "1080", "@", "0,", "0"],
        "connected",
        "trim",
        "2,",
        "0",
    ]
    assert said({"outputs": ["a1", "a2"]}) == "sent to a1, a2"
    assert "none is connected" in said({"outputs": []})
    one = {"outputId": "a1", "trimPx": {"x": 1, "y": 2}, "outputs": ["a1"]}
    assert said(one) == "a1: x 1, y 2 px; sent to a1"
    assert said({"night": {"mode": "on"}, "outputs": ["a1", "a2"]}) == "night: on; sent to a1, a2"
    nobody = "orbit: 0 px; sent to no output: none is connected"
    assert said({"orbitPx": 0, "outputs": []}) == nobody


def test_a_tool_in_vain_says_where_it_looked_or_what_is_wrong() -> None:
    here, there = "ws://127.0.0.1:8051/ws", "ws://b.example:8051/ws"
    nobody = ServiceError("unavailable", "the controller cannot be reached")
    assert refusal(nobody, "outputs", [here, there]) == (
        f"No controller answers at {here} or {there}: start the room, then try again."
    )
    unknown = ServiceError("unknownWall", "no wall 'x' here")
    assert refusal(unknown, "identify", [here]) == "identify: no wall 'x' here"

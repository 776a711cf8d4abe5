"""The page before any browser: what address means what, and that it carries no data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from callbacks.files import release
from language import LANGUAGES, has
from layouts.pages.player import IMPORTED_ASSETS, SLOTS, WORDS, player_page

ASSETS = Path(__file__).parents[2] / "assets"
layout = player_page(wall_port=8051)


def data(root: Any) -> dict[str, str]:
    props = root.to_plotly_json()["props"]
    return {name[5:]: each for name, each in props.items() if name.startswith("data-")}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"wall_id": "le-lai", "output_id": "a1"}, ("le-lai", "a1", "")),
        ({"wall_id": "le-lai", "view": "program"}, ("le-lai", "", "program")),
        ({"wall_id": "le-lai/view", "output_id": "preview"}, ("le-lai", "", "preview")),
        ({"wall_id": "le-lai", "output_id": "view/preview"}, ("le-lai", "", "preview")),
        ({"wall_id": "le-lai", "view": "other"}, ("", "", "")),
        ({"wall_id": "le-lai/view", "output_id": "other"}, ("", "", "")),
        ({"wall_id": "a/b", "output_id": "c"}, ("", "", "")),
        ({}, ("", "", "")),
    ],
)
def test_an_address_means_an_output_or_a_view(
    given: dict[str, str], place: tuple[str, str, str]
) -> None:
    found = data(layout(**given))
    assert (found["wall"], found["output"], found["view"]) == place


def test_the_query_cannot_name_another_controller() -> None:
    found = data(layout(wall_id="w", output_id="o", link="ws://evil", wall_port="1"))
    assert (found["link"], found["link-port"]) == ("", "8051")


def test_behind_one_origin_the_link_is_at_ws() -> None:
    page = player_page(wall_port=8051, link_urls="wss://ioc.example/ws")
    assert data(page(wall_id="w", output_id="o"))["link"] == "wss://ioc.example/ws"


def test_the_stage_is_a_flat_pool_of_empty_slots() -> None:
    canvas = layout(wall_id="w", output_id="o").children[0]
    assert len(canvas.children) == SLOTS
    assert all(slot.children is None for slot in canvas.children)
    assert len({slot.id for slot in canvas.children}) == SLOTS


def test_every_word_is_there_in_every_language() -> None:
    missing = [(w, each) for w in WORDS for each in LANGUAGES if not has(f"player.{w}", each)]
    assert missing == []
    words = json.loads(data(layout(wall_id="w", output_id="o"))["words"])
    assert set(words) == set(LANGUAGES)


def test_what_the_player_imports_is_not_put_on_the_page_as_well() -> None:
    imported = {"player.mjs"}
    for _ in range(len(list(ASSETS.glob("*.mjs")))):
        sources = [(ASSETS / name).read_text() for name in imported]
        imported |= {each for text in sources for each in re.findall(r'from "\./(.+?)"', text)}
    entries = {"player.mjs"}  # it begins something by itself
    assert {name for name in imported if re.search(IMPORTED_ASSETS, name)} == imported - entries


def test_no_module_names_a_foreign_place_or_makes_code_of_text() -> None:
    for path in ASSETS.glob("*.mjs"):
        found = re.findall(
            r"https?://|\beval\(|new Function|innerHTML|document\.write", path.read_text()
        )
        assert found == [], path.name


def test_a_release_is_named_by_what_is_in_the_assets(tmp_path: Path) -> None:
    (tmp_path / "one.mjs").write_text("1")
    first = release(tmp_path)
    assert release(tmp_path) == first
    (tmp_path / "one.mjs").write_text("2")
    assert release(tmp_path) != first
    assert data(player_page(wall_port=1, release=first)(wall_id="w"))["release"] == first

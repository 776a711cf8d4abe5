"""A wall in small: each kind of tile has a sign of its own, which the icons' font has."""

from __future__ import annotations

from callbacks.files import ICONS
from layouts.pages.miniature import KIND_ICONS
from layouts.tiles.registry import kinds


def test_every_kind_of_tile_has_a_sign_of_its_own() -> None:
    assert set(KIND_ICONS) == set(kinds())
    assert len(set(KIND_ICONS.values())) == len(KIND_ICONS)


def test_every_sign_is_in_the_icons_font(stranger) -> None:
    with stranger.get(ICONS) as answer:
        known = answer.text
    assert [each for each in KIND_ICONS.values() if f".{each}::before" not in known] == []

"""A tile is drawn once for all who see the same; whatever it depends on makes it another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dash import html
from dash.development.base_component import Component

from callbacks.console_tiles import draw
from callbacks.desk import Desk
from callbacks.drawn import Drawn
from data_access.classification import Classification
from layouts.pages.console_plan import group_plan
from permissions.roles import Person
from tests.layouts.tiles.sample import everything

LEADER = Person("le", "Lê", "leader", ceiling=Classification("restricted"))


@pytest.fixture
def filled(reach: Desk) -> Desk:
    reach.cache.write_many(everything().values())
    return reach


def drawn(reach: Desk, *, who: Person = LEADER, language: str = "vi") -> dict[str, Component]:
    return draw(reach, group_plan("environment", None, 1200, 700), who=who, language=language)


def test_the_same_is_drawn_once(filled: Desk) -> None:
    first, again = drawn(filled), drawn(filled)
    assert first
    assert all(again[key] is first[key] for key in first)


def test_another_language_or_a_new_version_is_drawn_anew(filled: Desk) -> None:
    first = drawn(filled)
    english = drawn(filled, language="en")
    assert all(english[key] is not first[key] for key in first)
    air = everything()["environment.air"]
    filled.cache.write(replace(air, version=air.version + 1))
    newer = drawn(filled)
    changed = [key for key in first if newer[key] is not first[key]]
    assert changed
    assert len(changed) < len(first)


def test_what_a_person_may_not_see_is_never_taken_from_who_may(filled: Desk) -> None:
    seen = drawn(filled)
    stranger = replace(LEADER, ceiling=Classification("public"))
    withheld = drawn(filled, who=stranger)
    assert all(withheld[key] is not seen[key] for key in seen)
    assert "không" in str(withheld)


def test_only_the_last_used_are_kept() -> None:
    kept = Drawn(size=2)
    one = kept.get("a", html.Div)
    kept.get("b", html.Div)
    assert kept.get("a", html.Div) is one
    kept.get("c", html.Div)
    assert kept.get("a", html.Div) is one
    two = kept.get("b", html.Div)
    assert kept.get("b", html.Div) is two

"""What every part of a passport is made of: its words, pairs of them, and a section with a head."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from language import text
from layouts.pages.shell import Setting

Fact = tuple[str, str]


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the passport's catalogue."""
    return text(f"passport.{name}", setting.language, **values)


def facts_of(facts: Sequence[Fact]) -> Component:
    """Return pairs of words; those without a second are left out."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(words)]) for name, words in facts if words],
        className="facts",
    )


def part(
    name: str, children: Sequence[Component], setting: Setting, *, count: int | None = None
) -> Component:
    """Return a section of a passport under its head."""
    head = tell(f"part.{name}", setting)
    if count is not None:
        head = f"{head} ({count})"
    return html.Section([html.H3(head), *children], className=f"passport-part part-{name}")

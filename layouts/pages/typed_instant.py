"""Two fields and a key: a date and a time as people write them, to be asked for."""

from __future__ import annotations

from collections.abc import Callable

from dash import dcc, html
from dash.development.base_component import Component

from layouts.pages.shell import icon


def typed_instant(
    name: str,
    typed: tuple[str, str],
    *,
    field_ids: tuple[str, str],
    tell: Callable[[str], str],
) -> list[Component]:
    """Return the parts of a form that asks for `typed` (date, time).

    `name` begins the fields' classes; `tell` has the words `date`, `date_form` (how it is
    written), `time`, `time_form` and `ask`.
    """
    parts: list[Component] = []
    for part, text, field_id in zip(("date", "time"), typed, field_ids, strict=True):
        parts += [
            html.Label(tell(part), htmlFor=field_id),
            dcc.Input(
                id=field_id,
                name=part,
                type="text",
                value=text,
                placeholder=tell(f"{part}_form"),
                inputMode="numeric",
                autoComplete="off",
                maxLength=12,
                required=True,
                className=f"{name}-{part}",
            ),
        ]
    key = html.Button([icon("bi-search"), tell("ask")], type="submit", className="key key-main")
    return [*parts, key]

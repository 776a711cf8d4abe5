"""A field for the digits of a date or a time, as people write them."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component


def typed_field(class_name: str, field_id: str, typed: str, form: str, *, name: str) -> Component:
    """Return the field; `form` shows how it is written, `name` is what the form calls it."""
    return dcc.Input(
        id=field_id,
        name=name,
        type="text",
        value=typed,
        placeholder=form,
        inputMode="numeric",
        autoComplete="off",
        maxLength=12,
        required=True,
        className=class_name,
    )

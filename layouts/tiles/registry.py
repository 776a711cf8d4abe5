"""Finds the tile kinds: every module of this folder that has a `KIND`.

Adding a kind is adding a module; nothing else is wired.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from dash.development.base_component import Component
from pydantic import ValidationError

from data_access.envelope import Envelope
from layouts import tiles
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions


class TileError(Exception):
    """A tile cannot be built as asked: unknown kind or wrong options; the message says which."""


@cache
def kinds() -> dict[str, TileKind]:
    """Return all tile kinds by name."""
    found: dict[str, TileKind] = {}
    for module_info in pkgutil.iter_modules(tiles.__path__):
        module = importlib.import_module(f"{tiles.__name__}.{module_info.name}")
        kind = getattr(module, "KIND", None)
        if isinstance(kind, TileKind):
            found[kind.kind] = kind
    return dict(sorted(found.items()))


def describe() -> list[dict[str, Any]]:
    """Return what `tiles.kinds` answers: kind, name {vi, en}, JSON Schema of the options."""
    return [
        {
            "kind": kind.kind,
            "name": dict(kind.name),
            "optionsSchema": kind.options.model_json_schema(),
        }
        for kind in kinds().values()
    ]


def read_options(kind: str, options: Mapping[str, Any]) -> tuple[TileKind, TileOptions]:
    """Return a kind and its checked options; raises TileError naming what is wrong."""
    known = kinds()
    if kind not in known:
        raise TileError(f"unknown tile kind {kind!r}, expected one of {', '.join(known)}")
    try:
        return known[kind], known[kind].options.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "options"
        raise TileError(f"{kind}: {where}: {first['msg']}") from error


def build(
    kind: str,
    options: Mapping[str, Any],
    frame: Frame,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> Component:
    """Build one tile; raises TileError for an unknown kind or wrong options."""
    found, checked = read_options(kind, options)
    return found.build(frame, checked, envelopes, context)

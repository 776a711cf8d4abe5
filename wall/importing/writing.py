"""A draft as our TOML, which says in comments what could not be known: `SET` marks each such line.

What is written is read again before anyone sees it: it loads, or the file is refused.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

from wall.errors import ConfigurationError, ImportRefused
from wall.geometry.assembly import wall_of
from wall.importing.draft import (
    BezelDraft,
    Draft,
    GridDraft,
    PanelDraft,
    PartDraft,
    PlacedDraft,
    SpanDraft,
)
from wall.importing.values import words

ASSUMED_HEIGHT_MM = 684.9  # a panel of 55 inches, 16:9
ASSUMED_DISTANCE_M = 4.0
NARROWEST_MM, WIDEST_MM = 51.0, 10000.0  # what a wall file takes


def written(draft: Draft, *, wall_id: str, file_name: str) -> str:
    """Return the wall file for `draft`; raises ImportRefused when it would be none."""
    lines = [
        *_head(draft, file_name),
        "",
        f"id = {_quoted(wall_id)}",
        f"site = {_quoted(wall_id)}  # SET: the building; walls in one building have the same",
        *_name(draft, wall_id),
        *_distance(draft),
    ]
    layout = draft.layout
    if isinstance(layout, GridDraft):
        lines += _grid(layout)
    lines += [
        'base = "overview"  # SET: what is shown when nothing else is on air:'
        f" city/scenes/{wall_id}/overview.toml",
        'ceiling = { level = "internal", compartments = [] }'
        "  # SET: the most that those before it may see",
        "manual_hold_min = 30",
        "control = []  # besides operators and administrators: leader, presenter",
        'waiting = { vi = "Đang chờ nội dung", en = "Waiting for content" }',
        "withheld = { vi = "
        '"Không được phép hiển thị trên màn hình này", en = "May not be shown on this wall" }',
    ]
    if isinstance(layout, PlacedDraft):
        lines += _placed(layout)
    for output in layout.outputs:
        lines += ["", "[[output]]", f"id = {_quoted(output.output_id)}", *_place(output)]
    text = "\n".join(lines) + "\n"
    try:
        wall_of(Path(f"{wall_id}.toml"), tomllib.loads(text))
    except ConfigurationError as problem:
        raise ImportRefused(
            f"describes what cannot be a wall: {problem.key}: {problem.expected}"
        ) from problem
    return text


def to_set(text: str) -> list[str]:
    """Return the keys that a written file asks to be looked at."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        if "# SET" in line and "=" in line and not line.startswith("#"):
            found[line.split("=")[0].strip()] = None
    return list(found)


def _head(draft: Draft, file_name: str) -> Iterable[str]:
    yield f"# Imported from {_comment(file_name)}, {_comment(draft.source)}."
    yield "# What it does not know is assumed and marked SET: look at each of those lines."
    for note in draft.notes:
        yield f"# - {_comment(note)}"
    if draft.drives:
        yield "# What lights each output there:"
        for output_id, drive in draft.drives:
            yield f"#   {_comment(output_id)}: {_comment(drive)}"


def _name(draft: Draft, wall_id: str) -> Iterable[str]:
    name = _quoted(draft.name or wall_id)
    why = "in both languages" if draft.name else "not in the file"
    yield f"name = {{ vi = {name}, en = {name} }}  # SET: {why}"


def _distance(draft: Draft) -> Iterable[str]:
    if draft.viewing_distance_m is not None:
        yield f"viewing_distance_m = {draft.viewing_distance_m:.2f}"
    else:
        yield (
            f"viewing_distance_m = {ASSUMED_DISTANCE_M:.1f}"
            "  # SET: not in the file; from the glass to the eyes that read it"
        )


def _grid(layout: GridDraft) -> Iterable[str]:
    yield f"columns = {layout.columns}"
    yield f"rows = {layout.rows}"
    fields, why = _panel(layout.panel)
    yield f"panel = {{ {', '.join(fields)} }}{why}"
    if layout.columns * layout.rows > 1:
        yield _bezel(layout.bezel)
    if layout.holes:
        yield "holes = [  # places without a panel"
        for column, row in layout.holes:
            yield f"  {{ column = {column}, row = {row} }},"
        yield "]"


def _bezel(bezel: BezelDraft | None) -> str:
    if bezel is None or (bezel.x, bezel.y) == (0, 0):
        return "bezel_mm = 0.0  # SET: not in the file; pixel to pixel, both frames together"
    if bezel.unit == "mm":
        return f"bezel_mm = {{ x = {bezel.x:.2f}, y = {bezel.y:.2f} }}"
    return f"bezel_px = {{ x = {bezel.x:.0f}, y = {bezel.y:.0f} }}"


def _placed(layout: PlacedDraft) -> Iterable[str]:
    yield ""
    yield "# SET: at_px leaves no room for bezels; with at_mm, measured, pictures run straight"
    for each in layout.panels:
        fields, why = _panel(each.panel)
        yield ""
        yield "[[panel]]"
        yield f"id = {_quoted(each.panel_id)}"
        yield f"at_px = {{ x = {each.x}, y = {each.y} }}"
        for field in fields:
            yield f"{field}{why if field.startswith('width_mm') else ''}"


def _panel(panel: PanelDraft) -> tuple[list[str], str]:
    width_mm, why = panel.width_mm, ""
    if width_mm is None or not NARROWEST_MM <= width_mm <= WIDEST_MM:
        said = "is not in the file" if width_mm is None else f"is {width_mm:.0f} there, as no panel"
        assumed = ASSUMED_HEIGHT_MM / panel.height_px * panel.width_px
        width_mm = min(max(assumed, NARROWEST_MM), WIDEST_MM)
        why = f"  # SET: width_mm {said}; measure what is lit"
    fields = [
        f"width_px = {panel.width_px}",
        f"height_px = {panel.height_px}",
        f"width_mm = {width_mm:.1f}",
    ]
    if panel.rotation:
        fields.append(f"rotation = {panel.rotation}")
    return fields, why


def _place(output: SpanDraft | PartDraft) -> Iterable[str]:
    if isinstance(output, SpanDraft):
        yield (
            f"at = {{ column = {output.column}, row = {output.row}, "
            f"columns = {output.columns}, rows = {output.rows} }}"
        )
    else:
        yield f"panel = {_quoted(output.panel_id)}"
        yield (
            f"part = {{ x = {output.x}, y = {output.y}, "
            f"width = {output.width}, height = {output.height} }}"
        )


def _quoted(text: str) -> str:
    return json.dumps(words(text) or "", ensure_ascii=False)


def _comment(text: str) -> str:
    """Keep a stranger's text on one line: a newline in it would become TOML."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

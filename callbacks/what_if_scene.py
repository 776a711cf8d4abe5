"""The scene that shows runs on a wall: their maps from the left, their figures at the right.

Made for the panels a wall has: only maps lie across bezels. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from callbacks.what_if_panels import (
    AGAINST,
    GRID,
    STRIP,
    WIDE,
    Panels,
    beside_figures,
    figures_over,
    in_small_panels,
    map_at,
    of_run,
    tile_at,
)
from callbacks.what_if_tiles import maps_of
from data_access.envelope import Text
from wall.geometry import Wall

KEPT = 8  # scenes of this kind a wall keeps: a ninth takes the place of another
LONGEST_NAME = 120
HEAD: Text = {"vi": "Kịch bản", "en": "What-if"}


def scene_of(
    wall: Wall,
    runs: Sequence[str],
    kind: str,
    title: Text,
    *,
    figures: Sequence[str] = (),
    is_change: bool = False,
    has_wards: bool = False,
) -> dict[str, Any]:
    """Return the wire form of a scene of one to four runs of a kind, for `scene.put`.

    `figures` names what the runs have, the foremost first: where panels are small, each shows a
    few of them. The one run `is_change` that is a pair's: its maps are of what changes. One run of
    traffic that `has_wards` is told ward by ward, too; of water the places are, which say more.
    """
    lefts = _lines([(out.rect.x, out.rect.right) for out in wall.outputs], wall.canvas.width)
    tops = _lines([(out.rect.y, out.rect.bottom) for out in wall.outputs], wall.canvas.height)
    middle = tops[len(tops) // 2]
    tiles = _strip(lefts, {"site": wall.site_id, "title": title})
    panels = Panels(
        lefts[:-1],
        middle,
        wide_u=wall.canvas.width / (len(lefts) - 1) / wall.unit_px,
        row_u=wall.canvas.height / GRID / wall.unit_px,
    )
    if panels.wide_u >= WIDE or len(panels.lefts) < 2 * min(2, len(runs)):
        maps = _maps(lefts[:-2], middle, runs, kind, is_change=is_change)
        tiles += maps
        tiles += _in_last(
            panels, lefts, runs, kind, figures, is_change=is_change, has_wards=has_wards
        )
    else:
        tiles += in_small_panels(
            panels, runs, kind, figures, is_change=is_change, has_wards=has_wards
        )
    number = int.from_bytes(blake2b("/".join(runs).encode(), digest_size=2).digest()) % KEPT
    return {
        "sceneId": f"what-if-{number + 1}",
        "name": title,
        "grid": {"columns": GRID, "rows": GRID},
        "tiles": tiles,
    }


def _strip(lefts: Sequence[int], names: dict[str, Any]) -> list[Any]:
    """Return the header: the city's stage before the last panel's time, as in the city's scenes.

    Where there are fewer than three panels beside each other it would take the scene's name's room.
    """
    if len(lefts) < 4:
        return [tile_at("strip", "clock", (0, 0, GRID, STRIP), names)]
    *_, before, last, _ = lefts
    stage = before if len(lefts) > 4 else (before + last) // 2
    return [
        tile_at("strip", "clock", (0, 0, stage, STRIP), {**names, "time": False}),
        tile_at("strip-stage", "stage", (stage, 0, last - stage, STRIP), {}),
        tile_at("strip-time", "clock", (last, 0, GRID - last, STRIP), {"names": False}),
    ]


def _in_last(
    panels: Panels,
    lefts: Sequence[int],
    runs: Sequence[str],
    kind: str,
    figures: Sequence[str],
    *,
    is_change: bool,
    has_wards: bool,
) -> list[Any]:
    """Return what stands in the last column: a table of the runs together, or a pair's figures."""
    last = lefts[-2]
    upper = (last, STRIP, GRID - last, panels.middle - STRIP)
    lower = (last, panels.middle, GRID - last, GRID - panels.middle)
    if is_change:
        return list(figures_over(panels, runs[0], kind, (upper, lower), figures))
    show = beside_figures(runs, kind, has_wards=has_wards) or "figures"
    return [
        tile_at("figures", "scenarios", upper, {"runs": list(runs), "title": AGAINST}),
        of_run("more", kind, lower, runs[-1], show),
    ]


def scene_title(titles: Sequence[Text]) -> Text:
    """Return the name of a scene of runs: what was asked, as far as a header holds it."""
    return {
        language: f"{HEAD[language]}: {' / '.join(each[language] for each in titles)}"[
            :LONGEST_NAME
        ].rstrip()
        for language in ("vi", "en")
    }


def _maps(
    lefts: Sequence[int], middle: int, runs: Sequence[str], kind: str, *, is_change: bool
) -> list[Any]:
    """Return the maps over all columns but the last: whole ones, or halves where they are many."""
    right = _next(lefts)
    of = maps_of(kind)
    wanted = [(run, name) for run in runs for name in of]
    columns = len(lefts)
    if len(wanted) > 2 * columns:
        wanted = [(run, of[0]) for run in runs][: 2 * columns]
    is_whole = len(wanted) <= columns
    per_row = len(wanted) if is_whole else -(-len(wanted) // 2)
    edges = _shared(lefts, per_row, right)
    rows = [(STRIP, GRID)] if is_whole else [(STRIP, middle), (middle, GRID)]
    tiles = []
    for index, (run, name) in enumerate(wanted):
        row, place = divmod(index, per_row)
        top, bottom = rows[row]
        left, end = edges[place], edges[place + 1]
        if row and place == len(wanted) - per_row - 1:
            end = right  # an odd one takes what is left of its row
        place_of = (left, top, end - left, bottom - top)
        tiles.append(map_at(index, run, name, place_of, is_change=is_change))
    return tiles


def _shared(lefts: Sequence[int], parts: int, right: int) -> list[int]:
    """Return edges of so many neighbours, each as many whole columns as there are, to the right."""
    columns = len(lefts)
    return [*(lefts[columns * part // parts] for part in range(parts)), right]


def _next(lefts: Sequence[int]) -> int:
    """Return where the last of these columns ends; columns are equally wide or nearly so."""
    width = lefts[1] - lefts[0] if len(lefts) > 1 else GRID // 2
    return lefts[-1] + width


def _lines(spans: Sequence[tuple[float, float]], length: float) -> list[int]:
    """Return the grid lines at which panels begin, and the last one; at least two columns."""
    begins = sorted({round(begin / length * GRID) for begin, _ in spans})
    found = [line for line in begins if line < GRID] or [0]
    if len(found) == 1:
        found.append(GRID // 2)
    return [*found, GRID]

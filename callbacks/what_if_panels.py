"""Runs on a wall of small panels: maps at the left, and in each panel beside them a few figures.

A panel of 25 units holds no table of several runs, and only maps lie across bezels. So of two runs
each has a column, its figures beside the same ones of the other; of more, each has its map above
its figures. The last panel of a run takes all figures that are left, and counts those it cannot
show. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from callbacks.what_if_tiles import maps_of, of_change, tile_kind
from data_access.envelope import Text

GRID = 24  # lines each way, as the city's own scenes have
STRIP = 2  # rows of the header
WIDE = 40.0  # units: a panel this wide holds a table of four runs
# Of a tile of figures (layouts/tiles): its head and foot with one line of caveats, and a figure.
AROUND_U, FIGURE_U = 6.5, 2.6
LABELS = 8  # of a map, at most
AGAINST: Text = {"vi": "So với hiện trạng", "en": "Against the base"}
TITLES: Mapping[str, Text] = {
    "spots": {"vi": "Điểm ngập sâu nhất", "en": "Deepest flooding"},
    "wards": {"vi": "Theo phường", "en": "Ward by ward"},
}

At = tuple[int, int, int, int]  # column, row, columns, rows


@dataclass(frozen=True, slots=True)
class Panels:
    """The panels of a wall on the grid: where columns begin, where their lower half does."""

    lefts: Sequence[int]
    middle: int
    wide_u: float
    row_u: float  # of one row of the grid

    def upper(self, first: int, last: int | None = None) -> At:
        """Return the upper panel of columns `first` to `last`, under the header."""
        left, right = self._span(first, last)
        return left, STRIP, right - left, self.middle - STRIP

    def lower(self, first: int, last: int | None = None) -> At:
        """Return the lower panel of these columns."""
        left, right = self._span(first, last)
        return left, self.middle, right - left, GRID - self.middle

    def whole(self, first: int, last: int) -> At:
        """Return both panels of these columns as one, for a map."""
        left, right = self._span(first, last)
        return left, STRIP, right - left, GRID - STRIP

    def holds(self, at: At) -> int:
        """Return how many figures a panel holds."""
        return max(1, int((at[3] * self.row_u - AROUND_U) / FIGURE_U + 1e-6))

    def _span(self, first: int, last: int | None) -> tuple[int, int]:
        ends = [*self.lefts[1:], GRID]
        return self.lefts[first], ends[first if last is None else last]


def in_small_panels(
    panels: Panels,
    runs: Sequence[str],
    kind: str,
    figures: Sequence[str],
    *,
    is_change: bool = False,
    has_wards: bool = False,
) -> list[dict[str, Any]]:
    """Return the tiles of one to four runs; a wall has at least twice as many columns as two.

    One run `is_change` where it is a pair's: its maps and figures are of what changes.
    """
    columns = len(panels.lefts)
    if len(runs) > 2:
        return list(_above_figures(panels, runs, kind, figures))
    beside = 2 if columns > 2 else 1  # columns of figures
    tiles = list(_maps(panels, columns - beside, runs, kind, is_change=is_change))
    places = [place for n in range(columns - beside, columns)
              for place in (panels.upper(n), panels.lower(n))]  # fmt: skip
    if len(runs) == 2:
        half = len(places) // 2
        for run, own in zip(runs, (places[:half], places[half:]), strict=True):
            tiles += figures_over(panels, run, kind, own, figures)
        return tiles
    if is_change:
        return [*tiles, *figures_over(panels, runs[0], kind, places, figures)]
    if show := beside_figures(runs, kind, has_wards=has_wards):
        tiles.append(of_run(show, kind, places.pop(), runs[0], show))
    return [*tiles, *figures_over(panels, runs[0], kind, places, figures, title=AGAINST)]


def beside_figures(runs: Sequence[str], kind: str, *, has_wards: bool) -> str:
    """Return what a scene tells of its runs besides their figures; "" of nothing more."""
    if "depth" in maps_of(kind):
        return "spots"
    return "wards" if has_wards and len(runs) == 1 else ""


def of_run(name: str, kind: str, at: At, run: str, show: str, **more: Any) -> dict[str, Any]:
    """Return a tile of a run: its spots, its wards, or its figures."""
    title = {"title": TITLES[show]} if show in TITLES else {}
    of = tile_kind(maps_of(kind)[0])
    return tile_at(name, of, at, {"run": run, "show": show, **title, **more})


def tile_at(name: str, kind: str, at: At, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wire form of a tile."""
    column, row, columns, rows = at
    return {
        "tileId": name,
        "kind": kind,
        "at": {"column": column, "row": row, "columns": columns, "rows": rows},
        "options": dict(options),
    }


def _maps(
    panels: Panels, columns: int, runs: Sequence[str], kind: str, *, is_change: bool
) -> Iterator[dict[str, Any]]:
    """Yield the maps of one or two runs over the first columns: whole, or halves above another."""
    wanted = [(run, name) for run in runs for name in maps_of(kind)]
    if len(wanted) <= columns:
        edges = [columns * n // len(wanted) for n in range(len(wanted) + 1)]
        places = [panels.whole(a, b - 1) for a, b in pairwise(edges)]
    else:  # the second map of a run is below its first
        each = columns // len(runs) or 1
        spans = [(n * each, (n + 1) * each - 1) for n in range(len(runs))]
        places = [half(*span) for span in spans for half in (panels.upper, panels.lower)]
    for number, ((run, name), at) in enumerate(zip(wanted, places, strict=True)):
        yield map_at(number, run, name, at, is_change=is_change)


def _above_figures(
    panels: Panels, runs: Sequence[str], kind: str, figures: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield three or four runs beside each other: the map of each, below it its figures."""
    columns = len(panels.lefts)
    edges = [columns * n // len(runs) for n in range(len(runs) + 1)]
    for number, (run, (first, end)) in enumerate(zip(runs, pairwise(edges), strict=True)):
        yield map_at(number, run, maps_of(kind)[0], panels.upper(first, end - 1))
        own = [panels.lower(column) for column in range(first, end)]
        yield from figures_over(panels, run, kind, own, figures)


def figures_over(
    panels: Panels,
    run: str,
    kind: str,
    places: Sequence[At],
    figures: Sequence[str],
    *,
    title: Text | None = None,  # default: what the run asked
) -> Iterator[dict[str, Any]]:
    """Yield a run's figures over these panels, the foremost first; none is left out unsaid.

    Where there is room for all they are shared evenly.
    """
    about: dict[str, Any] = {} if title is None else {"title": title}
    left = list(figures)
    for number, at in enumerate(places):
        even = -(-len(left) // (len(places) - number))
        is_last = number == len(places) - 1
        here = left if is_last else left[: min(even, panels.holds(at))]
        left = left[len(here) :]
        name = f"figures-{at[0]}-{at[1]}"
        yield of_run(name, kind, at, run, "figures", **about, **({"kpis": here} if here else {}))


def map_at(number: int, run: str, name: str, at: At, *, is_change: bool = False) -> dict[str, Any]:
    """Return the tile of a map of a run, or of what changes in it."""
    options = {"run": run, "show": "map", "labels": LABELS}
    if is_change:
        options |= of_change(name)
    return tile_at(f"map-{number + 1}", tile_kind(name), at, options)

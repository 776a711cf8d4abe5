"""A city folder with one wall of as many outputs as wanted, and scenes of twelve tiles for it."""

from __future__ import annotations

import math
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT
from benchmarks.product import Product

CLIENTS = 200
COLUMNS = 20
TILES = 12
WALL = "crowd"
BASE = "base"

_BASE = f"""
id = "{BASE}"
name = {{ vi = "Nền", en = "Base" }}
grid = {{ columns = 1, rows = 1 }}

[[tile]]
id = "clock"
kind = "clock"
at = {{ column = 0, row = 0, columns = 1, rows = 1 }}
"""


@contextmanager
def crowd_city(outputs: int = CLIENTS) -> Iterator[Path]:
    """Make a city folder whose only wall has so many outputs."""
    folder = Path(tempfile.mkdtemp(prefix="city-"))
    try:
        city = folder / "city"
        shutil.copytree(ROOT / "city", city)
        # This wall alone: what is rendered is for it, and nothing switches it by itself.
        for other in ("walls", "scenes", "playlists", "schedules", "rules"):
            shutil.rmtree(city / other)
        (city / "walls").mkdir()
        (city / "walls" / f"{WALL}.toml").write_text(_wall(outputs))
        (city / "scenes" / WALL).mkdir(parents=True)
        (city / "scenes" / WALL / f"{BASE}.toml").write_text(_BASE)
        yield city
    finally:
        shutil.rmtree(folder)


def identifications(
    product: Product, count: int, *, as_views: bool = False
) -> list[dict[str, str]]:
    """Return what so many outputs of the wall, or views of its program, say of themselves."""
    if as_views:
        view = {"wallId": WALL, "view": "program"}
        token = product.request("device.token", view)["deviceToken"]
        return [{"kind": "view", "token": token}] * count
    return [
        {"kind": "output", "token": product.request("device.token", device)["deviceToken"]}
        for number in range(count)
        for device in ({"wallId": WALL, "outputId": f"crowd-{number}"},)
    ]


def scene(scene_id: str, *, shifted: int = 0, mark: str = "") -> dict[str, Any]:
    """Return twelve tiles of the Lê Lai scenes in four columns, for `scene.put`.

    `shifted` chooses other tiles; a `mark` in their titles makes them tiles never rendered before.
    """
    tiles = []
    pool = _pool()
    for number in range(TILES):
        tile = pool[(shifted * TILES + number) % len(pool)]
        title = {"title": {"vi": mark, "en": mark}} if mark else {}
        tiles.append(
            {
                "tileId": f"t{number}",
                "kind": tile["kind"],
                "at": {"column": number % 4, "row": number // 4, "columns": 1, "rows": 1},
                "options": {**tile.get("options", {}), **title},
            }
        )
    return {
        "sceneId": scene_id,
        "name": {"vi": scene_id, "en": scene_id},
        "grid": {"columns": 4, "rows": 3},
        "tiles": tiles,
    }


def rarest_aggregate(found: Mapping[str, Any]) -> tuple[str, int]:
    """Return the aggregate the fewest tiles of a scene are made of, and how many."""
    used = [str(tile["options"].get("aggregate", "")) for tile in found["tiles"]]
    rarest = min((name for name in used if name), key=used.count)
    return rarest, used.count(rarest)


def _pool() -> list[dict[str, Any]]:
    """Return the different tiles of all Lê Lai scenes."""
    pool: list[dict[str, Any]] = []
    for path in sorted((ROOT / "city" / "scenes" / "le-lai").glob("*.toml")):
        for tile in tomllib.loads(path.read_text())["tile"]:
            if not any(_what(tile) == _what(other) for other in pool):
                pool.append(tile)
    return pool


def _what(tile: Mapping[str, Any]) -> tuple[str, str]:
    return tile["kind"], repr(tile.get("options", {}))


def _wall(outputs: int) -> str:
    columns = min(COLUMNS, outputs)
    lines = [
        f'id = "{WALL}"',
        'site = "le-lai"',
        'name = { vi = "Đám đông", en = "Crowd" }',
        "viewing_distance_m = 6.0",
        f"columns = {columns}",
        f"rows = {math.ceil(outputs / columns)}",
        "panel = { width_px = 480, height_px = 270, width_mm = 302.0 }",
        f'base = "{BASE}"',
        'ceiling = { level = "restricted", compartments = ["health", "party", "police"] }',
        'waiting = { vi = "Đang chờ", en = "Waiting" }',
        'withheld = { vi = "Không được phép", en = "Withheld" }',
    ]
    for number in range(outputs):
        row, column = divmod(number, columns)
        place = f"column = {column}, row = {row}, columns = 1, rows = 1"
        lines += ["[[output]]", f'id = "crowd-{number}"', f"at = {{ {place} }}"]
    return "\n".join(lines)

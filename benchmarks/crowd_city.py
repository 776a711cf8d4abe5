"""A city folder with one wall of 200 outputs, and two scenes of twelve tiles."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT

COLUMNS, ROWS = 20, 10
CLIENTS = COLUMNS * ROWS
TILES = 12
WALL = "crowd"
SCENES = ("crowd-a", "crowd-b")

_WALL = f"""
id = "{WALL}"
site = "le-lai"
name = {{ vi = "Đám đông", en = "Crowd" }}
viewing_distance_m = 6.0
columns = {COLUMNS}
rows = {ROWS}
panel = {{ width_px = 480, height_px = 270, width_mm = 302.0 }}
base = "{SCENES[0]}"
ceiling = {{ level = "restricted", compartments = ["health", "party", "police"] }}
waiting = {{ vi = "Đang chờ", en = "Waiting" }}
withheld = {{ vi = "Không được phép", en = "Withheld" }}
"""


@contextmanager
def crowd_city() -> Iterator[Path]:
    """Make a city folder with a wall of 200 outputs and two scenes of twelve tiles of our own."""
    folder = Path(tempfile.mkdtemp(prefix="city-"))
    try:
        city = folder / "city"
        shutil.copytree(ROOT / "city", city)
        for other in ("walls", "scenes"):  # this wall alone: what is rendered is for it
            shutil.rmtree(city / other)
        (city / "walls").mkdir()
        (city / "walls" / f"{WALL}.toml").write_text(_wall())
        (city / "scenes" / WALL).mkdir(parents=True)
        for number, scene_id in enumerate(SCENES):
            path = city / "scenes" / WALL / f"{scene_id}.toml"
            path.write_text(_scene(scene_id, shifted=number))
        yield city
    finally:
        shutil.rmtree(folder)


def rarest_aggregate(city: Path) -> tuple[str, int]:
    """Return the aggregate the fewest tiles of the first scene are made of, and how many."""
    scene = tomllib.loads((city / "scenes" / WALL / f"{SCENES[0]}.toml").read_text())
    used = [str(tile["options"].get("aggregate", "")) for tile in scene["tile"]]
    rarest = min((name for name in used if name), key=used.count)
    return rarest, used.count(rarest)


def _scene(scene_id: str, *, shifted: int) -> str:
    """Write twelve tiles of the Lê Lai scenes in four columns; `shifted` makes each another."""
    pool: list[dict[str, Any]] = []
    for path in sorted((ROOT / "city" / "scenes" / "le-lai").glob("*.toml")):
        for tile in tomllib.loads(path.read_text())["tile"]:
            if not any(_what(tile) == _what(other) for other in pool):
                pool.append(tile)
    chosen = [pool[(shifted * TILES + number) % len(pool)] for number in range(TILES)]
    lines = [
        f'id = "{scene_id}"',
        f'name = {{ vi = "{scene_id}", en = "{scene_id}" }}',
        "grid = { columns = 4, rows = 3 }",
    ]
    for number, tile in enumerate(chosen):
        place = f"column = {number % 4}, row = {number // 4}, columns = 1, rows = 1"
        lines += [
            "[[tile]]",
            f'id = "t{number}"',
            f'kind = "{tile["kind"]}"',
            f"at = {{ {place} }}",
            f"options = {_toml(tile.get('options', {}))}",
        ]
    return "\n".join(lines)


def _what(tile: Mapping[str, Any]) -> tuple[str, str]:
    return tile["kind"], repr(tile.get("options", {}))


def _toml(found: Any) -> str:
    """Write a value as inline TOML."""
    if isinstance(found, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(each)}' for key, each in found.items()) + " }"
    if isinstance(found, list):
        return "[" + ", ".join(_toml(each) for each in found) + "]"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, str):
        return '"' + found.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return repr(found)


def _wall() -> str:
    lines = [_WALL]
    for number in range(CLIENTS):
        place = f"column = {number % COLUMNS}, row = {number // COLUMNS}, columns = 1, rows = 1"
        lines += ["[[output]]", f'id = "crowd-{number}"', f"at = {{ {place} }}"]
    return "\n".join(lines)

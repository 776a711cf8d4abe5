"""Wall files of a city folder: `walls/<id>.toml`."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from wall.configuration import read_table
from wall.errors import ConfigurationError
from wall.geometry.assembly import wall_of
from wall.geometry.surface import Wall
from wall.zone import DEFAULT, read_zone


def load_wall(path: Path, zone: ZoneInfo = DEFAULT) -> Wall:
    """Read one wall file, whose nights are by `zone` unless it says; raises ConfigurationError."""
    table = read_table(path)
    if isinstance(night := table.get("night"), dict):
        night.setdefault("timezone", zone.key)
    wall = wall_of(path, table)
    if wall.wall_id != path.stem:
        raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
    return wall


def load_walls(folder: Path) -> dict[str, Wall]:
    """Read every wall of a city's `walls` folder by id; raises the first ConfigurationError."""
    walls, problems = read_walls(folder)
    if problems:
        raise problems[0]
    return walls


def read_walls(folder: Path) -> tuple[dict[str, Wall], list[ConfigurationError]]:
    """Read every wall that is right, and say of each other file what is wrong with it."""
    walls: dict[str, Wall] = {}
    problems: list[ConfigurationError] = []
    taken: dict[tuple[str, str], str] = {}
    zone, _ = read_zone(folder.parent)  # what is wrong with the city file, its calendar says
    for path in sorted(folder.glob("*.toml")):
        try:
            wall = load_wall(path, zone)
            for output in wall.outputs:
                other = taken.setdefault((wall.site_id, output.output_id), wall.wall_id)
                if other != wall.wall_id:
                    raise ConfigurationError(
                        path,
                        "output",
                        f"output {output.output_id!r} stands already in wall {other!r} of site "
                        f"{wall.site_id!r}; expected names that are unique in a site",
                    )
        except ConfigurationError as problem:
            problems.append(problem)
        else:
            walls[wall.wall_id] = wall
    if not walls and not problems:
        problems.append(ConfigurationError(folder, "", "expected at least one wall, <id>.toml"))
    return walls, problems

"""Wall files of a city folder: `walls/<id>.toml`."""

from __future__ import annotations

from pathlib import Path

from wall.configuration import read_table
from wall.errors import ConfigurationError
from wall.geometry.assembly import wall_of
from wall.geometry.surface import Wall


def load_wall(path: Path) -> Wall:
    """Read one wall file; raises ConfigurationError."""
    wall = wall_of(path, read_table(path))
    if wall.wall_id != path.stem:
        raise ConfigurationError(path, "id", f"expected the file's name {path.stem!r}")
    return wall


def load_walls(folder: Path) -> dict[str, Wall]:
    """Read every wall of a `walls` folder by id; raises the first ConfigurationError."""
    walls, problems = read_walls(folder)
    if problems:
        raise problems[0]
    return walls


def read_walls(folder: Path) -> tuple[dict[str, Wall], list[ConfigurationError]]:
    """Read every wall that is right, and say of each other file what is wrong with it."""
    walls: dict[str, Wall] = {}
    problems: list[ConfigurationError] = []
    taken: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            wall = load_wall(path)
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

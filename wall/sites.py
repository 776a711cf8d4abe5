"""What a whole building may show: ceilings of sites, over those of the walls in them.

Not where a site lies or what it is called: that is for maps and pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from wall.classification import PUBLIC, Classification, ClassificationFields, lowest
from wall.configuration import expectation, read_table
from wall.errors import ConfigurationError
from wall.geometry import Wall


def read_ceilings(city: Path) -> tuple[dict[str, Classification], list[ConfigurationError]]:
    """Return `ceiling` of the entries `[[site]]` of city.toml that have one, by site.

    One that is wrong is said, and leaves its site what everybody may see.
    """
    path = city / "city.toml"
    try:
        sites = read_table(path).get("site", [])
    except ConfigurationError:
        return {}, []  # said by who reads the city's days
    found: dict[str, Classification] = {}
    problems: list[ConfigurationError] = []
    for index, site in enumerate(sites if isinstance(sites, list) else []):
        if not isinstance(site, dict) or "ceiling" not in site:
            continue
        site_id = str(site.get("id"))
        try:
            fields = ClassificationFields.model_validate(site["ceiling"])
        except ValidationError as error:
            found[site_id] = PUBLIC
            said = expectation(error.errors()[0])
            problems.append(ConfigurationError(path, f"site[{index}].ceiling", said))
        else:
            found[site_id] = Classification.of(fields)
    return found, problems


def lowered(walls: Mapping[str, Wall], ceilings: Mapping[str, Classification]) -> dict[str, Wall]:
    """Return walls with the ceilings that their sites leave them."""
    return {
        name: replace(wall, ceiling=lowest((wall.ceiling, ceilings[wall.site_id])) or PUBLIC)
        if wall.site_id in ceilings
        else wall
        for name, wall in walls.items()
    }

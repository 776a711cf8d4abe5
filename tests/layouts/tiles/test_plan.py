"""What the city's plan names, line by line: a contract, an aggregate, a tile, and a simulation."""

from __future__ import annotations

from functools import cache

import pytest

from data_access.aggregates.registry import aggregates
from data_access.city import City, load_city
from data_access.simulator.lake import generator_of
from layouts.pages.console_topics import GROUP_TILES
from layouts.tiles.registry import read_options
from tests.conftest import ROOT
from tests.layouts.tiles.stage import scenes

NAMED = {  # what the plan names -> the dataset whose contract answers for it
    "gross regional product": "economy.grdp",
    "industrial production, trade, retail, visitors": "economy.activity",
    "consumer prices": "economy.prices",
    "investment from the budget": "economy.investment",
    "disbursement by project": "economy.projects",
    "business development": "economy.business",
    "budget revenue and expenditure": "economy.budget",
    "camera counts, speeds, queues": "transport.cameras",
    "camera events": "transport.camera_events",
    "speeds, and congestion by hysteresis": "transport.speed",
    "road situations": "transport.situations",
    "signal plans": "transport.signals",
    "public transport: delays": "transport.transit",
    "public transport: vehicles": "transport.vehicles",
    "healthcare capacity": "health.capacity",
    "epidemic control": "health.epidemics",
    "outbreaks": "health.outbreaks",
    "dengue": "health.dengue",
    "schools": "education.schools",
    "school closures": "education.closures",
    "school meals": "education.meals",
    "air": "environment.air",
    "rain": "environment.rain",
    "rain that is forecast": "environment.rain_forecast",
    "water": "environment.water",
    "land": "environment.land",
    "food safety": "food.safety",
    "emergency alerts": "security.alerts",
    "public order": "security.incidents",
    "fire and rescue": "security.fires",
    "accidents": "security.accidents",
    "urban order": "urban.order",
    "log-ins": "security.logins",
    "iHanoi": "feedback.requests",
    "1022": "feedback.calls",
    "social listening": "feedback.social",
    "Party documents": "party.documents",
}


@cache
def city() -> City:
    return load_city(ROOT / "city")


@cache
def shown() -> frozenset[str]:
    """Return the aggregates that a tile of a wall's scene or of the console is drawn from."""
    of_walls = [
        (tile.kind, tile.options)
        for found in scenes().values()
        for scene in found.values()
        for tile in scene.tiles
    ]
    of_console = [(spec.kind, spec.options) for specs in GROUP_TILES.values() for spec in specs]
    further = {spec.more for specs in GROUP_TILES.values() for spec in specs if spec.more}
    return frozenset(further) | frozenset(
        name
        for kind, given in [*of_walls, *of_console]
        for made, options in [read_options(kind, given)]
        for name in made.needs(options)
    )


@pytest.mark.parametrize("subject", NAMED)
def test_it_has_a_contract_an_aggregate_a_tile_and_a_simulation(subject: str) -> None:
    contract = city().datasets[NAMED[subject]]
    assert contract.indicators or contract.fields or contract.categories
    assert contract.owner in city().agencies
    mine = {name for name, each in aggregates().items() if contract.id in each.datasets}
    assert mine & shown(), f"no tile of {sorted(mine)}"
    assert generator_of(contract) is not None


def test_nothing_there_is_was_left_out_of_the_plan() -> None:
    assert sorted(city().datasets) == sorted(NAMED.values())


def test_every_aggregate_of_a_dataset_is_on_a_wall_or_the_console() -> None:
    rooms_own = {name for name in aggregates() if name.startswith("data.")}  # pages of their own
    assert set(aggregates()) - shown() - rooms_own == set()

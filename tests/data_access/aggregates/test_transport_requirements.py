"""R38: falling speeds make one alert, not ten, and it goes by itself."""

from __future__ import annotations

from data_access.model import Entity
from tests.data_access.aggregates.conftest import Table

CONGESTION, SPEED = "transport.congestion", "transport.speed"
CHAIN = ("N20-N29", "N19-N20", "N18-N19", "N17-N18", "N16-N17")  # ring 1, link after link


def roads(table: Table, ratios: list[float], *, links: tuple[str, ...] = CHAIN) -> None:
    """Feed two detectors a link: the one way at `ratios` of 40 km/h, the other flowing."""
    known = table.city.network.links
    assert set(links) <= set(known), sorted(known)
    rows, entities = [], []
    for link in links:
        for way in ("forward", "backward"):
            name = f"{link}/{way}"
            about = {"link": link, "direction": way, "free_flow_kmh": 40.0}
            entities.append(Entity(name, name, 21.02, 105.84, "00070", about))
            for step, ratio in enumerate(reversed(ratios)):
                kmh = 0.4 * ratio if way == "forward" else 38.0
                rows.append(("speed_kmh", name, "00070", table.ago(minutes=5 * step), kmh))
    table.feed(SPEED, rows, entities=entities)


def test_r38_ten_falling_detectors_are_one_alert(table: Table) -> None:
    roads(table, [90, 70, 50, 28, 24, 22])
    envelope = table.build(CONGESTION)
    (item,) = envelope.payload["items"]["active"]
    assert item["title"]["en"].endswith("and 4 more links")
    assert item["severity"] == "warning"
    assert item["atMs"] == table.ago(minutes=10).timestamp() * 1000
    assert envelope.payload["numbers"]["jams"]["value"] == 1
    assert envelope.owner == table.city.datasets[SPEED].owner


def test_r38_it_keeps_its_name_while_it_grows_and_shrinks(table: Table) -> None:
    roads(table, [90, 25, 25, 25], links=CHAIN[:1])
    (alone,) = table.build(CONGESTION).payload["items"]["active"]
    roads(table, [90, 90, 25, 25], links=CHAIN[1:])
    (grown,) = table.build(CONGESTION).payload["items"]["active"]
    assert alone["id"] == grown["id"]
    assert alone["atMs"] == grown["atMs"]


def test_r38_it_clears_by_itself_and_not_at_the_first_better_value(table: Table) -> None:
    roads(table, [25, 25, 25, 60])
    assert len(table.build(CONGESTION).payload["items"]["active"]) == 1
    roads(table, [25, 25, 25, 60, 62, 64])
    assert table.build(CONGESTION).payload["items"]["active"] == []
    assert table.numbers(CONGESTION)["jams"]["status"] == "normal"


def test_r38_jams_that_do_not_meet_are_two(table: Table) -> None:
    roads(table, [90, 25, 25], links=("N20-N29", "N16-N17"))
    assert len(table.build(CONGESTION).payload["items"]["active"]) == 2


def test_r38_a_city_that_says_no_limit_has_no_jam(table: Table) -> None:
    table.city = table.city.__class__(**{
        name: {} if name == "limits" else getattr(table.city, name)
        for name in table.city.__dataclass_fields__
    })  # fmt: skip
    roads(table, [5, 5, 5])
    assert table.numbers(CONGESTION)["jams"]["value"] == 0

"""What may be picked for a scenario: links, junctions and areas with names and places.

For the page that asks. The main roads only: what is invented between them can be driven on, not
chosen, as nobody would know which street is meant.
"""

from __future__ import annotations

from typing import Any

from data_access.city import City
from data_access.envelope import Text
from twin.traffic.plan import TrafficPlan
from twin.traffic.scenario import MAX_SEEDS

INNER: Text = {
    "vi": "Lưới đường phố bên trong giữa các trục chính là giả định, không phải khảo sát",
    "en": "The grid of inner streets between the main roads is invented, not surveyed",
}
LANES: Text = {
    "vi": "Số làn xe của các trục chính là ước tính",
    "en": "Lanes of the main roads are estimates",
}
SIGNALS: Text = {
    "vi": "Chu kỳ đèn tín hiệu là giả định",
    "en": "Plans of the signals are assumed",
}


WHOLE: Text = {"vi": "Toàn mạng lưới", "en": "The whole network"}


def invented(city: City) -> list[Text]:
    """Return what of the city's own network nobody surveyed, to be said beside every picture."""
    guessed = any(link.lanes_estimated for link in city.network.links.values())
    return [INNER, SIGNALS, *([LANES] if guessed else [])]


def options(city: City, plan: TrafficPlan) -> dict[str, Any]:
    """Return {links, junctions, areas, all, stations, seeds, invented}; places are lat, lon.

    A link or junction is {id, name {vi, en}, …}; ids are what a scenario's measures name.
    The `arms` of a junction are the links that lead into it, named by where they come from.
    """
    units = [unit for code in plan.wards if (unit := city.areas.get(code)) is not None]
    return {
        "name": plan.name,
        "links": [
            {
                "id": link.id,
                "name": _both(link.name),
                "from": link.start.id,
                "to": link.end.id,
                "lanes": link.lanes,
                "lanesEstimated": link.lanes_estimated,
                "oneWay": link.one_way,
                "places": [[link.start.lat, link.start.lon], [link.end.lat, link.end.lon]],
            }
            for link in sorted(city.network.links.values(), key=lambda link: link.id)
        ],
        "junctions": [
            {
                "id": node.id,
                "name": _both(node.name),
                "lat": node.lat,
                "lon": node.lon,
                "arms": _arms(city, node.id),
            }
            for node in sorted(city.network.nodes.values(), key=lambda node: node.id)
        ],
        "areas": [
            {"id": unit.code, "name": unit.title, "lat": unit.lat, "lon": unit.lon}
            for unit in units
        ],
        "all": [{"id": "all", "name": WHOLE, "rain": _rain(plan)}],
        "stations": [
            {"id": s.id, "kind": s.kind, "name": s.name, "lat": s.lat, "lon": s.lon}
            for s in plan.station
        ],
        "seeds": MAX_SEEDS,
        "invented": invented(city),
    }


def _arms(city: City, junction: str) -> list[dict[str, Any]]:
    ends = [
        (link.id, link.start if link.end.id == junction else link.end)
        for link in sorted(city.network.links.values(), key=lambda link: link.id)
        if link.end.id == junction or (link.start.id == junction and not link.one_way)
    ]
    return [{"id": link, "name": _both(other.name)} for link, other in ends]


def _rain(plan: TrafficPlan) -> dict[str, Any]:
    """Return what rain takes off capacity and speed, by bands of mm/h, and who measured it."""
    bands = sorted(plan.rain.band, key=lambda band: band.from_mm_h)
    return {
        "source": plan.rain.source,
        "bands": [
            {
                "fromMmH": band.from_mm_h,
                "capacityLoss": band.capacity_loss,
                "speedLoss": band.speed_loss,
            }
            for band in bands
        ],
    }


def _both(name: str) -> Text:
    """Proper names are the same in both languages."""
    return {"vi": name, "en": name}

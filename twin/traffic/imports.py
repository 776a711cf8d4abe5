"""Networks of others that were imported, as a scenario names them and a page offers them.

Taking one in is importing.py; what may be picked of the city's own network is options.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from data_access.city import City
from data_access.envelope import Text
from jobs.working import WorkFailed
from language import told
from settings import Settings
from twin.traffic.network import NET, STREETS, Net, kept_folder, load_net
from twin.traffic.options import options as city_options
from twin.traffic.plan import TrafficPlan
from twin.traffic.streets import Link, Streets

MOST_PICKED = 400  # of links and of junctions: more cannot be told apart on a map


def imported_names(settings: Settings) -> list[str]:
    """Return the names of the networks that were imported."""
    folder = kept_folder(settings) / "imported"
    return sorted(path.parent.name for path in folder.glob(f"*/{NET}"))


def edition(settings: Settings, name: str) -> tuple[tuple[int, int], ...]:
    """Return what changes with the kept files of a network, without reading them."""
    folder = kept_folder(settings) / "imported" / name
    known = [(folder / each).stat() for each in (NET, STREETS) if (folder / each).is_file()]
    return tuple((each.st_mtime_ns, each.st_size) for each in known)


def open_import(settings: Settings, name: str, plan: TrafficPlan, named: str | None) -> Net:
    """Open a network; raises WorkFailed where there is none, or another than the hash `named`."""
    net = load_net(kept_folder(settings) / "imported" / name, plan.cycle_s)
    if named is not None and named != net.hash:
        raise WorkFailed(
            "input",
            told(
                "network {network!r} was imported anew: it is {now} now, {asked} was asked",
                network=name,
                now=net.hash,
                asked=named,
            ),
        )
    return net


def options_of(net: Net, city: City, plan: TrafficPlan) -> dict[str, Any]:
    """Return what may be picked of an imported network, in the shape of options.options."""
    streets = net.streets
    named = _told_apart(streets)
    ranked = sorted(
        streets.links.values(),
        key=lambda link: (not _is_named(link), -_size(link, streets), link.id),
    )
    signals = [j for _, j in sorted(streets.junctions.items()) if j.signal]
    arms = _arms(streets)
    areas = sorted({edge.area for edge in streets.edges.values() if edge.area})
    units = [unit for code in areas if (unit := city.areas.get(code)) is not None]
    own = city_options(city, plan)
    return {
        "network": streets.origin,
        "networkHash": net.hash,
        "name": both(streets.origin),
        "links": [
            {
                "id": link.id,
                "name": named[link.id],
                "from": link.start,
                "to": link.end,
                "places": [[lat, lon] for lon, lat in link.line],
            }
            for link in sorted(
                ranked[:MOST_PICKED], key=lambda link: (named[link.id]["vi"], link.id)
            )
        ],
        "junctions": [
            {
                "id": j.id,
                "name": both(j.name or j.id),
                "lat": j.lat,
                "lon": j.lon,
                "arms": [{"id": link.id, "name": named[link.id]} for link in arms.get(j.id, ())],
            }
            for j in signals[:MOST_PICKED]
        ],
        "areas": [
            {"id": unit.code, "name": unit.title, "lat": unit.lat, "lon": unit.lon}
            for unit in units
        ],
        "all": own["all"],
        "stations": own["stations"],
        "seeds": own["seeds"],
        "invented": list(streets.invented),
        "said": list(streets.said),
        "attribution": streets.attribution,
        "tripsPct": _trips_pct(areas, city, plan),
        "nodes": len(streets.junctions),
        "leftOut": max(0, len(ranked) - MOST_PICKED),
    }


def _told_apart(streets: Streets) -> dict[str, Text]:
    """Return the names of links; stretches of one street by the streets they lie between.

    Where these have no names, or are the same, they are counted.
    """
    crossing: dict[str, set[str]] = {}
    for link in streets.links.values():
        for end in (link.start, link.end) if _is_named(link) else ():
            crossing.setdefault(end, set()).add(link.name)

    def between(link: Link) -> str:
        ends = [sorted(crossing.get(end, set()) - {link.name}) for end in (link.start, link.end)]
        return f"{link.name} ({' – '.join(end[0] for end in ends)})" if all(ends) else link.name

    links = [link for _, link in sorted(streets.links.items())]
    alone = Counter(link.name for link in links)
    words = {link.id: link.name if alone[link.name] == 1 else between(link) for link in links}
    same, met = Counter(words.values()), Counter[str]()
    found: dict[str, Text] = {}
    for name, said in words.items():
        met[said] += 1
        found[name] = both(said) if same[said] == 1 else _counted(said, met[said], same[said])
    return found


def _counted(name: str, number: int, of: int) -> Text:
    return {"vi": f"{name}, đoạn {number}/{of}", "en": f"{name}, stretch {number} of {of}"}


def _arms(streets: Streets) -> dict[str, list[Link]]:
    """Return the links with a name that lead into each junction."""
    found: dict[str, list[Link]] = {}
    for _, link in sorted(streets.links.items()):
        if _is_named(link):
            for chain in filter(None, (link.forward, link.backward)):
                found.setdefault(streets.edges[chain[-1]].end, []).append(link)
    return found


def _trips_pct(areas: list[str], city: City, plan: TrafficPlan) -> int:
    """Return which share of the plan's trips a network is asked to carry: that of its people."""

    def people(codes: Iterable[str]) -> int:
        units = [city.areas.get(code) for code in codes]
        return sum(unit.population or 0 for unit in units if unit is not None)

    inside = [code for code in plan.wards if code in areas] or areas
    whole = people(plan.wards)
    return min(100, max(1, round(100 * people(inside) / whole))) if whole else 100


def limits_of_import(streets: Streets, plan: TrafficPlan, stations: int) -> list[Text]:
    """Return what is to be said of a run that is not on the city's own network."""
    name, of = streets.origin, len(plan.station)
    found: list[Text] = [
        {
            "vi": f"Mạng lưới nhập vào “{name}”, không phải mạng của thành phố",
            "en": f"The imported network “{name}”, not the city's own",
        }
    ]
    if streets.attribution:
        found.append(both(streets.attribution))
    if stations < of:
        found.append(
            {
                "vi": f"{of - stations} trên {of} bệnh viện và trạm cứu hỏa nằm ngoài mạng này",
                "en": f"{of - stations} of {of} hospitals and fire stations lie off this network",
            }
        )
    return found


def both(name: str) -> Text:
    """Proper names are the same in both languages."""
    return {"vi": name, "en": name}


def _is_named(link: Link) -> bool:
    return bool(link.name) and link.name.lstrip("-") not in (link.id, *link.forward)


def _size(link: Link, streets: Streets) -> float:
    """Return how large a street is: its lanes times its length."""
    edges = [streets.edges[edge] for edge in (*link.forward, *link.backward)]
    return sum(edge.lanes * edge.length_m for edge in edges)

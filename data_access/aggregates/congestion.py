"""Congestion on the roads: one alert for one jam, which comes late enough and goes by itself.

One way of a link is jammed by its speed against free flow (limit transport.congestion.ratio, with
its own times). Jammed links that meet at a junction are one jam, named after the one that began it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import NO_THRESHOLD, number
from data_access.envelope import Item, Payload, Source, Text
from data_access.hysteresis import Episode, standing
from data_access.rollup import HOUR_US

CONGESTION, SPEED = "transport.congestion", "transport.speed"
HISTORY_US = 6 * HOUR_US  # a jam that began earlier is said to have begun then
NO_JAM = text("không có ùn tắc", "no jam")
STEP_US = 300_000_000  # detectors of a link are compared within so long


@dataclass(frozen=True, slots=True)
class Jam:
    """Jammed links that hang together, the one that began it first."""

    links: tuple[str, ...]
    episodes: dict[str, Episode]

    @property
    def began_us(self) -> int:
        """When its first link was off for the first time."""
        return self.episodes[self.links[0]].began_us

    @property
    def worst(self) -> str:
        """The link that is slowest now, of its free flow."""
        return min(self.links, key=lambda link: (self.episodes[link].last, link))


def congestion(view: View) -> Payload:
    """Return the jams that stand, the gravest first."""
    last_us = view.snapshot.newest_us(SPEED)
    limit = view.city.limit(CONGESTION, "ratio")
    if last_us is None:
        return {}
    episodes: dict[str, Episode] = {}
    for (link, _), ratios in _ratios(view, last_us - HISTORY_US).items():
        episode = standing(ratios, limit)
        if episode is not None and (link not in episodes or episode.last < episodes[link].last):
            episodes[link] = episode  # of its two ways the slower one
    jams = _jams(view, episodes)
    source: Source = {"dataset": SPEED, "indicator": "speed_kmh"}
    longest = max(((last_us - jam.began_us) / 60e6 for jam in jams), default=0.0)
    several = view.city.limit(CONGESTION, "jams")
    return {
        "numbers": {
            "jams": number(
                text("Điểm ùn tắc", "Jams"),
                len(jams) if limit.is_set else None,
                limit=several,
                better="down",
                note=text(f"{len(episodes)} đoạn đường", f"{len(episodes)} links")
                if limit.is_set
                else NO_THRESHOLD,
                source=source,
            ),
            "longest": number(
                text("Ùn tắc lâu nhất", "Longest jam"),
                round(longest) if limit.is_set else None,
                "phút",
                better="down",
                note=None if jams else NO_JAM if limit.is_set else NO_THRESHOLD,
                source=source,
            ),
        },
        "items": {"active": ranked_items([_item(view, jam) for jam in jams])},
    }


def _ratios(view: View, from_us: int) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """Return the speed of each way of a link of its free flow, per cent, by time."""
    places = view.snapshot.places(SPEED)
    by_way: dict[tuple[str, str], dict[int, list[tuple[float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entity, rows in view.snapshot.recent(SPEED, "speed_kmh", from_us=from_us).items():
        attributes = places[entity].attributes if entity in places else {}
        link, free = attributes.get("link"), attributes.get("free_flow_kmh")
        if link and free:
            for at_us, kmh in rows:
                way = link, str(attributes.get("direction"))
                by_way[way][at_us // STEP_US * STEP_US].append((kmh, free))
    return {
        way: [
            (at_us, sum(kmh for kmh, _ in found) / sum(free for _, free in found) * 100)
            for at_us, found in sorted(steps.items())
        ]
        for way, steps in by_way.items()
    }


def _jams(view: View, episodes: dict[str, Episode]) -> list[Jam]:
    """Return jammed links gathered where they meet, oldest first."""
    links = view.city.network.links
    ends = {
        link: {links[link].start.id, links[link].end.id} if link in links else {link}
        for link in episodes
    }
    left = sorted(episodes, key=lambda link: (episodes[link].began_us, link))
    jams = []
    while left:
        together = [left.pop(0)]
        reached = set(ends[together[0]])
        while near := [link for link in left if ends[link] & reached]:
            left = [link for link in left if link not in near]
            together += near
            reached |= set().union(*(ends[link] for link in near))
        jams.append(Jam(tuple(together), {link: episodes[link] for link in together}))
    return jams


def _item(view: View, jam: Jam) -> Item:
    first, worst = jam.links[0], jam.worst
    known = view.city.network.links.get(first)
    episode = jam.episodes[worst]
    title: Text = text(f"Ùn tắc {_name(view, first)}", f"Congestion, {_name(view, first)}")
    if len(jam.links) > 1:
        title = text(
            f"{title['vi']} và {len(jam.links) - 1} đoạn lân cận",
            f"{title['en']} and {len(jam.links) - 1} more links",
        )
    item: Item = {
        "id": f"jam-{first}",
        "title": title,
        "kind": text("Ùn tắc", "Congestion"),
        "severity": view.city.limit(CONGESTION, "links").grade(len(jam.links)),
        "atMs": view.glass_ms(SPEED, jam.began_us),
        "place": text(*(2 * [_name(view, worst)])),
        "detail": text(
            f"chậm nhất {_name(view, worst)}: {round(episode.last)}% tốc độ thông thoáng",
            f"slowest {_name(view, worst)}: {round(episode.last)}% of free flow",
        ),
        "source": {"dataset": SPEED, "indicator": "speed_kmh"},
    }
    if known is not None:
        middle = ((known.start.lat + known.end.lat) / 2, (known.start.lon + known.end.lon) / 2)
        item["area"] = view.city.areas.at(*middle)
    return item


def _name(view: View, link: str) -> str:
    known = view.city.network.links.get(link)
    return known.name if known else link


AGGREGATES = (
    Aggregate(
        CONGESTION,
        (SPEED,),
        congestion,
        label=text("Ùn tắc giao thông", "Congestion"),
        rows_h=HISTORY_US // HOUR_US,
    ),
)

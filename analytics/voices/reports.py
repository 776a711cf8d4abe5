"""A report of the hotline as the analysis reads it: its words, its matter, its spot, its time."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.voices.normal import clean, spelled_out
from analytics.voices.places import NOWHERE, Gazetteer, mentions
from analytics.voices.spots import Spot, point_of, spot_of
from analytics.voices.words import EMPTY, EMPTY_PHRASES
from data_access.personal import without_contacts
from data_access.store.snapshot import Life

OTHER = "other"
# A position that reports of so many addresses share is no position: what a system puts in for want
# of one (its own office, the middle of a unit).
SHARED_BY = 4

_AROUND = re.compile(
    rf"(?<!\S)(?:{'|'.join(sorted(EMPTY_PHRASES, key=lambda p: (-len(p), p)))})(?!\S)"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `matter` is what it is about: folded words without places and empty words."""

    report_id: str
    text: str  # clean, as written
    matter: str
    at_us: int
    category: str
    spot: Spot


def report(
    report_id: str,
    text: str,
    *,
    at_us: int,
    category: str = OTHER,
    address: str = "",
    point: tuple[float, float] | None = None,
    area: str | None = None,
    gazetteer: Gazetteer = NOWHERE,
) -> Report:
    """Return a report as it is compared."""
    written = clean(text)
    said = mentions(without_contacts(written), gazetteer)
    spot = spot_of(
        said,
        mentions(address, gazetteer),
        point=point,
        area=area,
        gazetteer=gazetteer,
    )
    return Report(report_id, written, matter_of(said.others), at_us, category, spot)


def matter_of(plain: Sequence[str]) -> str:
    """Return folded words without empty ones, as one string."""
    told = _AROUND.sub(" ", " ".join(spelled_out(plain)))
    return " ".join(word for word in told.split() if word not in EMPTY and len(word) > 1)


def reports_of(lives: Sequence[Life], gazetteer: Gazetteer) -> list[Report]:
    """Return requests that say something as reports, the oldest first."""
    shared = _shared_points(lives)
    found = []
    for life in lives:
        text = words_of(life.body)
        if not text:
            continue
        point = None if life.body.get("placed") == "demo" else point_of(life.geometry)
        found.append(
            report(
                life.base_id,
                text,
                at_us=life.opened_us,
                category=life.category,
                address=str(life.body.get("address") or ""),
                point=None if point in shared else point,
                area=life.area,
                gazetteer=gazetteer,
            )
        )
    return sorted(found, key=lambda each: (each.at_us, each.report_id))


def words_of(body: Mapping[str, Any]) -> str:
    """Return what a request or a post says."""
    return str(body.get("description") or body.get("content") or "")


def _shared_points(lives: Sequence[Life]) -> Collection[tuple[float, float] | None]:
    addresses: dict[tuple[float, float], set[str]] = defaultdict(set)
    for life in lives:
        if (point := point_of(life.geometry)) is not None:
            addresses[point].add(str(life.body.get("address") or life.base_id))
    return {point for point, given in addresses.items() if len(given) >= SHARED_BY}

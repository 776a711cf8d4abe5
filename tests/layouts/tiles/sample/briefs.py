"""The morning and the flash brief, made by the city's own rules of the samples beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.brief.brief import Brief
from analytics.brief.compose import compose
from analytics.brief.finding import Approval, envelope_of
from analytics.brief.rules import read_rules
from data_access.city import load_city
from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import NOW_MS, ROOT, text

ABOUT = "feedback.calls"


def briefs(given: Mapping[str, Envelope]) -> list[Envelope]:
    """Return both briefs, approved, and the morning's draft; `given` is what they tell of."""
    rules, city = read_rules(ROOT / "city"), load_city(ROOT / "city")
    fresh = {name: replace(each, as_of_ms=NOW_MS) for name, each in given.items()}
    item = fresh[ABOUT].payload["items"]["active"][0]
    morning = compose(rules["morning"], fresh, now_ms=NOW_MS)
    flash = compose(rules["flash"], fresh, now_ms=NOW_MS, about=(ABOUT, item))
    return [
        envelope_of(morning, rules["morning"], city, approval=_approval(morning)),
        envelope_of(morning, rules["morning"], city),
        envelope_of(flash, rules["flash"], city, approval=_approval(flash)),
    ]


def _approval(brief: Brief) -> Approval:
    name = text("Lê Thị Minh Nguyệt", "Lê Thị Minh Nguyệt")
    return Approval("leader", name, NOW_MS + 900_000.0, brief.digest)

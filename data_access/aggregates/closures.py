"""Schools that are closed: on the map by unit, as a list with the reason; who stays home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import both_languages, ranked_items
from data_access.aggregates.parts import column, number, of_units, table, words
from data_access.aggregates.schools import PUPILS, SCHOOLS, School, known_schools, where
from data_access.envelope import Item, Payload, Source, Table, Text
from data_access.store.snapshot import Life

CLOSURES = "education.closures"


def closures(view: View) -> Payload:
    """Return the schools that are closed now: on the map by unit, as a list, and why."""
    if not view.is_fed(CLOSURES):
        return {}
    now_us = view.track_us(CLOSURES)
    standing: dict[str, Life] = {}
    for life in view.snapshot.lives(CLOSURES, statuses=["open"], active_us=now_us, bodies=True):
        if life.opened_us <= now_us:
            standing.setdefault(_school_id(life), life)  # the newest report of a school counts
    known = known_schools(view) if view.is_fed(SCHOOLS) else {}
    told = [known[each].pupils for each in standing if each in known]
    counted = [each for each in told if each is not None]
    unknown = len(standing) - len(counted)
    by_unit = Counter(life.area for life in standing.values() if life.area is not None)
    counts = {unit.code: float(by_unit.get(unit.code, 0)) for unit in view.city.areas}
    source: Source = {"dataset": CLOSURES, "statuses": ["open"]}
    nobody = None if standing else text("không có trường nào", "none")
    return {
        "numbers": {
            "closed": number(
                text("Trường đang đóng cửa", "Schools closed"),
                len(standing),
                "trường",
                limit=view.city.limit(CLOSURES, "closed"),
                better="down",
                note=nobody,
                source=source,
            ),
            "pupils": number(
                text("Học sinh nghỉ học", "Pupils at home"),
                sum(counted) if counted or not standing else None,
                PUPILS,
                better="down",
                note=_left_out(unknown) if unknown else nobody,
                source=source,
            ),
        },
        "tables": {
            "closed": _closed(view, standing, known),
            "reasons": _reasons(view, standing),
        },
        "maps": {
            "areas": of_units(
                view, text("Trường đóng cửa", "Schools closed"), counts, unit="trường",
                scale="schools_closed",
            )
        },
        "items": {"active": ranked_items([_item(view, life) for life in standing.values()])},
    }  # fmt: skip


def _left_out(schools: int) -> Text:
    """Return of how many closed schools nobody knows how many learn there."""
    return text(f"chưa kể {schools} trường chưa rõ sĩ số", f"{schools} of unknown size left out")


def _school_id(life: Life) -> str:
    return str(life.body.get("school") or life.base_id)


def _reason(view: View, life: Life) -> Text:
    return view.city.called(CLOSURES, life.category or "–")


def _until(view: View, life: Life) -> float | None:
    return None if life.ended_us is None else view.glass_ms(CLOSURES, life.ended_us)


def _closed(view: View, standing: Mapping[str, Life], known: Mapping[str, School]) -> Table:
    rows: list[dict[str, Any]] = [
        {
            "name": both_languages(life.body.get("title")),
            "unit": where(view, life.area),
            "reason": _reason(view, life),
            "pupils": known[school].pupils if school in known else None,
            "until": _until(view, life),
            "source": {"dataset": CLOSURES, "entity": life.base_id},
        }
        for school, life in standing.items()
    ]
    rows.sort(key=lambda row: (-(row["pupils"] or 0.0), row["name"]["vi"]))
    columns = [
        words("name", text("Trường", "School")),
        words("reason", text("Lý do", "Reason")),
        column("until", text("Đến", "Until"), kind="instant"),
        column("pupils", text("Học sinh", "Pupils")),
        words("unit", text("Phường, xã", "Unit")),
    ]
    return table(text("Trường đang đóng cửa", "Schools closed"), columns, rows)


def _reasons(view: View, standing: Mapping[str, Life]) -> Table:
    counts = Counter(life.category for life in standing.values())
    rows = [
        {
            "name": view.city.called(CLOSURES, reason or "–"),
            "schools": count,
            "source": {"dataset": CLOSURES, "categories": [reason]},
        }
        for reason, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    columns = [
        words("name", text("Lý do", "Reason")),
        column("schools", text("Trường", "Schools")),
    ]
    return table(text("Trường đóng cửa theo lý do", "Closures by reason"), columns, rows)


def _item(view: View, life: Life) -> Item:
    name, reason = both_languages(life.body.get("title")), _reason(view, life)
    return {
        "id": life.base_id,
        "title": text(f"{name['vi']}: {reason['vi']}", f"{name['en']}: {reason['en']}"),
        "kind": text("Trường đóng cửa", "School closed"),
        "severity": "caution",
        "atMs": view.glass_ms(CLOSURES, life.opened_us),
        "untilMs": _until(view, life),
        "area": life.area,
        "place": where(view, life.area),
        "source": {"dataset": CLOSURES, "entity": life.base_id},
    }


AGGREGATES = (Aggregate(CLOSURES, (CLOSURES, SCHOOLS), closures, optional=(SCHOOLS,)),)

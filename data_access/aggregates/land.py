"""Land: contaminated sites, land violations and landfills, where they lie and how they stand."""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import LABELLED, column, number, point_of, table, words
from data_access.envelope import POINTS, MapLayer, Number, Payload, Source, Text
from data_access.store.snapshot import Life

LAND = "environment.land"
DRAWN = 300  # sites on the map, the most pressing first
STATES = ("open", "handling", "watched", "closed")  # the most pressing first


def land(view: View) -> Payload:
    """Return the sites by kind and state, those that wait first, and all on a map."""
    now_us = view.track_us(LAND)
    lives = [
        life
        for life in view.snapshot.lives(LAND, bodies=True)
        if life.opened_us <= now_us and life.status in STATES
    ]
    if not lives:
        return {}
    ranked = sorted(
        lives,
        key=lambda life: (
            STATES.index(life.status),
            -_hectares(life),
            life.opened_us,
            life.base_id,
        ),
    )
    waiting = [life for life in ranked if life.status in ("open", "handling")]
    late = [life for life in waiting if life.due_us is not None and life.due_us < now_us]
    return {
        "numbers": _numbers(view, lives, waiting, late),
        "tables": {"sites": _sites(view, ranked, late), "kinds": _kinds(view, lives)},
        "maps": {"sites": _map(ranked)},
    }


def _numbers(
    view: View, lives: list[Life], waiting: list[Life], late: list[Life]
) -> dict[str, Number]:
    source: Source = {"dataset": LAND, "statuses": ["open", "handling"]}

    def unresolved(kind: str) -> int:
        return sum(life.category == kind for life in waiting)

    def total(kind: str) -> Text:
        count = sum(life.category == kind for life in lives)
        return text(f"trên {count} điểm đã ghi nhận", f"of {count} on record")

    landfills = [life for life in lives if life.category == "landfill" and life.status != "closed"]
    return {
        "contamination": number(
            text("Điểm ô nhiễm đất chưa xong", "Contaminated land not remedied"),
            unresolved("contamination"),
            limit=view.city.limit(LAND, "contamination"),
            better="down",
            note=total("contamination"),
            source=source | {"categories": ["contamination"]},
        ),
        "violations": number(
            text("Vi phạm đất đai chưa xong", "Land violations not settled"),
            unresolved("violation"),
            limit=view.city.limit(LAND, "violations"),
            better="down",
            note=total("violation"),
            source=source | {"categories": ["violation"]},
        ),
        "landfills": number(
            text("Bãi chôn lấp", "Landfills"),
            len(landfills),
            note=text(
                f"{unresolved('landfill')} bãi phải xử lý",
                f"{unresolved('landfill')} to be put in order",
            ),
            source={"dataset": LAND, "categories": ["landfill"]},
        ),
        "late": number(
            text("Điểm quá hạn xử lý", "Sites overdue"),
            len(late),
            limit=view.city.limit(LAND, "late"),
            better="down",
            note=text(f"trên {len(waiting)} điểm chưa xong", f"of {len(waiting)} not settled"),
            source=source,
        ),
        "hectares": number(
            text("Diện tích chưa xử lý xong", "Area not settled"),
            round(sum(map(_hectares, waiting)), 1),
            "ha",
            1,
            better="down",
            source=source,
        ),
    }


def _hectares(life: Life) -> float:
    said = life.body.get("area_ha")
    return float(said) if isinstance(said, int | float) else 0.0


def _kind(view: View, life: Life) -> Text:
    known = view.city.datasets[LAND].categories
    return known.get(life.category) or text(life.category, life.category)


def _title(life: Life) -> Text:
    said = life.body.get("title")
    if isinstance(said, dict):
        return text(str(said.get("vi") or life.base_id), str(said.get("en") or life.base_id))
    return text(life.base_id, life.base_id)


def _sites(view: View, ranked: list[Life], late: list[Life]) -> Any:
    overdue = {life.base_id for life in late}
    rows = []
    for life in ranked:
        unit = view.city.areas.get(life.area or "")
        rows.append(
            {
                "name": _title(life),
                "kind": _kind(view, life),
                "state": life.status,
                "area": unit.title if unit else "",
                "hectares": life.body.get("area_ha"),
                "late": text("quá hạn", "overdue") if life.base_id in overdue else "",
                "source": {"dataset": LAND, "entity": life.base_id},
            }
        )
    columns = [
        words("name", text("Điểm", "Site")),
        words("kind", text("Loại", "Kind")),
        column("state", text("Tình trạng", "State"), kind="band", scale="land_site"),
        words("area", text("Phường, xã", "Unit")),
        column("hectares", text("Diện tích", "Area"), "ha", 1),
        words("late", text("Hạn", "Due")),
    ]
    return table(text("Điểm đất đai", "Land sites"), columns, rows)


def _kinds(view: View, lives: list[Life]) -> Any:
    known = view.city.datasets[LAND].categories
    rows = [
        {
            "name": known[kind],
            **{
                state: sum(life.category == kind and life.status == state for life in lives)
                for state in STATES
            },
            "source": {"dataset": LAND, "categories": [kind]},
        }
        for kind in known
    ]
    columns = [
        words("name", text("Loại", "Kind")),
        column("open", text("Chưa xử lý", "Not handled")),
        column("handling", text("Đang xử lý", "Being handled")),
        column("watched", text("Đang giám sát", "Watched")),
        column("closed", text("Đã khắc phục", "Remedied")),
    ]
    return table(text("Theo loại và tình trạng", "By kind and state"), columns, rows)


def _map(ranked: list[Life]) -> MapLayer:
    drawn = [life for life in ranked if life.geometry is not None][:DRAWN]
    named = [life for life in drawn if life.status == "open"][:LABELLED]
    values: dict[str, dict[str, Any]] = {
        life.base_id: {"value": None, "band": life.status} for life in drawn
    }
    for life in named:
        values[life.base_id]["label"] = _title(life)
    return {
        "label": text("Điểm đất đai theo tình trạng", "Land sites by state"),
        "layer": POINTS,
        "unit": "",
        "decimals": 0,
        "scale": "land_site",
        "values": values,
        "points": {
            life.base_id: point_of(life.geometry) for life in drawn if life.geometry is not None
        },
        "worst": [life.base_id for life in named],
    }


AGGREGATES = (Aggregate(LAND, (LAND,), land),)

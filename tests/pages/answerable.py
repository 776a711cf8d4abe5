"""What pages of data and of people answer from: datasets, scores, evidence, and what was done."""

from __future__ import annotations

from typing import Any

from callbacks.desk import Desk
from data_access.aggregates.coverage import COVERAGE, STAGES
from data_access.aggregates.live_sources import STATES as SOURCE_STATES
from data_access.aggregates.quality import QUALITY
from data_access.aggregates.scores import NAMES, OVERDUE, SCORES
from data_access.city import City
from data_access.criteria.part import Part
from data_access.promises import CRITERIA
from data_access.store import open_reader, open_writer
from data_access.store.scores import HOUR_US, Standing
from language import in_all_languages
from permissions.audit import Entry
from tests.layouts.tiles.sample import NOW_MS, forecasts, unusual
from tests.pages.stand_in import envelope
from wall.scene import read_scenes

PATHS = (
    "/data",
    "/data?dataset=economy.projects",
    "/data/quality",
    "/data/quality?by=agency",
    "/data/quality?dataset=environment.air&criterion=sufficient",
    "/data/quality?dataset=environment.air&criterion=accurate",
    "/data/quality?dataset=environment.air&criterion=accurate&entity=hn-12&indicator=pm25",
    "/data/sources",
    "/data/coverage",
    "/data/coverage?agency=cong-an",
    "/data/lineage?dataset=transport.speed",
    "/data/forecasts",
    "/data/forecasts?forecast=air&series=pm25",
    "/data/anomalies",
)
HOUR_MS = 3_600_000.0
SHORT = ("environment.air", "transport.speed", "economy.budget")
ABSENT, STALE, LIVE = "food.safety", "environment.rain", "environment.air"
MISSING = 12  # wards of 126
FAILURE = "HTTP 503 of https://air.example.vn/v2/entities"


def tell(desk: Desk) -> None:
    """Write the envelopes of the pages of data."""
    tell_of(desk, "live", desk.now_ms())
    desk.cache.write_many([*forecasts.findings(), unusual.alerts()])


def tell_of(desk: Desk, realm: str, now_ms: float) -> None:
    """Write how data stand in a realm, where it is `now_ms`."""
    payloads = {
        QUALITY: _quality(desk.city, now_ms),
        SCORES: _scores(desk.city),
        OVERDUE: _overdue(desk.city, now_ms),
        COVERAGE: _coverage(desk.city),
    }
    desk.cache.write_many(
        envelope(name, realm=realm, payload=payload) for name, payload in payloads.items()
    )


def measure(desk: Desk) -> None:
    """Keep scores of some hours in a real store, and let the desk read it."""
    now_us = int(desk.now_ms() * 1000)
    writer = open_writer(desk.settings, desk.city.zone)
    wards = sorted(desk.city.areas.codes)[:MISSING]
    evidence = [{"kind": "area", "id": code, "last": "2026-09-20"} for code in wards]
    refused = [
        {"kind": "reason", "id": "outOfRange", "count": 318},
        {"kind": "entity", "id": "hn-12", "indicator": "pm25", "value": 412.0, "around": 31.5},
    ]
    owner = desk.city.datasets[LIVE].owner
    for hours in range(30, -1, -1):
        parts = {
            "sufficient": [Part.of("areas", 114, 126, evidence), Part("rows", 990, 1000)],
            "accurate": [Part.of("range", 9682, 10_000, refused)],
        }
        writer.keep_scores(
            [
                Standing(
                    LIVE, each, owner, 96.0 - (hours * (1 + at)) % 11, 95.0, parts.get(each, [])
                )
                for at, each in enumerate(CRITERIA)
            ],
            now_us=now_us - hours * HOUR_US,
        )
    writer.close()
    object.__setattr__(desk, "snapshot", open_reader(desk.settings).snapshot)


def arrange(desk: Desk) -> None:
    """Give the desk the city's own scenes, which a stand-in has not."""
    found, _ = read_scenes(desk.settings.city / "scenes", desk.walls)
    object.__setattr__(desk, "scenes", found)


def _quality(city: City, now_ms: float) -> dict[str, Any]:
    rows = []
    for index, each in enumerate(city.datasets.values()):
        state = {ABSENT: "absent", STALE: "stale"}.get(each.id, "ok")
        at_ms = None if state == "absent" else now_ms - each.cadence_s * (200 + 10 * index)
        rows.append(
            {
                "dataset": each.id,
                "name": each.name,
                "state_id": state,
                "origin": None if at_ms is None else "live" if each.id == LIVE else "simulated",
                "age": at_ms,
                "due": None if at_ms is None else at_ms + each.cadence_s * 2000,
                "accepted": 9682,
                "quarantined": 318,
            }
        )
    sources = [
        {
            "name": each.name,
            "state": SOURCE_STATES[state],
            "state_id": state,
            "success": None if state == "waiting" else now_ms - HOUR_MS,
            "failures": 4 if state == "failing" else 0,
            "rows": 120_400,
            "refused": 12,
            "withdrawn": 1_260,
            "turned": 0,
            "way": way,
            "tried": now_ms - 5_000,
            "until": now_ms + 90_000 if state == "failing" else None,
            "lag": 42.0,
            "megabytes": 1.2,
            "place": "https://air.example.vn/v2/entities?type=AirQualityObserved",
            "error": in_all_languages(FAILURE if state == "failing" else ""),
            "source": {"dataset": each.id},
        }
        for each, state, way in zip(
            city.datasets.values(), ("failing", "up", "waiting"), ("url", "mqtt", "webhook"),
            strict=False,
        )
    ]  # fmt: skip
    return {"tables": {"datasets": {"rows": rows}, "sources": {"rows": sources}}}


def _scores(city: City) -> dict[str, Any]:
    rows = []
    for index, each in enumerate(city.datasets.values()):
        found = {name: 100.0 - (index + at) % 9 for at, name in enumerate(CRITERIA)}
        below = [CRITERIA[0], CRITERIA[3]] if each.id in SHORT else []
        found |= dict.fromkeys(below, 61.5)
        rows.append(
            {
                "name": each.name,
                "dataset": each.id,
                **found,
                "lowest": min(found.values()),
                "below": below,
                "owner": city.agencies[each.owner].name,
                "agency": each.owner,
            }
        )
    agencies = [
        {
            "owner": agency.name,
            "agency": agency.id,
            "datasets": len(mine),
            **{name: sum(row[name] for row in mine) / len(mine) for name in CRITERIA},
            "below": sum(len(row["below"]) for row in mine),
        }
        for agency in city.agencies.values()
        if (mine := [row for row in rows if row["agency"] == agency.id])
    ]
    numbers = {
        name: {
            "label": NAMES[name],
            "value": 96.4,
            "status": "caution" if name in (CRITERIA[0], CRITERIA[3]) else "normal",
            "note": {"vi": "3 trên 18 bộ dưới sàn", "en": "3 of 18 below the floor"},
        }
        for name in CRITERIA
    }
    return {
        "numbers": numbers,
        "tables": {"datasets": {"rows": rows}, "agencies": {"rows": agencies}},
    }


def _overdue(city: City, now_ms: float) -> dict[str, Any]:
    rows = [
        {
            "owner": city.agencies[city.datasets[dataset].owner].name,
            "agency": city.datasets[dataset].owner,
            "name": city.datasets[dataset].name,
            "dataset": dataset,
            "criterion": NAMES[criterion],
            "criterion_id": criterion,
            "score": 61.5,
            "floor": 95.0,
            "since": now_ms - HOUR_MS * (1 + at),
        }
        for at, dataset in enumerate(SHORT)
        for criterion in (CRITERIA[0], CRITERIA[3])
    ]
    rows.sort(key=lambda row: (row["owner"]["vi"], row["since"]))
    return {"tables": {"overdue": {"rows": rows}}}


def _coverage(city: City) -> dict[str, Any]:
    stages = {LIVE: "live", STALE: "connected", ABSENT: "registered"}
    known = [*city.datasets.values(), *city.register.values()]
    rows = [
        {
            "dataset": each.id,
            "name": each.name,
            "owner": city.agencies[each.owner].name,
            "agency": each.owner,
            "stage": STAGES[stage],
            "stage_id": stage,
            "origin": "simulated" if stage == "shown" else None,
        }
        for each in known
        for stage in [stages.get(each.id, "shown" if each.id in city.datasets else "registered")]
    ]
    agencies = [
        {
            "owner": agency.name,
            "agency": agency.id,
            "registered": len(mine),
            "connected": sum(each in ("live", "connected") for each in mine),
            "live": mine.count("live"),
            "shown": mine.count("shown"),
            "coverage": round(100 * mine.count("live") / len(mine), 1),
        }
        for agency in city.agencies.values()
        if (mine := [row["stage_id"] for row in rows if row["agency"] == agency.id])
    ]
    counts = {"registered": len(rows), "connected": 2, "live": 1, "shown": len(city.datasets) - 3}
    labels = {
        "registered": {"vi": "Đã đăng ký", "en": "Registered"},
        "connected": {"vi": "Đã kết nối", "en": "Connected"},
        "live": {"vi": "Đang sống", "en": "Live"},
        "shown": {"vi": "Chỉ phát lại, mô phỏng", "en": "Only replayed, simulated"},
    }
    numbers: dict[str, Any] = {
        name: {"label": labels[name], "value": count} for name, count in counts.items()
    }
    numbers["coverage"] = {
        "label": {"vi": "Độ phủ dữ liệu", "en": "Coverage of data"},
        "value": round(100 / len(rows), 1),
        "note": {"vi": "1 trên 42 bộ đang sống", "en": "1 of 42 datasets live"},
    }
    return {
        "numbers": numbers,
        "tables": {"agencies": {"rows": agencies}, "datasets": {"rows": rows}},
    }


def be_busy(desk: Desk) -> None:
    """Let there have been more takes than any page shows."""
    person = desk.people.find("administrator")
    assert person is not None
    for number in range(12):
        about: dict[str, Any] = {
            "at_ms": NOW_MS - 1_000 * number,
            "person": person,
            "address": "127.0.0.1",
            "action": "wall.take",
            "target": "wall/le-lai",
        }
        asked = Entry(**about, outcome="asked", detail={"sceneId": "environment"})
        answers = desk.audit.append(asked)
        desk.audit.append(Entry(**about, outcome="ok", answers=answers, detail={"skewMs": 12.3}))

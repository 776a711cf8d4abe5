"""A wall on which all happens by itself: a list, the clock's windows, rules in each phase."""

from __future__ import annotations

from typing import Any

from tests.pages.stand_in import NOW_MS, StandInLink


def playlist_body(playlist_id: str, vi: str, en: str, *scenes: str) -> dict[str, Any]:
    """Return a list of scenes of 45 s each."""
    return {
        "playlistId": playlist_id,
        "name": {"vi": vi, "en": en},
        "entries": [{"sceneId": each, "dwellS": 45.0} for each in scenes],
        "loop": True,
        "isPut": False,
    }


def schedule_body(schedule_id: str, vi: str, en: str, **more: Any) -> dict[str, Any]:
    """Return what `schedule.list` tells of a window of the clock."""
    name = {"vi": vi, "en": en}
    return {"scheduleId": schedule_id, "name": name, "isPut": False, "isActive": False, **more}


def rule_body(rule_id: str, vi: str, en: str, **more: Any) -> dict[str, Any]:
    """Return a rule that nothing was ever said of; `state` overrides parts of that."""
    state = {
        "phase": "quiet",
        "sinceAtMs": 0.0,
        "untilAtMs": None,
        "value": None,
        "asOfAtMs": None,
        "origin": None,
        "takenWallIds": [],
        "vetoedBy": None,
        **more.pop("state", {}),
    }
    return {
        "ruleId": rule_id,
        "name": {"vi": vi, "en": en},
        "owner": "nong-nghiep-moi-truong",
        "aggregate": "rules.sample",
        "number": "rain",
        "condition": "above",
        "threshold": 50.0,
        "clearAt": 40.0,
        "dwellS": 60.0,
        "cooldownS": 600.0,
        "vetoS": 90.0,
        "wallIds": ["le-lai"],
        "sceneId": "flood",
        "enabled": True,
        "isPut": False,
        "state": state,
        **more,
    }


def automate(link: StandInLink, *, now_ms: float = NOW_MS) -> None:
    """Let everything happen by itself on Lê Lai: a list, the clock, rules in each phase."""
    now = {"sinceAtMs": now_ms - 30_000, "asOfAtMs": now_ms - 30_000}
    link.playlists["le-lai"] = [
        playlist_body("day", "Giờ hành chính", "Office hours", "overview", "traffic", "flood"),
        playlist_body("night", "Trực đêm", "Night watch", "overview"),
    ]
    link.running["le-lai"] = [
        {
            "layer": "scheduled",
            "playlistId": "day",
            "index": 1,
            "sceneId": "traffic",
            "nextAtMs": now_ms + 31_000,
            "leftMs": None,
            "paused": False,
            "skipped": [{"sceneId": "security", "code": "aboveCeiling"}],
        }
    ]
    link.schedules["le-lai"] = {
        "schedules": [
            schedule_body("weekday", "Ngày làm việc", "Working days"),
            schedule_body("evening", "Buổi tối", "Evenings"),
        ],
        "current": {
            "scheduleId": "weekday",
            "target": "playlist:day",
            "startAtMs": now_ms - 3_600_000,
            "endAtMs": now_ms + 900_000,
        },
        "next": {
            "scheduleId": "evening",
            "target": "scene:overview",
            "startAtMs": now_ms + 900_000,
            "endAtMs": now_ms + 9_000_000,
        },
    }
    proposed = {**now, "phase": "proposed", "untilAtMs": now_ms + 74_000, "value": 61.5}
    vetoed = {**now, "phase": "vetoed", "value": 190.0, "vetoedBy": "operator"}
    link.rules = [
        rule_body("dry", "Hạn", "Drought", condition="below", threshold=0.0),
        rule_body("air", "Không khí xấu", "Bad air", state=vetoed, number="aqi"),
        rule_body("cold", "Rét đậm", "Cold spell", enabled=False),
        rule_body("jam", "Ùn tắc kéo dài", "Lasting congestion",
                  state={**now, "phase": "firing", "value": 12.0}),
        rule_body("heavy-rain", "Mưa rất to", "Very heavy rain", state=proposed),
        rule_body("elsewhere", "Nơi khác", "Elsewhere", wallIds=["ngo-quyen"], state=proposed),
    ]  # fmt: skip
    body = link.bodies["le-lai"]
    body["lock"] = {"by": "administrator", "sinceAtMs": now_ms - 120_000}
    body["masks"] = [
        {
            "maskId": "visitors",
            "ceiling": {"level": "public", "compartments": []},
            "by": "operator",
            "sinceAtMs": now_ms - 60_000,
            "untilAtMs": now_ms + 3_600_000,
        }
    ]


def equip(link: StandInLink, *, now_ms: float = NOW_MS) -> None:
    """Let every tool be in use on Lê Lai."""
    body = link.bodies["le-lai"]
    body["frozen"] = True
    body["night"] = {**body["night"], "mode": "on"}
    body["overlays"] = [
        {"kind": "identify", "outputId": "a1"},
        {"kind": "testPattern", "outputId": None, "parts": ["grid", "flash"]},
    ]
    body["masks"] = [
        *body["masks"],
        {
            "maskId": "open",
            "ceiling": {"level": "internal", "compartments": ["health", "police"]},
            "by": "administrator",
            "sinceAtMs": now_ms - 7_200_000,
            "untilAtMs": None,
        },
    ]


def exercise(link: StandInLink, *, now_ms: float = NOW_MS) -> None:
    """Let two exercises be played, and Lê Lai show the first."""
    link.exercises = [
        exercise_body("ngap", "Ngập 21/09/2026", speed=60, now_ms=now_ms),
        exercise_body("ket-xe", "Ùn tắc giờ cao điểm chiều thứ Sáu", now_ms=now_ms,
                      phase="preparing", progress=0.42),
    ]  # fmt: skip
    body = link.bodies["le-lai"]
    body["realm"] = "exercise:ngap"
    body["program"] = {**body["program"], "realm": "exercise:ngap"}


def exercise_body(
    exercise_id: str, name: str, *, speed: float = 1, now_ms: float = NOW_MS, **more: Any
) -> dict[str, Any]:
    """Return an exercise of an hour of the day before, as `realm.list` tells it."""
    from_ms = now_ms - 86_400_000
    is_running = "phase" not in more and not more.get("isPaused")
    clock = {
        "atMs": now_ms - 5_000,
        "glassAtMs": from_ms + 600_000,
        "speed": speed if is_running else 0,
        "toAtMs": from_ms + 3_600_000,
    }
    return {
        "exerciseId": exercise_id,
        "name": name,
        "fromAtMs": from_ms,
        "toAtMs": from_ms + 3_600_000,
        "speed": speed,
        "isPaused": False,
        "clock": clock,
        "run": 0,
        "askedBasis": None,
        "basis": "known",
        "phase": "running",
        "progress": 1.0,
        "code": None,
        "by": "operator",
        "sinceAtMs": now_ms - 60_000,
        **more,
    }

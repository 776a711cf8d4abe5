"""What plays, what the clock brings and what the rules say of a wall: as the controller told it.

Values in, values out, like `wall_view`. Of rules only those are taken that are meant for the wall
and that somebody may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data_access.envelope import Text

PHASES = ("proposed", "firing", "dwelling", "vetoed", "cooling", "quiet")  # the urgent first
CAN_BE_VETOED = ("proposed", "firing", "dwelling")


@dataclass(frozen=True, slots=True)
class PlaylistView:
    """A list that can be started."""

    playlist_id: str
    name: Text
    scenes: int
    lasts_s: float


@dataclass(frozen=True, slots=True)
class RunView:
    """A list that runs on a layer; paused, `left_ms` is what is left of the scene."""

    layer: str
    playlist_id: str
    name: Text
    position: int  # counted from 1
    scenes: int
    scene: Text
    next_at_ms: float | None
    left_ms: float | None
    skipped: tuple[Text, ...] = ()

    @property
    def paused(self) -> bool:
        """Tell whether it stands still."""
        return self.next_at_ms is None


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window of the clock, and what it brings."""

    name: Text
    target: Text
    start_at_ms: float
    end_at_ms: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """Whose a rule is and what its number means."""

    owner: Text
    label: Text
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule and where it stands."""

    rule_id: str
    name: Text
    meaning: Meaning
    condition: str  # above | below
    threshold: float
    enabled: bool
    phase: str
    until_at_ms: float | None
    number: float | None
    vetoed_by: str | None

    @property
    def can_be_vetoed(self) -> bool:
        """Tell whether a veto would change anything."""
        return self.phase in CAN_BE_VETOED


@dataclass(frozen=True, slots=True)
class Automation:
    """All of it; a part nobody could be asked for is None."""

    playlists: tuple[PlaylistView, ...] | None = None
    runs: tuple[RunView, ...] = ()
    windows: int | None = None
    current: WindowView | None = None
    following: WindowView | None = None
    rules: tuple[RuleView, ...] | None = None
    wall_id: str = ""
    is_elsewhere: bool = False  # another site's: its rules are told there

    @property
    def urgent(self) -> tuple[RuleView, ...]:
        """Rules that want to change the wall, or have."""
        return tuple(each for each in self.rules or () if each.phase in ("proposed", "firing"))


def read_automation(
    playlists: Mapping[str, Any],
    schedules: Mapping[str, Any],
    rules: Mapping[str, Any],
    *,
    wall_id: str,
    scenes: Mapping[str, Text],
    meanings: Mapping[str, Meaning],
    names: Mapping[str, str],
    is_elsewhere: bool = False,
) -> Automation:
    """Return what `playlist.list`, `schedule.list` and `rule.list` told; {} is no answer.

    `meanings`, by rule, has only those that may be seen; `names` are what people are called.
    """
    lists = {each["playlistId"]: each for each in playlists.get("playlists", ())}
    windows = {each["scheduleId"]: each for each in schedules.get("schedules", ())}
    targets = {f"scene:{scene_id}": name for scene_id, name in scenes.items()}
    targets |= {f"playlist:{list_id}": each["name"] for list_id, each in lists.items()}
    return Automation(
        playlists=tuple(_playlist(each) for each in lists.values()) if playlists else None,
        runs=tuple(_run(each, lists, scenes) for each in playlists.get("running", ())),
        windows=len(windows) if schedules else None,
        current=_window(schedules.get("current"), windows, targets),
        following=_window(schedules.get("next"), windows, targets),
        rules=_rules(rules, wall_id, meanings, names) if rules else None,
        wall_id=wall_id,
        is_elsewhere=is_elsewhere,
    )


def _playlist(body: Mapping[str, Any]) -> PlaylistView:
    entries = body["entries"]
    lasts_s = sum(float(each["dwellS"]) for each in entries)
    return PlaylistView(str(body["playlistId"]), body["name"], len(entries), lasts_s)


def _run(body: Mapping[str, Any], lists: Mapping[str, Any], scenes: Mapping[str, Text]) -> RunView:
    playlist = lists.get(body["playlistId"])
    skipped = [str(each["sceneId"]) for each in body.get("skipped", ())]
    return RunView(
        layer=str(body["layer"]),
        playlist_id=str(body["playlistId"]),
        name=playlist["name"] if playlist else {"vi": str(body["playlistId"])},
        position=int(body["index"]) + 1,
        scenes=len(playlist["entries"]) if playlist else int(body["index"]) + 1,
        scene=_called(scenes, str(body["sceneId"])),
        next_at_ms=body.get("nextAtMs"),
        left_ms=body.get("leftMs"),
        skipped=tuple(_called(scenes, each) for each in skipped),
    )


def _window(
    body: Mapping[str, Any] | None, windows: Mapping[str, Any], targets: Mapping[str, Text]
) -> WindowView | None:
    if body is None:
        return None
    schedule_id, target = str(body["scheduleId"]), str(body["target"])
    known = windows.get(schedule_id)
    return WindowView(
        name=known["name"] if known else {"vi": schedule_id},
        target=targets.get(target, {"vi": target.partition(":")[2]}),
        start_at_ms=float(body["startAtMs"]),
        end_at_ms=float(body["endAtMs"]),
    )


def _rules(
    body: Mapping[str, Any],
    wall_id: str,
    meanings: Mapping[str, Meaning],
    names: Mapping[str, str],
) -> tuple[RuleView, ...]:
    found = [
        _rule(each, meanings[each["ruleId"]], names)
        for each in body["rules"]
        if wall_id in each["wallIds"] and each["ruleId"] in meanings
    ]
    # Of those that are proposed the one that ends first stands first.
    return tuple(
        sorted(found, key=lambda rule: (PHASES.index(rule.phase), rule.until_at_ms or 0.0))
    )


def _rule(body: Mapping[str, Any], meaning: Meaning, names: Mapping[str, str]) -> RuleView:
    state = body["state"]
    by = state.get("vetoedBy")
    return RuleView(
        rule_id=str(body["ruleId"]),
        name=body["name"],
        meaning=meaning,
        condition=str(body["condition"]),
        threshold=float(body["threshold"]),
        enabled=bool(body.get("enabled", True)),
        phase=state["phase"] if state["phase"] in PHASES else "quiet",
        until_at_ms=state.get("untilAtMs"),
        number=state.get("value"),
        vetoed_by=names.get(str(by), str(by)) if by else None,
    )


def _called(scenes: Mapping[str, Text], scene_id: str) -> Text:
    return scenes.get(scene_id, {"vi": scene_id})

"""Stand-ins for what the pages reach: a controller, rows, envelopes; the rest is the real thing."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from callbacks.desk import Desk
from data_access.cache import open_cache
from data_access.city import load_city
from data_access.classification import Classification
from data_access.envelope import Envelope
from data_access.realms.realm import known_realm
from permissions.audit import AuditLog
from permissions.database import open_operations
from permissions.demo import add_demo_accounts, demo_allowed
from permissions.identity import Accounts
from permissions.keys import key_for
from permissions.sessions import Sessions
from permissions.usage import UsageLog
from settings import Settings
from tests.pages.shown import VERDICT, shown_body
from tests.pages.traced import trace
from wall.errors import BadFields, ServiceError
from wall.geometry import Wall, read_walls
from wall.history import History
from wall.protocol import check
from wall.scene import scene_from_json
from wall.services import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
NOW_MS = 1_790_000_000_000.0
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SCENES = (
    ("overview", "Toàn cảnh thành phố", "City overview"),
    ("economy", "Kinh tế - xã hội", "Economy"),
    ("citizens", "Phản ánh của người dân", "Citizen feedback"),
    ("environment", "Môi trường và sức khoẻ", "Environment and health"),
    ("flood", "Mưa và úng ngập", "Rain and flood"),
    ("security", "An ninh trật tự", "Public security"),
    ("traffic", "Giao thông", "Traffic"),
)
READING = (
    "wall.state",
    "walls.list",
    "wall.history",
    "playlist.list",
    "schedule.list",
    "rule.list",
    "realm.list",
    "known.ask",
)
TOOLS = (
    "wall.mask",
    "wall.unmask",
    "wall.overlay",
    "wall.freeze",
    "wall.reload",
    "wall.trim",
    "wall.night",
    "wall.orbit",
    "wall.follow",
)
KINDS = ("bottlenecks", "map", "kpi", "kpi", "trend", "bars", "alerts", "table")


def scene_body(wall: Wall, scene_id: str, vi: str, en: str) -> dict[str, Any]:
    """Return a scene of eight tiles as the controller tells it."""
    width, height = wall.canvas.width, wall.canvas.height
    tiles = [
        {
            "tileId": f"t{index}",
            "kind": kind,
            "at": {"column": index % 4, "row": index // 4, "columns": 1, "rows": 1},
            "rectPx": {
                "x": width // 4 * (index % 4),
                "y": height // 2 * (index // 4),
                "width": width // 4,
                "height": height // 2,
            },
        }
        for index, kind in enumerate(KINDS)
    ]
    return {
        "sceneId": scene_id,
        "revision": f"r-{scene_id}",
        "name": {"vi": vi, "en": en},
        "classification": {"level": "internal", "compartments": []},
        "tiles": tiles,
    }


def wall_body(wall: Wall, *, now_ms: float = NOW_MS) -> dict[str, Any]:
    """Return a wall on air as `wall.state` tells it: all well but the last two outputs."""
    answers: list[dict[str, Any]] = []
    outputs: list[dict[str, Any]] = []
    for index, output in enumerate(wall.outputs):
        late = index == len(wall.outputs) - 2
        offline = index == len(wall.outputs) - 1
        outputs.append(
            {
                "outputId": output.output_id,
                "rectPx": output.rect.to_json(),
                "online": not offline,
                "showing": {"sceneId": "traffic", "revision": "r-traffic"},
                "clock": None if offline else {"offsetMs": 0.4, "uncertaintyMs": 0.3 + index / 10},
                "health": {},
                "lastSeenAtMs": now_ms - (90_000 if offline else 1_000),
                "trimPx": {"x": index, "y": 0},
            }
        )
        answer = {"outputId": output.output_id, "status": "offline" if offline else "shown"}
        if not offline:
            answer |= {
                "status": "late" if late else "shown",
                "shownAtMs": now_ms - 60_000 + index * 0.2 + (84 if late else 0),
                "lateMs": 84.0 if late else 2.0,
                "uncertaintyMs": 0.4,
            }
        answers.append(answer)
    return {
        "wallId": wall.wall_id,
        "siteId": wall.site_id,
        "name": wall.name,
        "canvasPx": {"width": wall.canvas.width, "height": wall.canvas.height},
        "unitPx": wall.unit_px,
        "language": "vi",
        "ceiling": wall.ceiling.to_json(),
        "manualHoldMin": wall.manual_hold_min,
        "outputs": outputs,
        "scenes": [scene_body(wall, *scene) for scene in SCENES],
        "program": {"sceneId": "traffic", "revision": "r-traffic", "layer": "manual"},
        "preview": {
            "sceneId": "flood",
            "revision": "r-flood",
            "by": "operator",
            "sinceAtMs": now_ms - 9_000,
        },
        "layers": {
            "base": {
                "sceneId": "overview",
                "revision": "r-overview",
                "by": "city",
                "sinceAtMs": now_ms - 9_000_000,
                "untilAtMs": None,
            },
            "manual": {
                "sceneId": "traffic",
                "revision": "r-traffic",
                "by": "operator",
                "sinceAtMs": now_ms - 60_000,
                "untilAtMs": now_ms + 1_740_000,
            },
        },
        "lock": None,
        "masks": [],
        "overlays": [],
        "frozen": False,
        "following": None,
        "night": None if wall.night is None else {**wall.night.to_json(), "mode": "auto"},
        "orbitPx": wall.orbit_px,
        "lastSwitch": {
            "switchId": "s-1",
            "committed": True,
            "showAtMs": now_ms - 60_000,
            "outputs": answers,
            "skewMs": 1.2,
            "latencyMs": 132.4,
        },
    }


def switch_entry(index: int, *, now_ms: float = NOW_MS) -> dict[str, Any]:
    """Return the switch that was `index` before the last, as `wall.history` tells it."""
    scene_id = SCENES[(6 - index) % len(SCENES)][0]
    troubles: list[dict[str, list[str]]] = [{}, {"late": ["b3"]}, {"offline": ["b4"]}]
    troubles.append({"failed": ["a2"], "noAnswer": ["a3"]})
    trouble = troubles[index % 4 if index < 8 else 0]
    return {
        "switchId": f"s-{index}",
        "sceneId": scene_id,
        "revision": f"r-{scene_id}",
        "layer": ("manual", "scheduled", "alarm")[index % 3],
        "by": ("operator", None, "rule:heavy-rain")[index % 3],
        "showAtMs": now_ms - 60_000 - index * 400_000,
        "skewMs": None if index == 7 else round(0.4 + (index * 7 % 23) / 4, 1),
        "promisedSkewMs": None if index == 5 else 18.2,
        "latencyMs": None if index == 7 else 96.0 + index * 31 % 120,
        "shown": 8 - sum(map(len, trouble.values())),
        **trouble,
    }


class StandInLink:
    """A controller that answers from `bodies`, and remembers what it was asked."""

    def __init__(self, walls: Mapping[str, Wall], *, now_ms: float = NOW_MS) -> None:
        self.bodies = {wall_id: wall_body(wall, now_ms=now_ms) for wall_id, wall in walls.items()}
        self._walls = walls
        self.asked: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = []
        self.switches = {
            wall_id: [switch_entry(index, now_ms=now_ms) for index in range(30)]
            for wall_id in walls
        }
        self.playlists: dict[str, list[dict[str, Any]]] = {}
        self.running: dict[str, list[dict[str, Any]]] = {}
        self.schedules: dict[str, dict[str, Any]] = {}
        self.rules: list[dict[str, Any]] = []
        self.known_phase = "running"
        self.revoked: set[str] = set()  # tokens of displays
        self.exercises: list[dict[str, Any]] = []
        self.refuses: dict[str, ServiceError] = {}  # op -> error; "*" for all

    def request(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        actor: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = 10.0,
    ) -> dict[str, Any]:
        given = dict(args or {})
        self.asked.append((op, given, dict(actor) if actor else None))
        error = self.refuses.get(op) or self.refuses.get("*")
        if error is not None:
            raise error
        try:  # as the controller does
            check(OPERATIONS[op].args, given)
        except BadFields as wrong:
            raise ServiceError("invalidArgs", str(wrong)) from wrong
        if op == "walls.list":
            return {"walls": deepcopy(list(self.bodies.values()))}
        if op == "rule.list":
            return {"rules": deepcopy(self.rules)}
        if op == "known.ask":
            at_ms = given["atMs"]
            body = {"atMs": at_ms, "phase": self.known_phase, "progress": 0.4}
            return {"realm": known_realm(at_ms), "known": body}
        if op == "realm.list":
            return {"atMs": NOW_MS, "exercises": deepcopy(self.exercises), "known": []}
        if op.startswith("exercise."):
            return {"realm": f"exercise:{given['exerciseId']}", "exercise": None}
        if op == "rule.veto":
            return {"ruleId": given["ruleId"], "state": {"phase": "vetoed"}}
        if op == "device.check":
            known = given["token"] not in self.revoked
            return {"ceiling": {"level": "internal", "compartments": []} if known else None}
        body = self.bodies.get(str(given.get("wallId")))
        if body is None:
            raise ServiceError("unknownWall", "no such wall")
        if op == "wall.state":
            return deepcopy(body)
        if op == "proof.at":
            wall = self._walls[str(given["wallId"])]
            return shown_body(wall, given["atMs"], with_contents=given["contents"])
        if op == "proof.verify":
            return deepcopy(VERDICT)
        if op == "wall.history":
            kept = self.switches[str(given["wallId"])]
            return {"switches": deepcopy(kept[: given["limit"]]), **History(kept).summary()}
        if op in ("playlist.list", "schedule.list", "playlist.pause", "wall.lock", "wall.unlock"):
            return deepcopy(self._automatic(op, str(given["wallId"])))
        if op == "scene.put":
            scene = scene_from_json(given["scene"])
            return {"sceneId": scene.scene_id, "revision": scene.revision}
        if op == "wall.preview":
            return {"sceneId": given["sceneId"], "staged": 7, "of": 7, "fitToShow": True, "why": []}
        if op in TOOLS:
            return self._tool(op, given, body)
        if op == "wall.extend":
            return {"layer": "manual", "untilAtMs": NOW_MS + 1_800_000}
        return deepcopy(body["lastSwitch"])

    def _tool(self, op: str, given: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Answer a tool: all outputs that are there have heard of it, the first masks late."""
        if op == "wall.follow":
            return {"following": given["of"]}
        online = [each["outputId"] for each in body["outputs"] if each["online"]]
        if op not in ("wall.mask", "wall.unmask"):
            only = given.get("outputId")
            return {"outputs": [each for each in online if only in (None, each)]}
        done = "masked" if op == "wall.mask" else "unmasked"
        outputs: list[dict[str, Any]] = [
            {"outputId": each["outputId"], "status": done, "tookMs": 41.0 + index}
            for index, each in enumerate(body["outputs"])
        ]
        outputs[0] = {"outputId": outputs[0]["outputId"], "status": "noAnswer"}
        outputs[-1] = {"outputId": outputs[-1]["outputId"], "status": "offline"}
        return {"maskId": given["maskId"], "outputs": outputs}

    def _automatic(self, op: str, wall_id: str) -> dict[str, Any]:
        running = self.running.get(wall_id, [])
        if op == "playlist.list":
            return {"playlists": self.playlists.get(wall_id, []), "running": running}
        if op == "schedule.list":
            nothing = {"schedules": [], "current": None, "next": None}
            return {"timezone": "Asia/Ho_Chi_Minh", **self.schedules.get(wall_id, nothing)}
        return running[0] if op == "playlist.pause" else {"lock": self.bodies[wall_id]["lock"]}

    def commands(self) -> list[str]:
        """Return what was asked besides reading."""
        return [op for op, _, _ in self.asked if op not in READING]


class StandInRows:
    """Rows behind figures: always the same three."""

    def source_rows(self, dataset: str, **which: Any) -> list[dict[str, Any]]:
        from datetime import UTC, datetime

        return [
            {
                "observed_at": datetime.fromtimestamp(NOW_MS / 1000 - 60 * index, UTC),
                "shown_at": datetime.fromtimestamp(NOW_MS / 1000 - 60 * index, UTC),
                "recorded_at": datetime.fromtimestamp(NOW_MS / 1000, UTC),
                "value": 41.5 - index,
                "quality": "good",
                "source_ref": f"aqiin.csv:{1200 - index}",
                "indicator": which.get("indicator") or "pm25",
                "entity": which.get("entity") or "Hoàn Kiếm",
                "area": which.get("area") or "00070",
                "revision": 1,
            }
            for index in range(3)
        ]


def envelope(aggregate: str, *, as_of_ms: float | None = NOW_MS - 42_000, **more: Any) -> Envelope:
    """Return an envelope with little in it."""
    given: dict[str, Any] = {
        "realm": "live",
        "aggregate": aggregate,
        "version": 1,
        "label": {"vi": f"Dữ liệu {aggregate}", "en": f"Data {aggregate}"},
        "state": "ok" if as_of_ms is not None else "absent",
        "made_at_ms": NOW_MS,
        "as_of_ms": as_of_ms,
        "source_at_ms": None,
        "stale_after_ms": 600_000.0,
        "owner": "so-nnmt",
        "owner_label": {"vi": "Sở Nông nghiệp và Môi trường", "en": "Dept. of Environment"},
        "datasets": (aggregate,),
        "origin": "replay",
        "classification": Classification("internal"),
    }
    return Envelope(**{**given, **more})


def make_desk(settings: Settings, *, now_ms: float = NOW_MS) -> Desk:
    """Open a desk on a real store and cache in the settings' data folder, with a stand-in link."""
    walls, _ = read_walls(settings.city / "walls")
    engine = open_operations(settings.operations_url)
    allowed = demo_allowed(settings)
    people = Accounts(engine, key=key_for(settings, "throttle"), demo_allowed=allowed, hasher=CHEAP)
    if allowed:
        add_demo_accounts(people, site_id="le-lai", now_ms=now_ms)
    return Desk(
        settings=settings,
        city=load_city(settings.city),
        walls=walls,
        scenes={},
        cache=open_cache(settings),
        rows=StandInRows(),
        link=StandInLink(walls, now_ms=now_ms),
        engine=engine,
        people=people,
        sessions=Sessions(engine, people),
        audit=AuditLog(engine, key=key_for(settings, "audit")),
        usage=UsageLog(engine),
        trace=trace,
        now_ms=lambda: now_ms,
    )

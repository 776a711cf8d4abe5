"""What a wall showed, put together from entries: the hub keeps one, each question makes one.

Nothing is changed in place but the picture's own fields: what an entry holds may be on its way to
the disk in another thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wall.proof.entries import Entry

Fields = Mapping[str, Any]
Step = tuple[float, str, Fields]  # from which instant, what, how
SHOWN = ("shown", "late")


@dataclass(slots=True)
class Picture:
    """Scene, contents and outputs of one wall at one instant."""

    program: dict[str, Any] | None = None  # with its tiles
    coming: dict[str, dict[str, Any]] = field(default_factory=dict)  # committed, not yet due
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    masks: dict[str, Fields] = field(default_factory=dict)
    overlays: dict[tuple[str, str], Fields] = field(default_factory=dict)  # kind, output
    notes: list[Fields] = field(default_factory=list)  # the controller's own, by language
    frozen_since_ms: float | None = None
    held: dict[str, Fields] = field(default_factory=dict)  # came while frozen, by render
    owed: set[tuple[str, str]] = field(default_factory=set)  # output too slow to be sent a render

    def to_json(self) -> dict[str, Any]:
        """Return what `whole` brings back."""
        return {
            "program": self.program,
            "outputs": list(self.outputs.values()),
            "masks": list(self.masks.values()),
            "overlays": list(self.overlays.values()),
            "notes": self.notes,
            "frozenSinceMs": self.frozen_since_ms,
            "held": list(self.held.values()),
            "owed": sorted(self.owed),
        }

    def take(self, step: Step) -> None:
        """Let a step happen."""
        at_ms, what, fields = step
        getattr(self, f"_{what}")(at_ms, fields)

    def _whole(self, at_ms: float, fields: Fields) -> None:
        self.program = fields["program"]
        self.coming = {}
        self.outputs = {each["outputId"]: each for each in fields["outputs"]}
        self.masks = {each["maskId"]: each for each in fields["masks"]}
        self.overlays = {
            (each["kind"], each["outputId"] or ""): each for each in fields["overlays"]
        }
        self.notes = fields["notes"]
        self.frozen_since_ms = fields["frozenSinceMs"]
        self.held = {each["renderId"]: each for each in fields["held"]}
        self.owed = {(output_id, render_id) for output_id, render_id in fields["owed"]}

    def _committed(self, at_ms: float, fields: Fields) -> None:
        self.coming[fields["switchId"]] = dict(fields)

    def _program(self, at_ms: float, fields: Fields) -> None:
        self.program = self.coming.pop(fields["switchId"], dict(fields))

    def _content(self, at_ms: float, change: Fields) -> None:
        render_id = change["renderId"]
        if "outputs" in change:  # no news, but sent to those now that were too slow
            self.owed -= {(output_id, render_id) for output_id in change["outputs"]}
            return
        self.owed = {each for each in self.owed if each[1] != render_id}
        self.owed |= {(output_id, render_id) for output_id in change.get("owed", ())}
        if self.frozen_since_ms is not None:
            self.held[render_id] = change
        else:
            self._replace(change)

    def _replace(self, change: Fields) -> None:
        if self.program is not None:
            self.program = _replaced(self.program, change)
        for switch_id, programme in self.coming.items():
            self.coming[switch_id] = _replaced(programme, change)

    def _output(self, at_ms: float, told: Fields) -> None:
        output = self._track(told["outputId"])
        if at_ms < output["sinceAtMs"]:
            return
        status = told["status"]
        if status in SHOWN:
            self._forgive(told["outputId"])
            self._set(output, at_ms, "shown", told)
        elif status == "failed":  # it keeps what it showed
            self.outputs[told["outputId"]] = {**output, "status": status}
        elif status == "noAnswer":
            self._set(output, at_ms, "notKnown", {"reason": status})

    def _link(self, at_ms: float, told: Fields) -> None:
        output = self._track(told["outputId"])
        is_online = told["online"]
        more = {"online": is_online, "reason": "joining" if is_online else "offline"}
        self._forgive(told["outputId"])
        self._set(output, at_ms, "notKnown", more)
        if is_online and told.get("showing"):
            self._heard(at_ms, told)

    def _heard(self, at_ms: float, told: Fields) -> None:
        showing = told["showing"] or {"sceneId": None, "revision": None}
        output = self._track(told["outputId"])
        self._set(output, at_ms, "shown", {**showing, "status": "told"})

    def _thumbnail(self, at_ms: float, told: Fields) -> None:
        output = self._track(told["outputId"])
        if output["state"] == "shown" and output.get("switchId") == told["switchId"]:
            picture = {name: told[name] for name in _OF_THUMBNAIL}
            self.outputs[told["outputId"]] = {**output, "thumbnail": picture}

    def _unknown(self, at_ms: float, fields: Fields) -> None:
        """Nothing is known of any output from here on."""
        for output in list(self.outputs.values()):
            self._set(output, at_ms, "notKnown", {"reason": fields["reason"]})

    def _mask(self, at_ms: float, fields: Fields) -> None:
        self.masks[fields["maskId"]] = fields

    def _unmask(self, at_ms: float, fields: Fields) -> None:
        self.masks.pop(fields["maskId"], None)

    def _overlay(self, at_ms: float, fields: Fields) -> None:
        place = fields["outputId"] or ""
        if fields["kind"] == "clear":
            kept = {key: each for key, each in self.overlays.items() if place and key[1] != place}
            self.overlays = kept
        else:
            self.overlays[fields["kind"], place] = fields

    def _notes(self, at_ms: float, fields: Fields) -> None:
        self.notes = fields["notes"]

    def _freeze(self, at_ms: float, fields: Fields) -> None:
        if fields["on"]:
            if self.frozen_since_ms is None:
                self.frozen_since_ms = at_ms
            return
        self.frozen_since_ms = None
        held, self.held = self.held, {}
        for change in held.values():
            self._replace(change)

    def _track(self, output_id: str) -> dict[str, Any]:
        return self.outputs.get(output_id) or unknown_output(output_id, "start", -1e15)

    def _forgive(self, output_id: str) -> None:
        if self.owed:
            self.owed = {each for each in self.owed if each[0] != output_id}

    def _set(self, output: Fields, at_ms: float, state: str, told: Fields) -> None:
        """Replace what is known of an output; figures of an earlier showing go with it."""
        kept = {name: each for name, each in output.items() if name not in _OF_SHOWING}
        found = {**kept, **told, "state": state, "sinceAtMs": at_ms}
        self.outputs[output["outputId"]] = {
            name: each for name, each in found.items() if name in _OF_OUTPUT
        }


_OF_CHANGES = ("sentAtMs", "owed", "outputs")  # of the sending, not of the content
_OF_PLACE = ("tileId", "renderId", "kind", "rectPx")
_OF_SHOWING = (
    "status", "switchId", "shownAtMs", "lateMs", "uncertaintyMs", "reason", "thumbnail",
)  # fmt: skip
_OF_THUMBNAIL = ("switchId", "takenAtMs", "uncertaintyMs", "sha256", "classification")
_OF_OUTPUT = ("outputId", "online", "sceneId", "revision", "state", "sinceAtMs", *_OF_SHOWING)


def unknown_output(output_id: str, reason: str, since_ms: float) -> dict[str, Any]:
    """Return an output of which nothing is known."""
    return {
        "outputId": output_id,
        "online": False,
        "state": "notKnown",
        "reason": reason,
        "sceneId": None,
        "revision": None,
        "sinceAtMs": since_ms,
    }


def steps(kind: str, body: Fields, at_ms: float) -> Iterator[Step]:
    """Return what an entry says happened, each with its instant."""
    match kind:
        case "start" | "standing":
            yield at_ms, "whole", body["picture"]
        case "switch":
            yield at_ms, "committed", body
            yield body["showAtMs"], "program", body
        case "outcome":
            scene = {name: body[name] for name in ("switchId", "sceneId", "revision")}
            for each in body["outputs"]:
                shown_ms = each.get("shownAtMs", body["showAtMs"])
                yield min(shown_ms, at_ms), "output", {**scene, **each}
        case "shown":
            yield min(body["shownAtMs"], at_ms), "output", body
        case "thumbnail":
            yield body["takenAtMs"], kind, body
        case "contents":
            for change in body["changes"]:
                yield change["sentAtMs"], "content", change
        case "output":
            yield at_ms, "link", body
        case "heard" | "mask" | "unmask" | "overlay" | "notes" | "freeze":
            yield at_ms, kind, body
        case "stop" | "gap":
            yield at_ms if kind == "stop" else body["fromAtMs"], "unknown", {"reason": kind}
        case _:
            return


def picture_at(entries: Iterable[Entry], at_ms: float) -> tuple[Picture, set[str]]:
    """Return the picture at an instant, and the outputs that changed so near to it that both the
    picture before and the one after may have been on glass.

    `entries` begin with one that holds the whole picture.
    """
    found = [step for each in entries for step in steps(each.kind, each.body, each.at_ms)]
    picture, changing = Picture(), set[str]()
    lasting_ms = 0.0
    for step in sorted(found, key=lambda step: step[0]):
        step_at_ms, what, fields = step
        if what == "program":
            lasting_ms = fields["transition"]["durationMs"]
        if what == "output" and fields["status"] in SHOWN:
            near_ms = fields.get("uncertaintyMs") or 0.0
            if step_at_ms - near_ms <= at_ms < step_at_ms + near_ms + lasting_ms:
                changing.add(fields["outputId"])
        if step_at_ms <= at_ms:
            picture.take(step)
    return picture, changing


def _replaced(programme: dict[str, Any], change: Fields) -> dict[str, Any]:
    named = {name: each for name, each in change.items() if name not in _OF_CHANGES}
    tiles = [
        {**{name: tile[name] for name in _OF_PLACE}, **named}
        if tile["renderId"] == change["renderId"]
        else tile
        for tile in programme["tiles"]
    ]
    return {**programme, "tiles": tiles}

"""What changes a wall by itself: read for the operator's page, and commanded from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callbacks import session
from callbacks.commands import CommandRefused, command, troubles
from callbacks.desk import Desk
from callbacks.names import asked, people_names
from data_access.classification import Classification
from language import text
from layouts.pages.automation_view import Automation, Meaning, read_automation
from layouts.pages.outcome import Outcome
from layouts.pages.wall_view import WallView
from permissions.roles import Person

INTERNAL = Classification("internal")  # what nobody said otherwise of
NOT_AS_SEEN = {"playlist": "playlistChanged", "rule": "ruleChanged"}  # what `conflict` means here


def automation(reach: Desk, wall: WallView, who: Person) -> Automation:
    """Return lists, windows and rules of `wall`, as much of them as `who` may see."""
    if not wall.reachable:
        return Automation()
    of_wall = {"wallId": wall.wall_id}
    # The rules here know nothing of what another site's rules do to its walls.
    rules = asked(reach, "rule.list", {}) if wall.peer is None else {}
    return read_automation(
        asked(reach, "playlist.list", of_wall),
        asked(reach, "schedule.list", of_wall),
        rules,
        wall_id=wall.wall_id,
        scenes={scene.scene_id: scene.name for scene in wall.scenes},
        meanings=_meanings(reach, rules, who),
        names=people_names(reach),
        is_elsewhere=wall.peer is not None,
    )


def carry_out(who: Person | None, wall_id: str, pressed: Mapping[str, Any]) -> Outcome | None:
    """Do what a key of `layouts.pages.automation` or `guard` stands for; None when not theirs.

    Raises CommandRefused.
    """
    language = session.page_language()
    do, about = str(pressed.get("do")), str(pressed.get("about"))
    asked = _command(do, about, wall_id)
    if asked is None:
        return None
    op, args = asked
    try:
        result = command(who, op, args)
    except CommandRefused as error:
        if error.code == "conflict":
            changed = NOT_AS_SEEN.get(op.partition(".")[0], error.code)
            raise CommandRefused(changed, error.body) from error
        raise
    if "outputs" in result and result.get("showAtMs") is None:
        return Outcome(True, text("pages.done.below", language))
    return Outcome(True, text(f"pages.done.{do}", language), troubles(result, language))


def _command(do: str, about: str, wall_id: str) -> tuple[str, dict[str, Any]] | None:
    of_wall = {"wallId": wall_id}
    of_layer = of_wall | {"layer": about}
    known: dict[str, tuple[str, dict[str, Any]]] = {
        "playlist.start": ("playlist.start", of_wall | {"playlistId": about}),
        "playlist.pause": ("playlist.pause", {**of_layer, "on": True}),
        "playlist.resume": ("playlist.pause", {**of_layer, "on": False}),
        "playlist.skip": ("playlist.skip", of_layer),
        "playlist.stop": ("playlist.stop", of_layer),
        "rule.veto": ("rule.veto", {"ruleId": about}),
        "wall.lock": ("wall.lock", of_wall),
        "wall.unlock": ("wall.unlock", of_wall),
    }
    return known.get(do)


def meaning_of(reach: Desk, rule: Mapping[str, Any], who: Person) -> Meaning | None:
    """Return whose a rule is and what its number means; None when `who` may not see it."""
    return _meanings(reach, {"rules": [rule]}, who).get(str(rule["ruleId"]))


def _meanings(reach: Desk, rules: Mapping[str, Any], who: Person) -> dict[str, Meaning]:
    """Return whose each rule is and what its number means, of those that `who` may see."""
    told = rules.get("rules", ())
    envelopes = reach.cache.read_many({str(rule["aggregate"]) for rule in told})
    meanings: dict[str, Meaning] = {}
    for rule in told:
        envelope = envelopes.get(str(rule["aggregate"]))
        classification = envelope.classification if envelope is not None else INTERNAL
        if not who.may_see(classification):
            continue
        agency = reach.city.agencies.get(str(rule["owner"]))
        owner = dict(agency.name) if agency is not None else {"vi": str(rule["owner"])}
        numbers = (envelope.payload.get("numbers") or {}) if envelope is not None else {}
        figure = numbers.get(rule["number"])
        meanings[str(rule["ruleId"])] = (
            Meaning(owner, dict(figure["label"]), str(figure["unit"]), int(figure["decimals"]))
            if figure
            else Meaning(owner, {"vi": str(rule["number"])})
        )
    return meanings

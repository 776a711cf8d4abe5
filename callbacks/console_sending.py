"""Sending from the console to a wall: which scenes fit a place, sending one, taking it back."""

from __future__ import annotations

from dataclasses import replace

from callbacks.commands import CommandRefused, command, refused, taken
from callbacks.desk import Desk
from callbacks.walls import all_walls, control_of, scene_aggregates
from language import pick, text
from layouts.pages.console_lists import Offer
from layouts.pages.console_place import Place
from layouts.pages.console_topics import TOPICS, topic_of
from layouts.pages.outcome import Outcome
from layouts.pages.wall_view import WallView
from permissions.roles import Person

MOST_SCENES = 6


def offers(
    reach: Desk, place: Place, who: Person, *, outcomes: dict[str, Outcome] | None = None
) -> list[Offer]:
    """Return each wall with its scenes that show `place`, the fittest first."""
    return [
        Offer(
            wall=wall,
            scene_ids=tuple(_fitting(reach, wall, place)[:MOST_SCENES]),
            allowed=wall.reachable and who.may_command(control_of(reach, wall.wall_id)),
            outcome=(outcomes or {}).get(wall.wall_id),
        )
        for wall in all_walls(reach)
    ]


def send(reach: Desk, who: Person | None, wall_id: str, scene_id: str, language: str) -> Outcome:
    """Take a scene on a wall's manual layer, and say what came of it."""
    scene = reach.scenes.get(wall_id, {}).get(scene_id)
    name = pick(dict(scene.name), language) if scene else scene_id
    return take(who, wall_id, scene_id, name, language)


def take(who: Person | None, wall_id: str, scene_id: str, name: str, language: str) -> Outcome:
    """Take a scene of that name on a wall's manual layer, and say what came of it."""
    try:
        result = command(who, "wall.take", {"wallId": wall_id, "sceneId": scene_id})
    except CommandRefused as error:
        return refused(error, language)
    return taken(result, name, language)


def take_back(who: Person | None, wall_id: str, language: str) -> Outcome:
    """Clear a wall's manual layer, and say what came of it."""
    try:
        result = command(who, "wall.clear", {"wallId": wall_id, "layer": "manual"})
    except CommandRefused as error:
        return refused(error, language)
    outcome = taken(result, "", language)
    return replace(outcome, words=text("pages.done.clear", language))


def _fitting(reach: Desk, wall: WallView, place: Place) -> list[str]:
    """Order a wall's scenes by how much of them is of the place's topic, then of its group."""
    group = place.group
    if group is None:
        return [scene.scene_id for scene in wall.scenes]
    topic = {spec.aggregate for spec in TOPICS[group][topic_of(group, place.topic)]}

    def share(scene_id: str) -> float:
        names = scene_aggregates(reach, wall.wall_id, scene_id)
        groups: list[str] = [
            contract.group
            for name in names
            if (contract := reach.city.datasets.get(name)) is not None
        ]
        return groups.count(group) / len(groups) if groups else 0.0

    def of_topic(scene_id: str) -> float:
        names = scene_aggregates(reach, wall.wall_id, scene_id)
        return len(topic.intersection(names)) / len(topic)

    ranked = sorted(
        wall.scenes, key=lambda scene: (-of_topic(scene.scene_id), -share(scene.scene_id))
    )
    return [scene.scene_id for scene in ranked if share(scene.scene_id) > 0]

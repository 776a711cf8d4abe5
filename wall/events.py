"""Events to services and consoles that subscribed; a console hears only what its person may."""

from __future__ import annotations

from typing import Any

from wall.classification import INTERNAL, PUBLIC, Classification
from wall.effects import Send
from wall.errors import BadFields
from wall.protocol import Publish, Subscribe, encode
from wall.state import Client, State

PLAIN_TOPICS = ("versions", "alerts", "incidents", "rules", "realms")


def subscribe(state: State, client: Client, fields: Subscribe) -> None:
    """Replace the client's topics; raises BadFields for a topic that is none."""
    known = {*PLAIN_TOPICS, *(f"wall.{wall_id}" for wall_id in state.walls)}
    unknown = sorted(each for each in set(fields.topics) - known if not _is_elsewhere(state, each))
    if unknown:
        raise BadFields(f"topics: unknown {unknown[0]!r}, known are {', '.join(sorted(known))}")
    client.topics = frozenset(fields.topics)


def _is_elsewhere(state: State, topic: str) -> bool:
    """Tell whether this may be a wall of another site, heard of or not yet."""
    return bool(state.peers) and topic.startswith("wall.")


def publish(state: State, fields: Publish) -> None:
    """Pass on what a service published."""
    levels = {name: Classification.of(each) for name, each in fields.classification.items()}
    name = fields.name or "changed"
    if fields.topic != "versions":
        level = levels.get("*", INTERNAL)
        state.effects.extend(event(state, fields.topic, name, fields.data, level=level))
        return
    state.levels.update(levels)
    groups: dict[frozenset[str], list[int]] = {}
    for client in _subscribers(state, "versions"):
        heard = frozenset(
            each for each in fields.data if _may_hear(client, state.levels.get(each, INTERNAL))
        )
        if heard:
            groups.setdefault(heard, []).append(client.client_id)
    for heard, to in groups.items():
        data = {each: version for each, version in fields.data.items() if each in heard}
        state.send(to, "event", {"topic": "versions", "name": name, "data": data})


def event(
    state: State, topic: str, name: str, data: dict[str, Any], *, level: Classification = PUBLIC
) -> tuple[Send, ...]:
    """Return the frame that tells all subscribers of `topic` who may hear of `level`."""
    to = tuple(
        client.client_id for client in _subscribers(state, topic) if _may_hear(client, level)
    )
    if not to:
        return ()
    fields = {"topic": topic, "name": name, "data": data}
    return (Send(to, encode("event", state.epoch, fields)),)


def _subscribers(state: State, topic: str) -> list[Client]:
    return [each for each in state.clients.values() if topic in each.topics]


def _may_hear(client: Client, level: Classification) -> bool:
    return client.person is None or level.within(client.person.ceiling)

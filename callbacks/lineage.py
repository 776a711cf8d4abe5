"""The page of the way of a dataset's data, from the registries of aggregates, scenes and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from callbacks import page_realm, page_setting
from callbacks.catalogue import allowed, reader
from callbacks.catalogue_api import visible
from callbacks.desk import Desk
from data_access.aggregates.registry import aggregates
from data_access.contracts import DatasetContract
from data_access.envelope import Envelope, Text
from data_access.figure import addresses, figure_at
from data_access.freshness import ABSENT, freshness
from language import pick, sort_key
from layouts.pages import lineage
from layouts.pages.console_place import group_place
from layouts.pages.console_topics import TOPICS
from layouts.pages.lineage import Beginning, Choice, Made, Shown
from layouts.pages.shell import Setting, say
from layouts.tiles.registry import TileError, kinds, read_options
from permissions.errors import Forbidden
from permissions.roles import Person, Right

PLACE = "lineage"
ROOM = "/"


def layout(
    dataset: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the page of the dataset named in the address, else of the first by name."""
    who = reader()
    there = page_realm.world("/data/lineage", realm, date, time, dataset=dataset)
    reach, setting = there.reach, there.setting
    language = setting.language
    known = sorted(visible(reach, who), key=lambda each: sort_key(pick(each.name, language)))
    contract = reach.city.datasets.get(dataset or "") or next(iter(known), None)
    if contract is None:
        raise Forbidden("there is no dataset for this person")
    allowed(contract, who, place=PLACE)
    known.sort(key=lambda each: each.id != contract.id)  # the one that is shown stands first
    return lineage.page(
        [Choice(each.id, pick(each.name, language)) for each in known],
        _beginning(reach, contract, setting),
        _made(reach, contract, who, setting),
        link=page_setting.link(),
        setting=setting,
    )


def made_of(dataset: str) -> dict[str, tuple[str, ...]]:
    """Return the aggregates made of a dataset, each with those it reads that are, too."""
    found: dict[str, tuple[str, ...]] = {}
    for name, aggregate in aggregates().items():  # those that read others come after them
        through = tuple(each for each in aggregate.reads if each in found)
        if dataset in aggregate.datasets or through:
            found[name] = through
    return found


def _beginning(reach: Desk, contract: DatasetContract, setting: Setting) -> Beginning:
    fresh = freshness(reach.cache).get(contract.id, ABSENT)
    ways = [say(f"way.{each}", setting) for each in contract.source.ways]
    return Beginning(
        dataset=contract.id,
        name=contract.name,
        owner=reach.city.agencies[contract.owner].name,
        record=contract.system_of_record,
        ways=(contract.source.format, *(ways or [say("way.files", setting)])),
        origin=fresh.origin,
        accepted=fresh.accepted,
        refused=fresh.quarantined,
    )


def _made(reach: Desk, contract: DatasetContract, who: Person, setting: Setting) -> list[Made]:
    found = made_of(contract.id)
    envelopes = reach.cache.read_many(found)
    places = _places(reach, found, who, setting)
    labels = {name: _label(reach, name, envelopes) for name in found}
    return [
        Made(
            aggregate=name,
            label=labels[name],
            through=tuple(labels[each] for each in through),
            as_of_ms=envelopes[name].as_of_ms if name in envelopes else None,
            stale_after_ms=envelopes[name].stale_after_ms if name in envelopes else 0.0,
            shown=tuple(places[name]),
            href=f"/data?dataset={contract.id}",
            mark=_mark(envelopes.get(name), who),
        )
        for name, through in found.items()
    ]


def _mark(envelope: Envelope | None, who: Person) -> str:
    """Return the mark of an aggregate's first figure that says something, "" without one."""
    if envelope is None or not who.may_see(envelope.classification):
        return ""
    for address in addresses(envelope.payload):
        figure = figure_at(envelope.payload, address)
        if figure is not None and figure["value"] is not None:
            return f"{envelope.aggregate}:{address}"
    return ""


def _label(reach: Desk, name: str, envelopes: Mapping[str, Envelope]) -> Text:
    if name in envelopes:
        return envelopes[name].label
    aggregate = aggregates()[name]
    if aggregate.label is not None:
        return aggregate.label
    contract = reach.city.datasets.get(next(iter(aggregate.datasets), ""))
    return contract.name if contract is not None else {"vi": name, "en": name}


def _places(
    reach: Desk, wanted: Iterable[str], who: Person, setting: Setting
) -> dict[str, list[Shown]]:
    """Return where each aggregate is seen: scenes of walls, then topics of the console."""
    language = setting.language
    found: dict[str, list[Shown]] = {name: [] for name in wanted}
    for wall_id, scenes in reach.scenes.items():
        wall = reach.walls[wall_id]
        href = f"/operator?wall={wall_id}" if who.may(Right.SEE_OPERATOR) else ROOM
        for scene in scenes.values():
            name = f"{pick(dict(scene.name), language)} · {pick(wall.name, language)}"
            tiles = [(each.kind, each.options) for each in scene.tiles]
            for aggregate, named in _kinds(tiles, language).items():
                if aggregate in found:
                    found[aggregate].append(Shown(name, named, href, is_wall=True))
    for group, topics in TOPICS.items():
        for topic, specs in topics.items():
            head = f"{say(f'group.{group}', setting)} · {say(f'topic.{topic}', setting)}"
            tiles = [(each.kind, each.options) for each in specs]
            href = f"/console{group_place(group, topic).href}"
            for aggregate, named in _kinds(tiles, language).items():
                if aggregate in found:
                    found[aggregate].append(Shown(head, named, href, is_wall=False))
    return found


def _kinds(
    tiles: Iterable[tuple[str, Mapping[str, Any]]], language: str
) -> dict[str, tuple[str, ...]]:
    """Return by aggregate what the kinds of the tiles that read it are called."""
    found: dict[str, dict[str, None]] = {}
    for kind, given in tiles:
        try:
            known, options = read_options(kind, given)
        except TileError:
            continue
        for aggregate in known.needs(options):
            found.setdefault(aggregate, {})[pick(kinds()[kind].name, language)] = None
    return {aggregate: tuple(named) for aggregate, named in found.items()}

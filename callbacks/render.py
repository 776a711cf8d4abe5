"""The render role: envelopes to component trees, once per (render, version), whoever shows it.

It knows no web application. The controller says what is `wanted`; content goes back at once, and
again at each new version of an aggregate it is made of.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from callbacks.tile_context import GEOMETRY, tile_context
from data_access.aggregates.build import undeclared
from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache, open_cache
from data_access.city import City, load_city
from data_access.classification import highest
from data_access.envelope import LIVE, Envelope
from data_access.realms.realm import read_published
from language import LANGUAGES, text
from layouts.tiles.absence import undrawn
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame, TileContext
from layouts.tiles.registry import TileError, build, describe, read_options
from layouts.tiles.tree import plain
from settings import Settings
from wall.client import ServiceClient, ServiceError

NEVER_STALE_MS = 10 * 365.25 * 86_400_000.0  # of tiles that show no data
HASH_BYTES = 16
TICK_S = 0.5  # how soon an end is noticed

log = logging.getLogger(__name__)
Seams = tuple[tuple[float, float], ...]
Needs = tuple[str, ...] | None
Given = Mapping[str, Envelope | None]


@dataclass(frozen=True, slots=True)
class Render:
    """What the controller wants rendered, as it says it in `wanted`."""

    render_id: str
    realm: str
    kind: str
    options: Mapping[str, Any]
    frame: Frame

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Render:
        """Read one entry of `wanted`; raises KeyError, TypeError or ValueError."""
        size, seams, options = body["sizePx"], body.get("seamsPx"), body["options"]
        if not isinstance(options, Mapping):
            raise TypeError("options are no object")
        if body["language"] not in LANGUAGES:
            raise ValueError(f"unknown language {body['language']!r}")
        seams = {} if seams is None else dict(seams)
        frame = Frame(
            width_px=_length(size["width"]),
            height_px=_length(size["height"]),
            unit_px=_length(body["unitPx"]),
            detail="console" if body.get("detail") == "console" else "wall",
            language=body["language"],
            seams_x_px=_seams(seams.get("x")),
            seams_y_px=_seams(seams.get("y")),
        )
        return cls(str(body["renderId"]), str(body["realm"]), str(body["kind"]), options, frame)

    def needs(self) -> Needs:
        """Return the aggregates the tile is made of; None of one that cannot be drawn anyway."""
        try:
            kind, options = read_options(self.kind, self.options)
            return kind.needs(options)
        except TileError as error:
            log.error("render %s cannot be drawn: %s", self.render_id, error)
        except Exception:  # one tile kind must not stop the others
            log.exception("render %s (%s) does not know its needs", self.render_id, self.kind)
        return None


def _length(px: Any) -> float:
    length = float(px)
    if not (length > 0 and math.isfinite(length)):
        raise ValueError(f"{px!r} is no length in pixels")
    return length


def _seams(pairs: Iterable[Iterable[float]] | None) -> Seams:
    return tuple((float(start), float(end)) for start, end in (pairs or ()))


@dataclass(slots=True)
class _Kept:
    made_of: tuple[tuple[str, int | None], ...]
    fields: dict[str, Any]


@dataclass(slots=True)
class Renderer:
    """Renders what is wanted from the cache; keeps each content until what it is made of changes.

    `rendered` counts trees built: one per render and version, however many displays show it. What
    was told on this link is not told again.
    """

    cache: EnvelopeCache
    city: City
    clock: Callable[[], float] = time.time
    rendered: int = 0
    _wanted: dict[str, tuple[Render, Needs]] = field(default_factory=dict)
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)  # render -> version
    _version: int = 0

    def link_is_new(self) -> None:
        """Take note that whoever listens now has been told nothing."""
        self._told.clear()

    def want(self, renders: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Take the set of wanted renders and return the `content` of those not yet told."""
        wanted: dict[str, tuple[Render, Needs]] = {}
        for body in renders:
            try:
                render = Render.of(body)
            except (KeyError, TypeError, ValueError) as error:
                log.warning("a wanted render cannot be read: %r in %r", error, body)
                continue
            wanted[render.render_id] = (render, render.needs())
        self._wanted = wanted
        self._kept = {key: kept for key, kept in self._kept.items() if key in wanted}
        self._told = {key: version for key, version in self._told.items() if key in wanted}
        return self._news(wanted)

    def changed(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Return the content of all wanted renders that are made of any of these aggregates.

        They are named as they are published, with the realm where it is not live.
        """
        moved = {read_published(name) for name in names}
        is_drawn_anew = (LIVE, GEOMETRY) in moved
        touched = [
            key
            for key, (render, needs) in self._wanted.items()
            if is_drawn_anew or any((render.realm, name) in moved for name in needs or ())
        ]
        return self._news(touched)

    def _news(self, render_ids: Iterable[str]) -> list[dict[str, Any]]:
        contents = [
            fields
            for fields in self._contents(render_ids)
            if self._told.get(fields["renderId"]) != fields["version"]
        ]
        self._told |= {fields["renderId"]: fields["version"] for fields in contents}
        return contents

    def _contents(self, render_ids: Iterable[str]) -> list[dict[str, Any]]:
        by_realm: dict[str, list[str]] = {}
        for render_id in render_ids:
            by_realm.setdefault(self._wanted[render_id][0].realm, []).append(render_id)
        contents: list[dict[str, Any]] = []
        for realm, ids in by_realm.items():
            names = {name for render_id in ids for name in self._wanted[render_id][1] or ()}
            found: dict[str, Envelope | None] = {
                name: undeclared(aggregates().get(name), self.city, realm=realm) for name in names
            }
            found |= self.cache.read_many(names, realm)
            geometry = self.cache.read(GEOMETRY, LIVE)
            context = tile_context(self.city, geometry)
            for render_id in ids:
                render, needs = self._wanted[render_id]
                given = None if needs is None else {name: found.get(name) for name in needs}
                contents.append(self._content(render, given, geometry, context))
        return contents

    def _content(
        self,
        render: Render,
        given: Given | None,
        geometry: Envelope | None,
        context: TileContext,
    ) -> dict[str, Any]:
        shown = given or {}
        made_of = tuple(
            (name, envelope.version if envelope else None)
            for name, envelope in [*shown.items(), (GEOMETRY, geometry)]
        )
        kept = self._kept.get(render.render_id)
        if kept is not None and kept.made_of == made_of:
            return kept.fields
        tree, encoded = self._tree(render, given, context)
        now_ms = self.clock() * 1000
        self._version = max(self._version + 1, int(now_ms))  # of one no longer kept it rises too
        fields = {
            "renderId": render.render_id,
            "version": self._version,
            "contentHash": blake2b(encoded, digest_size=HASH_BYTES).hexdigest(),
            "content": tree,
            **_ages(shown.values(), now_ms),
            **_marks(shown.values()),
        }
        self._kept[render.render_id] = _Kept(made_of, fields)
        return fields

    def _tree(self, render: Render, given: Given | None, context: TileContext) -> tuple[Any, bytes]:
        """Return the tree and its JSON; of a tile that cannot be drawn, one that says so."""
        self.rendered += 1
        if given is not None:
            try:
                tree = plain(build(render.kind, render.options, render.frame, given, context))
                return tree, orjson.dumps(tree)
            except Exception:  # one tile must not stop the others
                log.exception("render %s (%s) cannot be drawn", render.render_id, render.kind)
        tree = plain(undrawn(Tile(render.frame, render.kind)))
        return tree, orjson.dumps(tree)


def _ages(envelopes: Iterable[Envelope | None], now_ms: float) -> dict[str, Any]:
    """Return as-of, original time and stale-after of what is shown: the first to turn stale."""
    dated = [e for e in envelopes if e is not None and e.state == "ok" and e.as_of_ms is not None]
    if not dated:
        return {"asOfAtMs": now_ms, "staleAfterMs": NEVER_STALE_MS}
    first = min(dated, key=lambda e: (e.as_of_ms or 0.0) + e.stale_after_ms)
    ages: dict[str, Any] = {"asOfAtMs": first.as_of_ms, "staleAfterMs": first.stale_after_ms}
    if first.source_at_ms is not None:
        ages["sourceAtMs"] = first.source_at_ms
    return ages


def _marks(envelopes: Iterable[Envelope | None]) -> dict[str, Any]:
    """Return how secret the content is, where its data comes from, and what it lacks."""
    given = list(envelopes)
    found = [envelope for envelope in given if envelope is not None]
    shown = [envelope for envelope in found if envelope.state == "ok"]
    origins = {envelope.origin for envelope in shown}
    marks: dict[str, Any] = {
        "classification": highest(envelope.classification for envelope in found).to_json()
    }
    for origin in ("simulated", "replay", "live"):
        if origin in origins:
            marks["origin"] = origin
            break
    if "simulated" in origins:
        marks["simulated"] = True
    if len(shown) < len(given):
        marks["why"] = ["noSource"]
    return marks


def run_render(settings: Settings, *, stop: threading.Event) -> None:
    """Serve the render role until `stop` is set."""
    for language in LANGUAGES:  # read the catalogues before the first tile is waited for
        text("tiles.waiting", language)
    renderer = Renderer(open_cache(settings), load_city(settings.city))
    asyncio.run(_serve(settings, renderer, stop))


async def _serve(settings: Settings, renderer: Renderer, stop: threading.Event) -> None:
    client = ServiceClient(settings.wall_urls, settings.secret(), service="render")

    async def send(contents: Iterable[Mapping[str, Any]]) -> None:
        try:
            for fields in contents:
                await client.send("content", fields)
        except ServiceError as error:
            log.info("content not sent: %s; the controller will ask again", error)

    async def hello() -> None:
        renderer.link_is_new()
        await client.send("kinds", {"kinds": describe()})

    async def wanted(fields: dict[str, Any]) -> None:
        await send(renderer.want(fields.get("renders", ())))

    async def event(fields: dict[str, Any]) -> None:
        if fields.get("topic") == "versions" and isinstance(fields.get("data"), dict):
            await send(renderer.changed(fields["data"]))

    client.on_connected(hello)
    client.on("wanted", wanted)
    client.on("event", event)
    await client.subscribe(["versions"])
    async with client:
        while not await asyncio.to_thread(stop.wait, TICK_S):
            pass
    log.info("rendered %d trees", renderer.rendered)

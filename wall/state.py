"""What the controller knows while it runs: walls, their outputs, connected clients, effects to do.

Plain data that the modules of the hub work on; every rule is in them. One event at a time.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from wall.arrangement import Arrangement, arrange
from wall.classification import Classification
from wall.effects import Effect, Send
from wall.geometry import Rect, Trim, Wall
from wall.history import History
from wall.layers import REAL, Layer, LayerChange, LayerName, Windows, on_air
from wall.peers.following import Following
from wall.peers.site import Mirroring, PeerSite
from wall.playlists import Playlist
from wall.proof.ledger import Ledger
from wall.protocol import encode
from wall.realm import LIVE
from wall.renders import RenderBook
from wall.scene import Scene
from wall.schedules import Calendar, Schedule
from wall.seeded import Seeded
from wall.standing import Changing, Lock, Mask, OutputState, Preview, Showing
from wall.tokens import Device, Person

if TYPE_CHECKING:
    from wall.exercises import Exercise
    from wall.known import Known
    from wall.masks import Masking
    from wall.peers.salvo import HeldSalvo
    from wall.rules import Rule, RuleState
    from wall.scheduling import Plan
    from wall.stage import Stage
    from wall.switch import Switch

KEPT_ARRANGEMENTS = 256
KEPT_CONTENTS = 64  # a client keeps at least the last 64 it was sent
Kind = Literal["output", "view", "console", "service", "peer"]
NightMode = Literal["auto", "on", "off"]


@dataclass(slots=True)
class Client:
    """One connection. `kind` is None until it has identified."""

    client_id: int
    session_id: str
    kind: Kind | None = None
    wall_id: str | None = None
    output_id: str | None = None
    view: str | None = None
    ceiling: Classification | None = None  # of the person who watches; None: the wall's alone
    release: str | None = None  # of the page it is, when it told
    frames_realms: bool = False  # it marks what is not live; else it is not sent it
    device: Device | None = None  # set for device tokens: enrolling again closes the link
    service: str | None = None
    person: Person | None = None
    rect: Rect | None = None
    topics: frozenset[str] = frozenset()
    showing: Showing | None = None
    uncertainty_ms: float | None = None  # of its clock, as it told last
    round_trip_ms: float | None = None
    # Renders it may get content of: on its glass, prepared for a switch, staged.
    program: frozenset[str] = frozenset()
    prepared: dict[str, frozenset[str]] = field(default_factory=dict)
    staged: frozenset[str] = frozenset()
    staged_id: str | None = None  # the stage it said `ok` to and has not used up
    sent: OrderedDict[str, None] = field(default_factory=OrderedDict)  # hashes, last used last
    is_behind: bool = False
    owed: dict[str, None] = field(default_factory=dict)  # renders to send when it has caught up
    bring_by_ms: float | None = None  # waits for content to be brought to the program
    brought: tuple[str, Showing] | None = None  # the switch that last brought it, and to what
    shown_id: str | None = None  # the switch it said last that it showed
    pictured_id: str | None = None  # the one it last gave a picture of
    quiet_until_ms: float = 0.0  # no repair before
    failures: int = 0  # repairs it failed in a row
    wanted: frozenset[str] | None = None  # of a render service: its share as last told

    @property
    def clock(self) -> tuple[float | None, float | None]:
        """What it told of its clock: (uncertainty, round trip) in ms; None before it did."""
        return self.uncertainty_ms, self.round_trip_ms

    @property
    def is_preview(self) -> bool:
        """Whether it is a view of the preview, which sees stages only."""
        return self.view == "preview"

    def may_have(self, render_id: str) -> bool:
        """Tell whether the render is on its glass, prepared or staged there."""
        return (
            render_id in self.program
            or render_id in self.staged
            or any(render_id in each for each in self.prepared.values())
        )

    def renders(self) -> frozenset[str]:
        """Return all renders that are on its glass, prepared or staged there."""
        return self.program.union(self.staged, *self.prepared.values())

    def was_sent(self, content_hash: str) -> bool:
        """Tell whether this content was sent on this connection and must still be held."""
        return content_hash in self.sent

    def use(self, content_hashes: Iterable[str]) -> None:
        """Note the contents that a frame names; the client drops none of them."""
        count = 0
        for each in content_hashes:
            self.sent[each] = None
            self.sent.move_to_end(each)
            count += 1
        while len(self.sent) > max(KEPT_CONTENTS, count):
            self.sent.popitem(last=False)


@dataclass(slots=True)
class WallState:
    """One wall at run time."""

    wall: Wall
    language: str
    outputs: dict[str, OutputState]
    city_scenes: dict[str, Scene]
    put_scenes: dict[str, Scene] = field(default_factory=dict)
    playlists: Seeded[Playlist] = field(default_factory=Seeded)
    schedules: Seeded[Schedule] = field(default_factory=Seeded)
    windows: Windows = field(default_factory=Windows)
    plan: Plan | None = None  # of the schedules; None: to be made
    layers: dict[LayerName, Layer] = field(default_factory=dict)
    realm: str = LIVE  # of all layers that are not always of live
    preview: Preview | None = None
    staging: Stage | None = None  # being rendered
    stage: Stage | None = None  # sent to the clients; stands until the next one is
    pending: Switch | None = None  # not yet committed
    settling: list[Switch] = field(default_factory=list)  # committed, answers still coming
    changing: Changing = field(default_factory=Changing)
    last_switch: dict[str, Any] | None = None
    history: History = field(default_factory=History)
    lock: Lock | None = None
    masks: dict[str, Mask] = field(default_factory=dict)
    masking: list[Masking] = field(default_factory=list)  # confirmations still coming
    following: Following | None = None
    overlays: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # kind, output
    has_notes: bool = False  # the controller itself has something to say
    told_banners: dict[str, dict[str, Any] | None] = field(default_factory=dict)  # by output
    is_frozen: bool = False
    trims: dict[str, Trim] = field(default_factory=dict)  # put, by output; over the file's
    night_mode: NightMode = "auto"
    is_orbit_off: bool = False
    renewing: tuple[str, float] | None = None  # output that loads a new release, and until when
    clients: set[int] = field(default_factory=set)  # outputs and views
    joining: set[int] = field(default_factory=set)  # of these, waiting to be brought
    arrangements: dict[tuple[str, str, str], Arrangement] = field(default_factory=dict)
    proof: Ledger = field(default_factory=Ledger)

    def may_show(self, classification: Classification, render_id: str) -> bool:
        """Tell whether the ceilings of the wall and of a render's outputs and all masks let this
        be seen now.
        """
        return (
            classification.within(self.wall.ceiling)
            and all(classification.within(mask.ceiling) for mask in self.masks.values())
            and all(map(classification.within, self._ceilings_over(render_id)))
        )

    def _ceilings_over(self, render_id: str) -> Iterator[Classification]:
        """Give the ceilings of outputs that show a render, or are to."""
        program, pending = self.program(), self.pending
        seen = (
            program[1].arrangement if program is not None else None,
            pending.arrangement if pending is not None else None,
            *(each.arrangement for each in (self.staging, self.stage) if each is not None),
        )
        for each in seen:
            ceiling = each.ceilings.get(render_id) if each is not None else None
            if ceiling is not None:
                yield ceiling

    def scene(self, scene_id: str) -> Scene | None:
        """Return the scene of that id; one that was put hides the city's."""
        return self.put_scenes.get(scene_id) or self.city_scenes.get(scene_id)

    def scenes(self) -> list[Scene]:
        """Return all scenes: those the wall's file names in its order, then the others by id.

        Operators learn a scene's key by heart: a scene that is added moves none that is named.
        """
        scenes = {**self.city_scenes, **self.put_scenes}
        order = self.wall.scene_order
        first = [scenes[scene_id] for scene_id in order if scene_id in scenes]
        return first + [scene for _, scene in sorted(scenes.items()) if scene.scene_id not in order]

    def arrange(self, scene: Scene, *, realm: str | None = None) -> Arrangement:
        """Lay a scene on this wall in its realm, or another; or return how it was laid before."""
        realm = realm or self.realm
        key = (scene.scene_id, scene.revision, realm)
        found = self.arrangements.get(key)
        if found is None:
            if len(self.arrangements) >= KEPT_ARRANGEMENTS:
                self._forget_arrangements()
            found = arrange(scene, self.wall, language=self.language, realm=realm)
            self.arrangements[key] = found
        return found

    def _forget_arrangements(self) -> None:
        in_use = [layer.arrangement for layer in self.layers.values()]
        in_use += [each.arrangement for each in (self.preview, self.stage, self.staging) if each]
        if self.pending is not None and self.pending.arrangement is not None:
            in_use.append(self.pending.arrangement)
        self.arrangements = {(a.scene.scene_id, a.scene.revision, a.realm): a for a in in_use}

    def laid(self, change: LayerChange) -> LayerChange:
        """Return a change as it is here: its layer in the realm that layer is of.

        An emergency takes the wall back to live: nobody goes on with an exercise by accident.
        """
        name, layer, realm = change.name, change.layer, change.realm
        if layer is None or name is None:
            return change
        if name == "emergency" and self.realm != LIVE:
            realm = LIVE
        laid = self._in_realm(name, layer, realm or self.realm)
        return replace(change, layer=laid, realm=realm)

    def held(self, change: LayerChange) -> Layer | None:
        """Return what the layer that is to change holds now."""
        return None if change.name is None else self.layers.get(change.name)

    def after(self, change: LayerChange) -> dict[LayerName, Layer]:
        """Return the layers after a change, each in the realm it is of."""
        realm = change.realm or self.realm
        layers = change.applied_to(self.layers)
        return {name: self._in_realm(name, each, realm) for name, each in layers.items()}

    def _in_realm(self, name: LayerName, layer: Layer, realm: str) -> Layer:
        wanted = LIVE if name in REAL else realm
        if layer.arrangement.realm == wanted:
            return layer
        return replace(layer, arrangement=self.arrange(layer.arrangement.scene, realm=wanted))

    def apply(self, change: LayerChange) -> None:
        """Make a change of a layer the desired state, with what goes along."""
        self.layers = self.after(change)
        if change.realm is not None and change.realm != self.realm:
            self._enter(change.realm)
        if change.windows is not None:
            self.windows = change.windows
        if change.ends is not None and change.ends is self.following:
            self.following = None

    def _enter(self, realm: str) -> None:
        """Let what is prepared be of another realm, too."""
        self.realm, self.plan = realm, None
        if self.preview is not None:
            arrangement = self.arrange(self.preview.arrangement.scene)
            self.preview = replace(self.preview, arrangement=arrangement)

    def program(self) -> tuple[LayerName, Layer] | None:
        """Return the layer on air, with its name."""
        return on_air(self.layers)

    def instant(self, at_ms: float, showing: Showing) -> float:
        """Return when a change to `showing` may be: never at or before one to something else."""
        last = self.changing
        if showing != last.showing:
            last.showing, last.after_ms = showing, last.latest_ms
        at_ms = max(at_ms, last.after_ms + 1.0)
        last.latest_ms = max(last.latest_ms, at_ms)
        return at_ms

    def program_showing(self) -> Showing:
        """Return which scene is on air; (None, None) when nothing is."""
        program = self.program()
        if program is None:
            return None, None
        arrangement = program[1].arrangement
        return arrangement.scene.scene_id, arrangement.revision

    def online(self) -> dict[int, str]:
        """Return the connected outputs: client -> output."""
        return {
            each.client_id: each.output.output_id
            for each in self.outputs.values()
            if each.client_id is not None
        }


@dataclass(slots=True)
class State:
    """All of the controller's knowledge, and the effects of the event being handled."""

    epoch: int
    controller_id: str
    site_id: str
    secret: str
    language: str
    walls: dict[str, WallState]
    now_ms: float
    alternate_urls: tuple[str, ...] = ()  # of the site's other controllers
    peers: dict[str, PeerSite] = field(default_factory=dict)  # the other sites
    mirroring: Mirroring = field(default_factory=Mirroring)  # what they were told of ours
    held_salvos: dict[str, HeldSalvo] = field(default_factory=dict)  # that they lead
    devices: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    clients: dict[int, Client] = field(default_factory=dict)
    greeted: dict[int, float] = field(default_factory=dict)  # must identify by then
    renders: RenderBook = field(default_factory=RenderBook)
    wanted_for: tuple[list[Arrangement], list[int]] | None = None  # scenes, services told of them
    kinds: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    known_kinds: list[dict[str, Any]] = field(default_factory=list)
    levels: dict[str, Classification] = field(default_factory=dict)  # of published names
    calendar: Calendar = field(default_factory=Calendar)
    step_ms: float = 0.0  # how far the machine's clock has left the shared one since the start
    rules: Seeded[Rule] = field(default_factory=Seeded)
    rule_states: dict[str, RuleState] = field(default_factory=dict)  # quiet ones may be missing
    exercises: dict[str, Exercise] = field(default_factory=dict)  # by id
    known: dict[str, Known] = field(default_factory=dict)  # by realm
    keeps_thumbnails: bool = False  # in the proof, small pictures of what outputs show
    release: str | None = None  # of the players' page, as the web service told last
    views_renew_at_ms: float = 0.0  # the next view of another release may load it then
    counts: Counter[str] = field(default_factory=Counter)
    effects: list[Effect] = field(default_factory=list)
    _ids: int = 0

    def new_id(self, prefix: str) -> str:
        """Return an id that no start of this controller gives twice."""
        self._ids += 1
        return f"{prefix}{self.epoch}-{self._ids}"

    def send(self, to: Iterable[int], kind: str, fields: dict[str, Any]) -> None:
        """Send a frame to clients."""
        addressees = tuple(to)
        if addressees:
            self.effects.append(Send(addressees, encode(kind, self.epoch, fields)))

    def wall_of(self, client: Client) -> WallState | None:
        """Return the wall an output or view belongs to."""
        return self.walls.get(client.wall_id) if client.wall_id is not None else None

    def members(self, ws: WallState) -> list[Client]:
        """Return a wall's outputs and views, in the order they came."""
        return [self.clients[each] for each in sorted(ws.clients)]

    def arrangements(self) -> list[Arrangement]:
        """Return every scene of a layer that is set, being switched to or staged, as it is laid.

        Layers below what is on air too: clearing reveals content that is at hand.
        """
        found: list[Arrangement] = []
        for ws in self.walls.values():
            found.extend(layer.arrangement for layer in ws.layers.values())
            if ws.pending is not None and ws.pending.arrangement is not None:
                found.append(ws.pending.arrangement)
            found.extend(each.arrangement for each in (ws.staging, ws.stage) if each is not None)
        return found

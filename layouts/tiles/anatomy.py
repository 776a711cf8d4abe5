"""What every tile has in the same place: rule, title, origin, body, owner and age, stale mark.

A kind asks for a `Tile`, fills a body of `width_u` x `height_u` units and gets the whole tile back.
All lengths are units (`--u`, the 20-arc-minute type size), so the same code serves a wall at 6 m
and a console at arm's length. Text keeps off bezels: a tile lies in the largest stretch between
them unless its kind says that its body `spans` them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

import language as lang
from data_access.envelope import Envelope, Status, Text
from layouts.tiles import doubt
from layouts.tiles.address import Addresses
from layouts.tiles.kind import Frame
from layouts.tiles.measure import Setting, cut, fit, settings, width_u, wrap
from layouts.tiles.panes import Pane, first_pane, largest_pane, last_pane
from layouts.tiles.status import STATUSES, mark, worst

PAD_X = 0.75
PAD_TOP = 0.5
HEAD, HEAD_GAP = 2.0, 0.5
FOOT_LINE = 1.0
FOOT_GAP = 0.25
PAD_BOTTOM = 0.5
LOW = 9.0  # a tile lower than this gives its gaps to the body
NARROW = 16.0  # a body narrower than this has its origin and age in a line of their own

CAPTION = 0.8  # 16 arc minutes: nothing on a wall is smaller
BODY = 1.0  # 20'
TITLES = settings(1.5, 1.25, 1.0)  # 30' where there is room
LOW_TITLES = settings(1.25, 1.0)
CONSOLE_TITLES = settings(1.0)  # at arm's length: the same for all tiles that stand together
MARK = 1.25  # width of a shape before a reason
REASON_GAP = 0.5
AGE_WIDTH = 6.0  # "12 phút trước", "35 minutes ago" at caption size, and air

Child = Any


def u(units: float) -> str:
    """Return a CSS length of so many units."""
    return f"calc(var(--u)*{units:.4g})"


class Tile:
    """The parts around a body; measures first, so that the body knows its room."""

    def __init__(
        self,
        frame: Frame,
        kind: str,
        *,
        title: str = "",
        unit: str = "",
        envelope: Envelope | None = None,
        spans: bool = False,
    ) -> None:
        self.frame, self.kind, self.envelope = frame, kind, envelope
        self.addresses = Addresses(envelope)
        self.language = frame.language
        whole = Pane(0.0, 0.0, frame.width_px, frame.height_px)
        self.pane = whole if spans else largest_pane(frame)
        self.title, self.unit = title, unit
        self.width_u = max(1.0, self.pane.width_px / frame.unit_px - 2 * PAD_X)
        self.lead_u, self.tail_u = self._ends()
        self.doubts = doubt.choices(envelope, frame.language)
        self.is_pale = bool(self.doubts)  # all of it, unless a kind says which part
        self.low = self.pane.height_px / frame.unit_px < LOW
        self.narrow = self.width_u < NARROW
        self.head_u = HEAD if self.low else HEAD + HEAD_GAP
        self._owner_lines = self._owner()
        foot = FOOT_LINE * max(1, len(self._owner_lines)) if self.has_foot else 0.0
        if foot and self.narrow:
            foot += FOOT_LINE * (2 if self.doubts else 1)
        if foot and not self.low:
            foot += FOOT_GAP
        taken = PAD_TOP + self.head_u + foot + PAD_BOTTOM
        self.height_u = max(1.0, self.pane.height_px / frame.unit_px - taken)

    @property
    def has_foot(self) -> bool:
        """Tell whether there is an owner to name."""
        return self.envelope is not None

    @property
    def body_px(self) -> tuple[float, float]:
        """Return where the body begins in the tile's own pixels."""
        unit_px = self.frame.unit_px
        return (
            self.pane.x_px + PAD_X * unit_px,
            self.pane.y_px + (PAD_TOP + self.head_u) * unit_px,
        )

    @property
    def origin_word(self) -> str:
        """What the data is where it is not of now: simulated, played again; else nothing."""
        return next(iter(self._origin()), "")

    def words(self, text: Mapping[str, str] | None) -> str:
        """Return a text of the city's data in the display's language."""
        return lang.pick(text, self.language)

    def say(self, key: str, **values: object) -> str:
        """Return words of the tiles' catalogue in the display's language."""
        return lang.text(f"tiles.{key}", self.language, **values)

    def build(
        self,
        body: Child,
        *,
        statuses: Sequence[Status] = (),
        class_name: str = "",
        about: str | None = None,
    ) -> html.Section:
        """Return the tile around `body`; its rule shows the worst of `statuses`.

        `about` is the address of the figure it is about (default: the envelope's first).
        """
        status = worst(statuses)
        classes = f"tile tile-{self.kind} status-{status}"
        if self.frame.detail == "console":
            classes += " on-console"
        if self.low:
            classes += " is-low"
        if self.narrow:
            classes += " is-narrow"
        if self.is_pale:
            classes += " is-doubtful"
        if class_name:
            classes += f" {class_name}"
        parts: list[Child] = [
            html.Div(className="tile-rule"),
            self._head(),
            html.Div(body, className="tile-body", style={"height": u(self.height_u)}),
        ]
        if self.has_foot:
            parts += [self._foot(), self._stale()]
        return html.Section(
            parts,
            className=classes,
            lang=self.language,
            style=self._style(),
            **_attributes(self.envelope),
            **self.addresses.about(about),
        )

    def line(self, body: Sequence[Child], *, statuses: Sequence[Status] = ()) -> html.Section:
        """Return a tile of one line, as the words of a wall's header strip are.

        When it is too old, all of `body` but its first part gives way to its age.
        """
        classes = f"tile tile-{self.kind} tile-line status-{worst(statuses)}"
        if self.is_pale:
            classes += " is-doubtful"
        parts: list[Child] = [
            html.Div(className="strip-rule"),
            html.Div(body, className="tile-body line-body"),
        ]
        if self.has_foot:
            parts.append(self._stale())
        return html.Section(
            parts,
            className=classes,
            lang=self.language,
            style={"--u": f"{self.frame.unit_px:g}px"},
            **_attributes(self.envelope),
            **self.addresses.about(None),
        )

    def reason(self, text: str, *, owner: str = "", cause: str = "absent") -> html.Section:
        """Return the tile with a reason where its numbers would stand; never an empty frame."""
        width = self.lead_u
        said = text[:1].upper() + text[1:]
        lines = wrap(said, width - MARK, BODY, lines=max(1, int((self.height_u + 0.05) // 1.25)))
        shape = [html.Span(className="t-mark t-mark-none")] if cause != "empty" else []
        words = [html.Div([*shape, lines[0]], className="t-line")]
        words += [html.Div(line, className="t-line") for line in lines[1:]]
        body: list[Child] = [html.Div(words, className="t-reason-words type-20")]
        asked = wrap(self.say("ask", owner=owner), width, CAPTION, lines=2, face="semi")
        if owner and self.height_u >= len(lines) * 1.25 + REASON_GAP + len(asked) * FOOT_LINE:
            told = [html.Div(line, className="t-line") for line in asked]
            body.append(html.Div(told, className="t-reason-owner type-16 face-semi"))
        return self.build(html.Div(body, className="t-reason"), class_name=f"is-{cause}")

    # Parts

    def _head(self) -> html.Header:
        unit = f" {self.unit}" if self.unit else ""
        unit_width = width_u(unit, CAPTION) + (0.4 if unit else 0)
        choices = LOW_TITLES if self.low else TITLES
        if self.frame.detail == "console":
            choices = CONSOLE_TITLES

        def set_beside(origin: Sequence[str]) -> tuple[float, Setting | None]:
            room = self.lead_u
            if origin and not self.tail_u:
                room -= max(width_u(mark, CAPTION) for mark in origin) + 0.75
            return room, fit(self.title, room - unit_width, choices, bold=True)

        # Why data is doubted is said in full where the title is none the smaller for it.
        origin, doubted = [], ""
        if not self.narrow:
            *full, doubted = self.doubts or ("",)
            _, least = set_beside(self._marks(doubted))
            if least is not None:
                fitting = (each for each in full if set_beside(self._marks(each))[1] == least)
                doubted = next(fitting, doubted)
            origin = self._marks(doubted)
        room, setting = set_beside(origin)
        lines, two = [self.title], setting is None
        if setting is None:
            setting = Setting(CAPTION, "semi")
            lines = wrap(self.title, room, CAPTION, lines=2, bold=True, face=setting.face)
        head: list[Child] = [
            html.H2(
                [
                    *_broken(lines),
                    *([html.Span(unit, className="tile-unit")] if unit and not two else []),
                ],
                className=f"tile-title {setting.class_name}" + (" two-lines" if two else ""),
                style={"maxWidth": u(room)},
            )
        ]
        if origin:
            marks: list[Child] = [html.Span(line) for line in origin]
            if doubted:
                marks[-1] = html.Span(doubted, className="tile-doubt")
            head.append(html.Div(marks, className="tile-origin"))
        return html.Header(head, className="tile-head")

    def _foot(self) -> html.Footer:
        envelope = self.envelope
        assert envelope is not None  # noqa: S101
        age = [] if envelope.as_of_ms is None else [_age(envelope.as_of_ms)]
        face = f" face-{self._owner_face}" if self._owner_face else ""
        owner = html.Div(_broken(self._owner_lines), className=f"tile-owner{face}")
        told = html.Div(age, className="tile-age")
        if not self.narrow:
            return html.Footer([owner, told], className="tile-foot")
        origin = html.Span(" ".join(self._origin()), className="tile-origin-words")
        fitting = [each for each in self.doubts if width_u(each, CAPTION) <= self.lead_u]
        doubted = (fitting or self.doubts[-1:])[:1]
        doubtful = [html.Div(each, className="tile-doubt") for each in doubted]
        return html.Footer(
            [*doubtful, owner, html.Div([origin, told], className="tile-foot-line")],
            className="tile-foot",
        )

    def _stale(self) -> html.Div:
        """Return what the player shows by adding `is-stale` to the tile: its age, large."""
        envelope = self.envelope
        assert envelope is not None  # noqa: S101
        age = [] if envelope.as_of_ms is None else [_age(envelope.as_of_ms)]
        word = html.Span(self.say("stale"), className="stale-word")
        return html.Div([word, *age], className="tile-stale")

    def _ends(self) -> tuple[float, float]:
        """Return the room at the left for titles, and at the right when a bezel lies between."""
        unit_px = self.frame.unit_px
        first, last = first_pane(self.frame, self.pane), last_pane(self.frame, self.pane)
        if first == last:
            return self.width_u, 0.0
        room = [max(1.0, pane.width_px / unit_px - PAD_X - 0.25) for pane in (first, last)]
        return room[0], room[1]

    def _owner(self) -> list[str]:
        self._owner_face = ""
        if self.envelope is None:
            return []
        owner = self.words(self.envelope.owner_label)
        alone = self.tail_u or self.narrow
        room = max(4.0, self.lead_u if alone else self.lead_u - AGE_WIDTH)
        if width_u(owner, CAPTION) > room and " - " in owner:
            owner = owner.rsplit(" - ", 1)[1]  # the office answers, its parent is known
        setting = fit(owner, room, settings(CAPTION)) or Setting(CAPTION, "semi")
        self._owner_face = setting.face
        return wrap(owner, room, CAPTION, lines=1 if self.low else 2, face=setting.face)

    def _marks(self, doubted: str) -> list[str]:
        """Return what stands at the head's right, two lines at most."""
        origin = self._origin()
        return [*([" ".join(origin)] if origin else []), doubted] if doubted else origin

    def _origin(self) -> list[str]:
        envelope = self.envelope
        if envelope is None or envelope.origin == "live" or envelope.state == "absent":
            return []
        marks = [self.say(f"origin.{envelope.origin}")]
        if envelope.origin == "replay" and envelope.source_at_ms is not None:
            day = lang.date(envelope.source_at_ms, language=self.language)
            if not self.narrow or self.width_u >= 9 + AGE_WIDTH - 2.0:
                marks.append(day)
        return marks

    def _style(self) -> dict[str, str]:
        frame, pane = self.frame, self.pane
        style = {"--u": f"{frame.unit_px:g}px"}
        if (
            pane.x_px
            or pane.y_px
            or (pane.width_px, pane.height_px)
            != (
                frame.width_px,
                frame.height_px,
            )
        ):
            style["paddingLeft"] = f"{pane.x_px + PAD_X * frame.unit_px:.1f}px"
            style["paddingTop"] = f"{pane.y_px + PAD_TOP * frame.unit_px:.1f}px"
            right = frame.width_px - pane.x_px - pane.width_px
            style["paddingRight"] = f"{right + PAD_X * frame.unit_px:.1f}px"
            bottom = frame.height_px - pane.y_px - pane.height_px
            style["paddingBottom"] = f"{bottom + PAD_BOTTOM * frame.unit_px:.1f}px"
        return style


def type_class(size_u: float) -> str:
    """Return the class of a type size, named by its cap height in minutes of arc."""
    return f"type-{round(size_u * 20)}"


def line(text: str, size_u: float, width: float, *, class_name: str = "") -> html.Div:
    """Return one line of text that never breaks; what does not fit is cut with an ellipsis."""
    return html.Div(
        cut(text, width, size_u), className=f"t-line {type_class(size_u)} {class_name}".rstrip()
    )


def status_word(status: Status, language: str) -> list[Child]:
    """Return a status as shape and word; nothing when it is normal, which needs no attention."""
    if status not in STATUSES or status == "normal":
        return []
    word = lang.text(f"tiles.status.{status}", language)
    return [html.Span([mark(status), word], className=f"status-word ink-{status}")]


def title_of(given: Text | None, label: Text | None, language: str) -> str:
    """Return the title a scene gives, else the label of what is shown."""
    return lang.pick(given or label, language)


def _broken(lines: Sequence[str]) -> list[Child]:
    parts: list[Child] = []
    for text in lines:
        if parts:
            parts.append(html.Br())
        parts.append(text)
    return parts


def _age(at_ms: float) -> html.Span:
    """Return what the page fills with "5 minutes ago", and keeps doing so without any link."""
    attributes: dict[str, Any] = {"data-at-ms": at_ms}
    return html.Span(className="ioc-age", **attributes)


def _attributes(envelope: Envelope | None) -> dict[str, Any]:
    if envelope is None:
        return {}
    return {
        "data-as-of-ms": envelope.as_of_ms,
        "data-stale-after-ms": envelope.stale_after_ms,
        "data-origin": envelope.origin,
    }

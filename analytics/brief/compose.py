"""Makes a brief: (rules, envelopes, now, ceiling) -> sentences. Pure; it knows no cache.

Nothing is said of what is absent, stale, failing, masked or not there: that is listed with its
reason instead. A number is written as its envelope has it, never computed: what changed is told by
the two figures, not by their difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import language as lang
from analytics.brief.brief import (
    GRAVITY,
    LANGUAGES,
    Brief,
    Figure,
    Head,
    Part,
    Piece,
    Sentence,
    Silence,
    Why,
    gravest,
)
from analytics.brief.rules import ROWS, BriefRules, Rows, SentenceRule, Way, When, pieces_of
from data_access.classification import Classification
from data_access.envelope import Envelope, Item, Number, Status, Text
from data_access.figure import addresses, cell_at, figure_at

INDEX_UNITS = ("VN_AQI",)  # an index is named by the words before it
SHAPELESS = (KeyError, TypeError, AttributeError, IndexError, ValueError)  # of a malformed payload
Given = Mapping[str, Envelope | None]


class _Unsaid(Exception):
    """A way cannot be said: a slot of it has nothing to stand there."""

    def __init__(self, why: Why = "missing") -> None:
        super().__init__(why)
        self.why: Why = why


def compose(
    rules: BriefRules,
    envelopes: Given,
    *,
    now_ms: float,
    ceiling: Classification | None = None,
    about: tuple[str, Item] | None = None,
) -> Brief:
    """Return the brief of `rules` at `now_ms`, within `ceiling` (default: that of the rules).

    `about` is what a flash brief is of: the aggregate and the alert in its list `active`.
    """
    within = rules.ceiling.classification if ceiling is None else ceiling
    sentences: list[Sentence] = []
    silences: dict[tuple[str, str], Silence] = {}
    first = None if about is None else _alert(about, envelopes, now_ms, within)
    for rule in rules.sentence:
        envelope = envelopes.get(rule.aggregate)
        if about is not None and rule.about and about[0] not in rule.about:
            continue
        if envelope is None or not envelope.classification.within(within):
            continue
        why = _unfit(envelope, now_ms)
        if why is None:
            made = _sentence(rule, envelope)
            if isinstance(made, Sentence):
                sentences.append(made)
                continue
            why = made
        if why is not None and (rule.aggregate, why) not in silences:
            silences[rule.aggregate, why] = _silence(rule, envelope, why)
    said = {sentence.head.aggregate for sentence in sentences}
    kept = tuple(s for s in silences.values() if s.why != "missing" or s.aggregate not in said)
    ordered = gravest(sentences)
    return Brief(
        kind=rules.kind,
        title=rules.title,
        made_at_ms=now_ms,
        sentences=tuple(ordered if first is None else [first, *ordered]),
        silences=kept,
        about="" if about is None else f"{about[0]}:{about[1]['id']}",
    )


def _unfit(envelope: Envelope, now_ms: float) -> Why | None:
    """Return why nothing is said of an envelope at all."""
    if envelope.state != "ok" or envelope.as_of_ms is None:
        return "absent"
    if now_ms - envelope.as_of_ms > envelope.stale_after_ms:
        return "stale"
    return "failing" if envelope.quality.get("failing") else None


def _silence(rule: SentenceRule, envelope: Envelope, why: Why) -> Silence:
    return Silence(
        aggregate=envelope.aggregate,
        group=rule.group,
        label=envelope.label,
        owner_label=envelope.owner_label,
        why=why,
        as_of_ms=envelope.as_of_ms,
        classification=envelope.classification,
    )


def head_of(envelope: Envelope) -> Head:
    """Return what is kept of an envelope that a sentence was made of."""
    below = envelope.quality.get("below") or {}
    return Head(
        aggregate=envelope.aggregate,
        label=envelope.label,
        realm=envelope.realm,
        version=envelope.version,
        made_at_ms=envelope.made_at_ms,
        as_of_ms=envelope.as_of_ms or envelope.made_at_ms,
        stale_after_ms=envelope.stale_after_ms,
        owner=envelope.owner,
        owner_label=envelope.owner_label,
        datasets=envelope.datasets,
        origin=envelope.origin,
        classification=envelope.classification,
        below=tuple(dict.fromkeys(str(each) for found in below.values() for each in found)),
    )


@dataclass(slots=True)
class _Making:
    """A sentence on its way: what its slots stand for, and the figures it has used."""

    envelope: Envelope
    rule: SentenceRule
    used: list[Figure] = field(default_factory=list)

    def number(self, slot: str) -> Number:
        """Return the figure of a slot; raises _Unsaid."""
        found = figure_at(self.envelope.payload, self.rule.figures[slot])
        if found is None:
            raise _Unsaid
        if found.get("masked"):
            raise _Unsaid("masked")
        return found

    def decisive(self) -> Figure:
        """Return the first figure of the rule, by which a sentence without one was decided."""
        slot, address = next(iter(self.rule.figures.items()))
        number = self.number(slot)
        value = number["value"]
        if value is None:
            raise _Unsaid
        return Figure(address, "value", float(value), _written(value, number), dict(number))

    def holds(self, way: Way) -> bool:
        """Tell whether all conditions of a way hold."""
        return all(self._holds(each) for each in way.when)

    def _holds(self, when: When) -> bool:
        figure = self.number(when.figure or next(iter(self.rule.figures)))
        value = figure["value"]
        if when.status is not None and GRAVITY.index(figure["status"]) > GRAVITY.index(when.status):
            return False
        if value is None:
            raise _Unsaid
        # As written: what rounds to a bound is at it, so that no sentence contradicts its figures.
        value = round(value, figure["decimals"])
        over, under = (_bound(each, figure) for each in (when.over, when.under))
        if (when.over is not None and over is None) or (when.under is not None and under is None):
            return False
        return (
            (over is None or value > over)
            and (under is None or value < under)
            and (when.equals is None or value == when.equals)
        )

    def pieces(self, way: Way, language: str) -> Iterator[Piece]:
        """Yield the pieces of a way in a language; raises _Unsaid."""
        template = way.words[language]
        if language == "en" and way.single is not None and self._is_one(way):
            template = way.single
        for index, (literal, slot) in enumerate(pieces_of(template)):
            if literal:
                yield Piece(literal)
            if slot == ROWS and self.rule.rows is not None:
                yield from self._rows(self.rule.rows, language)
            elif slot is not None:
                yield self._filled(slot, language, starts=not index and not literal)

    def _is_one(self, way: Way) -> bool:
        slots = [slot for _, slot in pieces_of(way.single or "") if slot in self.rule.figures]
        figure = self.number(slots[0]) if slots else None
        return figure is not None and figure["value"] == 1

    def _filled(self, slot: str, language: str, *, starts: bool) -> Piece:
        name, _, part = slot.partition(".")
        address = self.rule.figures[name]
        words = _cell_words(self.envelope, address)
        if words is not None and not part:
            return _quoted(words, language)
        figure = self.number(name)
        if part in ("", "value", "previous", "target"):
            return self._figure(address, cast(Part, part or "value"), figure, language)
        piece = _quoted(cast(Mapping[str, Any], figure).get(part), language)
        return piece if starts or not part.lower().endswith("label") else _inside(piece)

    def _figure(self, address: str, part: Part, figure: Number, language: str) -> Piece:
        value = figure.get(part)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise _Unsaid
        made = Figure(address, part, float(value), _written(value, figure), dict(figure))
        if made not in self.used:
            self.used.append(made)
        return Piece(made.written[language], self.used.index(made))

    def _rows(self, rows: Rows, language: str) -> Iterator[Piece]:
        chosen = _chosen(self.envelope, rows)
        if not chosen:
            raise _Unsaid
        for position, (index, row) in enumerate(chosen):
            if position:
                yield Piece("; ")
            for literal, column in pieces_of(rows.words[language]):
                if literal:
                    yield Piece(literal)
                if column is None:
                    continue
                address = cell_at(rows.table, index, column)
                figure = figure_at(self.envelope.payload, address)
                if figure is not None:
                    yield self._figure(address, "value", figure, language)
                else:
                    yield _quoted(row.get(column), language)


def _said(making: _Making, ways: Sequence[Way]) -> dict[str, list[Piece]] | Why | None:
    """Return the first way that holds and can be said, why none can, or None where none holds."""
    why: Why | None = None
    for way in ways:
        try:
            if making.holds(way):
                return {each: list(making.pieces(way, each)) for each in LANGUAGES}
        except _Unsaid as unsaid:
            why = why or unsaid.why
        except SHAPELESS:  # a brief is made whatever an aggregate wrote
            why = why or "missing"
    return why


def _sentence(rule: SentenceRule, envelope: Envelope) -> Sentence | Why | None:
    """Return the sentence of a rule, None where no way of saying it holds, or why it is not."""
    making = _Making(envelope, rule)
    pieces = _said(making, rule.say)
    if not isinstance(pieces, dict):
        return pieces
    for addition in rule.more:
        added = _said(making, [addition])
        if isinstance(added, dict):
            for each in LANGUAGES:
                pieces[each] += added[each]
    used = {piece.figure for each in pieces.values() for piece in each}
    figures = [figure for index, figure in enumerate(making.used) if index in used]
    if not figures:  # of no figure written: what it was decided by stands for it
        try:
            figures = [making.decisive()]
        except _Unsaid as unsaid:
            return unsaid.why
    place = {making.used.index(each): n for n, each in enumerate(figures) if each in making.used}
    return Sentence(
        id=rule.id,
        group=rule.group,
        status=_status(figures),
        head=head_of(envelope),
        figures=tuple(figures),
        pieces={each: _ended(found, place) for each, found in pieces.items()},
    )


def _ended(pieces: list[Piece], place: Mapping[int, int]) -> tuple[Piece, ...]:
    """Return a sentence's pieces with its full stop, figures by their place in what is kept."""
    kept = [
        piece if piece.figure is None else Piece(piece.words, place[piece.figure])
        for piece in pieces
    ]
    return (*kept, Piece("."))


def _alert(
    about: tuple[str, Item], envelopes: Given, now_ms: float, within: Classification
) -> Sentence | None:
    """Return what a flash brief begins with: the alert in its own words, and where it is."""
    aggregate, item = about
    envelope = envelopes.get(aggregate)
    if envelope is None or not envelope.classification.within(within):
        return None
    if _unfit(envelope, now_ms) in ("absent", "failing"):
        return None
    pieces = {}
    for each in LANGUAGES:
        told = [lang.pick(item["title"], each)]
        for more in (item.get("detail"), item.get("place")):
            words = lang.pick(more, each) if isinstance(more, Mapping) else ""
            if words and words.casefold() not in told[0].casefold():
                told.append(words)
        quoted = [Piece(words, quoted=True) for words in told]
        spaced = [part for one in quoted for part in (Piece(" · "), one)][1:]
        pieces[each] = (*spaced, Piece("."))
    figures = tuple(_leading(envelope))
    return Sentence("alert", "", item["severity"], head_of(envelope), figures, pieces)


def _leading(envelope: Envelope) -> Iterator[Figure]:
    """Yield the first figure of an aggregate: by it its rows are found."""
    for address in addresses(envelope.payload):
        number = figure_at(envelope.payload, address)
        if number is not None and number["value"] is not None:
            value = float(number["value"])
            yield Figure(address, "value", value, _written(value, number), dict(number))
            return


def _chosen(envelope: Envelope, rows: Rows) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the rows that are told, each with its position in the table."""
    table = envelope.payload.get("tables", {}).get(rows.table)
    if table is None:
        return []
    by = rows.largest or rows.smallest
    needed = [column for _, column in pieces_of(rows.words["vi"]) if column is not None]
    found: list[tuple[int, Mapping[str, Any]]] = [
        (index, row)
        for index, row in enumerate(table["rows"])
        if not row.get("suspect")
        and not set(needed) & set(row.get("masked") or ())
        and all(row.get(column) is not None for column in (*needed, *filter(None, [by])))
        and all((row.get(column) or 0) > least for column, least in rows.over.items())
    ]
    if by:
        found.sort(key=lambda pair: pair[1][by], reverse=bool(rows.largest))
    return found[: rows.most]


def _bound(bound: float | str | None, figure: Number) -> float | None:
    if isinstance(bound, str):
        found = cast(Mapping[str, Any], figure).get(bound)
        return None if found is None else round(float(found), figure["decimals"])
    return bound


def _cell_words(envelope: Envelope, address: str) -> Text | str | None:
    """Return the words of a cell that is no figure."""
    match address.split("/"):
        case ["tables", name, row, column] if row.isdigit():
            table = envelope.payload.get("tables", {}).get(name)
            rows = [] if table is None else table["rows"]
            cell = rows[int(row)].get(column) if int(row) < len(rows) else None
            return cell if isinstance(cell, dict | str) else None
    return None


def _quoted(words: Any, language: str) -> Piece:
    said = lang.pick(words, language) if isinstance(words, Mapping) else words
    if not isinstance(said, str) or not said.strip():
        raise _Unsaid
    return Piece(said.strip(), quoted=True)


def _inside(piece: Piece) -> Piece:
    """Return a label as it stands inside a sentence: without its capital, unless it is a symbol."""
    words = piece.words
    if words[1:2].islower() or words[1:2] == " ":
        return Piece(words[0].lower() + words[1:], quoted=True)
    return piece


def _written(value: float, figure: Number) -> Text:
    """Return a figure with its unit in each language, as it stands on tiles."""
    unit = "" if figure["unit"] in INDEX_UNITS else figure["unit"]
    return {
        each: lang.number(value, unit, decimals=figure["decimals"], language=each)
        for each in LANGUAGES
    }


def _status(figures: list[Figure]) -> Status:
    found = {each.number["status"] for each in figures if each.part == "value"}
    return next((each for each in GRAVITY if each in found), "normal")

"""Emergency alerts in the Common Alerting Protocol (1.1, 1.2), alone or inside Atom, RSS, EDXL.

An alert lives until it expires. An Update replaces, a Cancel cancels what it refers to: those
alerts get a later version, so whoever reads records needs to know nothing of references; one that
came in an earlier payload keeps what the store knows of it. Exercises and tests are records too,
with `actual` false, also when only the text says so (`says_test`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from data_access.areas import Areas, Meant
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract, duration_s
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources.cap_message import CapFault, Message, alerts_in, read_message
from data_access.sources.joining import Joining, told_then
from data_access.sources.options import Period, SourceOptions, UnitsOf
from data_access.sources.payload import good_files, load
from data_access.sources.places import touched
from language import told

FORMAT = "cap"
ATOM_FEED = "{http://www.w3.org/2005/Atom}feed"  # one without entries: nothing is in force
ATOM_ENTRY = "{http://www.w3.org/2005/Atom}entry"
TEST_WORDS = (
    r"\bthis is (?:only )?an? (?:\w+ )?(?:test|drill|exercise)\b|\btest (?:message|alert)\b"
    r"|\brequired (?:weekly|monthly) test\b|\bpractice/demo\b"
    r"|\bđây là (?:bản tin )?(?:thử nghiệm|diễn tập|kiểm tra)\b|\bbản tin thử\b"
)


class Options(SourceOptions):
    """`lifetime`: of an alert that does not say when it expires."""

    lifetime: Period = "P1D"
    units: UnitsOf = "then"  # codes and names of units in alerts from before a reform
    unit_geocodes: tuple[str, ...] = ("unit", "GSO")  # geocodes whose value is a unit's code
    test_words: str = Field(default=TEST_WORDS)

    @field_validator("test_words")
    @classmethod
    def _pattern(cls, words: str) -> str:
        try:
            re.compile(words)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from error
        return words


@dataclass(frozen=True, slots=True)
class _Found:
    message: Message
    source_ref: str


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield one batch: every alert, and what became of those it refers to, in order of sending."""
    options: Options = Options.of(contract)
    words, joining = re.compile(options.test_words, re.IGNORECASE), Joining(city, options.units)
    rejected: list[Rejected] = []
    found: dict[str, _Found] = {}
    for messages, refused in good_files(files, lambda path: _messages(path, words), rejected):
        rejected += refused
        for each in messages:
            found.setdefault(each.message.own.record_id, each)
    ordered = sorted(found.values(), key=lambda each: (each.message.sent, each.source_ref))
    records: list[RecordRow] = []
    own: dict[str, RecordRow] = {}
    for each in ordered:
        if each.message.type in ("Alert", "Update"):
            record = _record(each, options, joining)
            own[record.record_id] = record
            records.append(record)
    records += _consequences(ordered, own)
    records.sort(key=lambda record: record.reported_at)
    yield Batch(records=records, rejected=rejected)


def _messages(path: Path, words: re.Pattern[str]) -> tuple[list[_Found], list[Rejected]]:
    payload = load(path)
    found: list[_Found] = []
    rejected: list[Rejected] = []
    root = payload.xml()
    number = 0
    for number, element in enumerate(alerts_in(root), start=1):
        where = f"{payload.name}#{number}"
        try:
            message = read_message(element, test_words=words)
        except CapFault as fault:
            rejected.append(Rejected(where, fault.reason, fault.detail))
            continue
        if message.body["cap_status"] == "draft":
            rejected.append(Rejected(where, "draft", told("a draft is no alert; expected it sent")))
            continue
        rejected += [Rejected(where, *fault) for fault in message.faults]
        found.append(_Found(message, where))
    if number == 0 and root.tag != ATOM_FEED:
        raise SourceWrongFormat(told("no CAP alert"), payload.name, told("CAP 1.1 or 1.2"))
    for number, entry in enumerate(root.iter(ATOM_ENTRY), start=1):
        if next(alerts_in(entry), None) is None:
            detail = told("an entry that only points at its alert; expected the alert inside")
            rejected.append(Rejected(f"{payload.name}#{number}", "notEmbedded", detail))
    return found, rejected


def _record(found: _Found, options: Options, joining: Joining) -> RecordRow:
    message = found.message
    coded = _meant((v for n, v in message.geocodes if n in options.unit_geocodes), message, joining)
    named = _meant(message.area_names, message, joining)
    only = next(iter(coded or named), None) if len(coded or named) == 1 else None
    lifetime = timedelta(seconds=duration_s(options.lifetime))
    return RecordRow(
        record_id=message.own.record_id,
        version=message.sent.isoformat(),
        status="open",
        reported_at=message.sent,
        valid_from=message.starts or message.sent,
        valid_to=message.expires or message.sent + lifetime,
        area=_area(message, coded, named, joining.city.areas),
        geometry=message.geometry,
        body={**message.body, **told_then(only)},
        source_ref=found.source_ref,
    )


def _consequences(messages: Sequence[_Found], own: dict[str, RecordRow]) -> Iterator[RecordRow]:
    """Yield a later version of every alert that another one replaced or cancelled."""
    ended: set[str] = set()
    for found in messages:
        message = found.message
        if message.type not in ("Update", "Cancel"):
            continue
        for reference in message.references:
            if reference.record_id in ended or reference == message.own:
                continue
            ended.add(reference.record_id)
            known = own.get(reference.record_id)
            body: dict[str, Any] = dict(known.body) if known else {}
            yield RecordRow(
                record_id=reference.record_id,
                version=message.sent.isoformat(),
                status="replaced" if message.type == "Update" else "cancelled",
                reported_at=message.sent,
                valid_from=known.valid_from if known else None,
                valid_to=message.sent,
                area=known.area if known else None,
                geometry=known.geometry if known else None,
                body=body | {"ended_by": message.own.record_id},
                source_ref=found.source_ref,
                is_ending=known is None,
            )


def _meant(words: Iterable[str], message: Message, joining: Joining) -> list[Meant | None]:
    return [joining.meant(word, message.sent) for word in words]


def _area(
    message: Message, coded: Sequence[Meant | None], named: Sequence[Meant | None], areas: Areas
) -> str | None:
    """Return the one unit an alert concerns, "city" for more of it, None for elsewhere."""
    codes = {found.area for found in coded if found is not None}
    if codes:
        return codes.pop() if len(codes) == 1 else CITY_AREA
    if any(found == Meant(CITY_AREA, CITY_AREA) for found in named):
        return CITY_AREA
    if message.geometry is not None:
        units = touched(message.geometry, areas)
        if units:
            return units[0] if len(units) == 1 else CITY_AREA
        return None
    meant = {None if found is None else found.area for found in named}
    if len(meant) == 1:
        return meant.pop()
    return CITY_AREA if meant and None not in meant else None

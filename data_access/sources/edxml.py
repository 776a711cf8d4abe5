"""Documents exchanged between agencies: edXML of QCVN 102:2016/BTTTT, one document a file.

What is read is the message header: who issued it, its number and kind, its day, its subject, by
when it is to be done; attachments are not looked at. A later message about the same document (an
update, a revocation, its replacement) ends or changes it. The format has no label of secrecy, for
what bears a mark does not travel so: a header in which any text is such a mark is labelled with
it, and refused as the dataset's contract says (data_access/secrecy.py).

Element names are those of the regulation, under whatever namespace and wrapping they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from pydantic import Field

from data_access import secrecy
from data_access.city import City
from data_access.contracts import DatasetContract, Named
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import iso
from language import told

FORMAT = "edxml"
EXPECTED = told("an edXML document (QCVN 102:2016/BTTTT) with its message header")
HEADER = "MessageHeader"
MAX_TEXT = 2000
DAYS = ("%Y/%m/%d", "%Y-%m-%d", "%d/%m/%Y")
INSTANTS = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S")

Business = Literal["new", "revoked", "updated", "replaces"]
BUSINESS: dict[str, Business] = {"0": "new", "1": "revoked", "2": "updated", "3": "replaces"}


class Options(SourceOptions):
    """`fields`: name in the body -> path below the header ("To/OrganName"; several are joined)."""

    timezone: ZoneName | None = None  # of its days and instants; default: the city's
    status: str = "open"
    revoked: str = "cancelled"  # what a document is when another one revokes or replaces it
    fields: dict[str, str] = Field(
        default={
            "category": "DocumentType/TypeName",
            "issuer": "From/OrganName",
            "number": "Code/CodeNumber",
            "notation": "Code/CodeNotation",
            "signer": "SignerInfo/FullName",
            "priority": "OtherInfo/Priority",
            "scope": "OtherInfo/SphereOfPromulgation",
        }
    )
    times: dict[str, str] = Field(default={"expected_at": "DueDate"})
    words: dict[str, dict[str, str]] = Field(default_factory=dict)  # field -> their word -> ours
    titles: dict[str, Named] = Field(default_factory=dict)
    label_field: str = "label"
    label: str | None = None  # of a document that bears no mark; None: it has no label


@dataclass(frozen=True, slots=True)
class _Message:
    """One message, its names without their namespaces."""

    header: Element
    traces: Element | None
    where: str


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield one batch: every document, and what later messages made of others, in their order."""
    options: Options = Options.of(contract)
    zone = zone_of(options.timezone, city)
    rejected: list[Rejected] = []
    records: list[RecordRow] = []
    for message in good_files(files, _message, rejected):
        made = _records(message, options, zone)
        if isinstance(made, Rejected):
            rejected.append(made)
        else:
            records += made
    records.sort(key=lambda record: (record.reported_at, record.is_ending, record.source_ref))
    yield Batch(records=records, rejected=rejected)


def _message(path: Path) -> _Message:
    payload = load(path)
    root = payload.xml()
    header = next((each for each in root.iter() if _name(each) == HEADER), None)
    if header is None:
        raise SourceWrongFormat(told("a <{name}>", name=_name(root)), payload.name, EXPECTED)
    traces = next((each for each in root.iter() if _name(each) == "TraceHeaderList"), None)
    return _Message(header, traces, payload.name)


def _records(message: _Message, options: Options, zone: ZoneInfo) -> list[RecordRow] | Rejected:
    header, where = message.header, message.where
    promulgated = _instant(_text(header, "PromulgationInfo/PromulgationDate"), zone)
    sent = [_instant(each, zone) for each in _texts(message.traces, "TraceHeader/Timestamp")]
    reported = max((at for at in sent if at is not None), default=promulgated)
    document = _id(header)
    if not document:
        return Rejected(where, "emptyKey", told("neither DocumentId nor Code"))
    if reported is None:
        detail = "neither PromulgationDate nor Timestamp can be read; expected yyyy/mm/dd"
        return Rejected(where, "noTime", told(detail))
    done = BUSINESS.get(_text(message.traces, "Bussiness/BussinessDocType") or "0", "new")
    made: list[RecordRow] = []
    if done != "revoked":
        made.append(
            RecordRow(
                record_id=document,
                version=reported.isoformat(),
                status=options.status,
                reported_at=reported,
                valid_from=promulgated or reported,
                valid_to=None,
                area=None,
                geometry=None,
                body=_body(header, options, zone),
                source_ref=where,
            )
        )
    if done in ("revoked", "replaces"):
        ended = _texts(message.traces, "Bussiness/ReplacementInfoList/ReplacementInfo/DocumentId")
        ended = ended or _texts(message.traces, "Bussiness/DocumentId")
        if not ended and done == "revoked":
            ended = [document]
        label = {} if options.label is None else {options.label_field: options.label}
        body = label | {"ended_by": document}
        made += [_ending(each, reported, options, body, where) for each in ended]
    return made


def _ending(
    document: str, at: datetime, options: Options, body: Mapping[str, Any], where: str
) -> RecordRow:
    return RecordRow(
        record_id=document,
        version=at.isoformat(),
        status=options.revoked,
        reported_at=at,
        valid_from=None,
        valid_to=at,
        area=None,
        geometry=None,
        body=body,
        source_ref=where,
        is_ending=True,
    )


def _id(header: Element) -> str:
    """Return a document's id; where none is said, made of what the regulation makes it of."""
    said = _text(header, "DocumentId")
    if said:
        return said
    parts = [_text(header, f"Code/{each}") for each in ("CodeNumber", "CodeNotation")]
    if not all(parts):
        return ""
    organ = _text(header, "From/OrganId") or ""
    day = _text(header, "PromulgationInfo/PromulgationDate") or ""
    return f"{organ},{day},{'/'.join(map(str, parts))}"


def _body(header: Element, options: Options, zone: ZoneInfo) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, path in options.fields.items():
        said = ", ".join(_texts(header, path)) or None
        body[name] = options.words.get(name, {}).get(said or "", said)
    for name, path in options.times.items():
        body[name] = iso(_instant(_text(header, path), zone))
    title = _text(header, "Subject")
    if title is not None:
        body["title"] = options.titles.get(title) or {"vi": title, "en": title}
    everything = (" ".join((each.text or "").split()) for each in header.iter())
    mark = next((text for text in everything if secrecy.is_marked(text)), None)
    body[options.label_field] = mark if mark is not None else options.label
    return body


def _instant(written: str | None, zone: ZoneInfo) -> datetime | None:
    """Return an instant, or the beginning of a day; None for what is neither."""
    for form in (*INSTANTS, *DAYS) if written else ():
        try:
            return datetime.strptime(written or "", form).replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _text(element: Element | None, path: str) -> str | None:
    return next(iter(_texts(element, path)), None)


def _texts(element: Element | None, path: str) -> list[str]:
    """Return the texts below an element at a path of names, without needless space."""
    found = [] if element is None else [element]
    for name in path.split("/"):
        found = [child for each in found for child in each if _name(child) == name]
    texts = (" ".join((each.text or "").split())[:MAX_TEXT] for each in found)
    return [text for text in texts if text]


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]

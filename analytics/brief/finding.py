"""A brief as an envelope, for tiles and whoever reads numbers; and the way back, to its figures.

Two envelopes a kind: `brief.morning.draft` is what the rules made last, `brief.morning` what a
person has approved. A figure is marked by the brief it stands in, so that its passport is that of
the number as it was said, from the rows known then, and not of what stands there now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from analytics.brief.brief import MARK_DIGITS, Brief, Sentence
from analytics.brief.rules import BriefRules
from data_access.city import City
from data_access.classification import Classification
from data_access.envelope import Column, Envelope, Number, Payload, Text
from data_access.figure import kind_of
from data_access.finding import Ground, build_finding

PREFIX = "brief."
DRAFT = ".draft"
HOUR_MS = 3_600_000.0


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a brief out, when, and of which text (SHA-256 of all it says)."""

    user_id: str
    name: Text
    at_ms: float
    digest: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What became of having sentences written anew by a language model."""

    model: str
    accepted: dict[str, tuple[str, ...]]  # ids of sentences, by language
    refused: int  # sentences that stayed as the rules made them, for a figure or a direction
    failed: str = ""  # code of an EndpointError

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "accepted": {k: list(v) for k, v in self.accepted.items()}}


@dataclass(frozen=True, slots=True)
class Finding:
    """A brief as it was published; `digest` is of the whole, `brief` may be a part of it."""

    brief: Brief
    approval: Approval | None
    digest: str
    wording: Wording | None = None
    seen: tuple[str, ...] = ()  # alerts that were in force when it was made

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved it."""
        return self.approval is None

    def within(self, ceiling: Classification) -> Finding:
        """Return what somebody with `ceiling` may read of it."""
        return replace(self, brief=self.brief.within(ceiling))


def name_of(kind: str, *, draft: bool) -> str:
    """Return the name under which a brief of a kind is published."""
    return f"{PREFIX}{kind}{DRAFT if draft else ''}"


def is_draft(name: str) -> bool:
    """Tell whether a brief of this name is one that nobody has approved."""
    return name.startswith(PREFIX) and name.endswith(DRAFT)


def envelope_of(
    brief: Brief,
    rules: BriefRules,
    city: City,
    *,
    approval: Approval | None = None,
    wording: Wording | None = None,
    seen: tuple[str, ...] = (),
) -> Envelope:
    """Return the envelope of a brief: a draft unless somebody has approved it."""
    body: dict[str, Any] = {
        "brief": brief.to_json(),
        "digest": brief.digest,
        "approval": None if approval is None else asdict(approval),
        "wording": None if wording is None else wording.to_json(),
        "seen": list(seen),
    }
    columns: list[Column] = [
        {"id": "text", "label": brief.title, "kind": "text"},
        {"id": "status", "label": {"vi": "Mức độ", "en": "Status"}, "kind": "text"},
    ]
    rows = [
        {
            "id": each.id,
            "text": {language: each.text(language) for language in each.pieces},
            "status": each.status,
            "group": each.group,
            "aggregate": each.head.aggregate,
        }
        for each in brief.sentences
    ]
    payload: Payload = {
        "tables": {"sentences": {"label": brief.title, "columns": columns, "rows": rows}},
        "briefs": {"brief": body},
    }
    ground = Ground(
        datasets=tuple(dict.fromkeys(d for s in brief.sentences for d in s.head.datasets)),
        origin=brief.origin,
        as_of_ms=brief.made_at_ms,
        classification=brief.classification,  # of what was said: of a release it may be lower
    )
    return build_finding(
        name_of(brief.kind, draft=approval is None),
        payload,
        ground,
        city,
        label=brief.title,
        now_ms=brief.made_at_ms,
        stale_after_ms=rules.stale_after_h * HOUR_MS,
        owner=rules.owner,
    )


def finding_in(envelope: Envelope | None) -> Finding | None:
    """Return the brief of an envelope, None where there is none that can be read."""
    if envelope is None or envelope.state != "ok":
        return None
    body: Any = envelope.payload.get("briefs", {}).get("brief")
    try:
        brief = Brief.from_json(body["brief"])
        approval = None if body["approval"] is None else Approval(**body["approval"])
        wording = None if body["wording"] is None else Wording(**body["wording"])
        seen = tuple(map(str, body["seen"]))
    except (KeyError, TypeError, ValueError):
        return None
    digest = brief.digest
    if approval is not None and approval.digest != digest:
        return None  # not the text that was approved
    return Finding(brief, approval, digest, wording, seen)


def mark_of(finding: Finding, sentence: Sentence, figure: int) -> str:
    """Return the mark of a figure of a sentence, by which its passport is asked for."""
    aggregate = name_of(finding.brief.kind, draft=finding.is_draft)
    return f"{aggregate}:{finding.digest[:MARK_DIGITS]}/{sentence.id}/{figure}"


def said_figure(envelope: Envelope, address: str) -> tuple[Envelope, str] | None:
    """Return what a mark of a brief's figure is of: the envelope it was taken from, its address.

    Of that envelope only the figure itself is there. None where the brief is another one by now.
    """
    found = finding_in(envelope)
    digest, _, rest = address.partition("/")
    sentence_id, _, index = rest.rpartition("/")
    if found is None or not found.digest.startswith(digest) or len(digest) < MARK_DIGITS:
        return None
    sentence = next((each for each in found.brief.sentences if each.id == sentence_id), None)
    if sentence is None or not index.isdecimal() or int(index) >= len(sentence.figures):
        return None
    figure = sentence.figures[int(index)]
    return sentence.head.envelope(_payload(figure.address, figure.number)), figure.address


def _payload(address: str, number: dict[str, Any]) -> Payload:
    """Return a payload in which nothing stands but one figure, at its address."""
    if kind_of(address) == "numbers":
        return {"numbers": {address.removeprefix("numbers/"): cast(Number, number)}}
    _, name, row, column_id = address.split("/")
    column: Column = {
        "id": column_id,
        "label": number["label"],
        "kind": "number",
        "unit": number["unit"],
        "decimals": number["decimals"],
    }
    cells: dict[str, Any] = {column_id: number["value"]}
    if "source" in number:
        cells["source"] = number["source"]
    rows: list[dict[str, Any]] = [*({} for _ in range(int(row))), cells]
    return {"tables": {name: {"label": number["label"], "columns": [column], "rows": rows}}}

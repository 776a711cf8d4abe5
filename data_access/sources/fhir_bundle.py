"""Resources of HL7 FHIR R4 as they come: alone, in bundles, one a line; and what they point at.

Not a source itself: data_access/sources/fhir.py counts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from data_access.errors import SourceWrongFormat
from data_access.model import Rejected
from data_access.sources.payload import Payload
from language import Told, told

EXPECTED = told("HL7 FHIR R4 in JSON: a resource, a Bundle, or a resource a line")
# What speaks of a single person.
PERSONAL = frozenset({
    "Patient", "Person", "RelatedPerson", "Encounter", "Condition", "Observation", "Procedure",
    "DiagnosticReport", "MedicationRequest", "Immunization", "AllergyIntolerance", "CarePlan",
    "EpisodeOfCare", "Appointment", "Claim", "Coverage", "DocumentReference", "Composition",
})  # fmt: skip
MAX_DEEP = 5  # bundles within bundles
Resource = Mapping[str, Any]


@dataclass(slots=True)
class Snapshot:
    """What came in one file, or in all pages of a search, at one moment."""

    found: dict[tuple[str, str], tuple[Resource, str]] = field(default_factory=dict)
    as_of: list[str] = field(default_factory=list)  # when it was put together, as written
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)  # search -> (told, found)
    continues: str | None = None  # the search whose last page names one after it

    @property
    def missing(self) -> int:
        """How many resources searches told of and no page held; of one that tells no total, 1."""
        if not self.totals:
            return int(self.continues is not None)
        return sum(max(told - found, 0) for told, found in self.totals.values())

    def of(self, kind: str) -> Iterator[tuple[Resource, str]]:
        """Yield the resources of one type, and where each stands."""
        return (found for (each, _), found in self.found.items() if each == kind)


@dataclass(slots=True)
class Resources:
    """The resources of one reading, the newest of each id, and how references find them."""

    pages_together: bool = False  # all files are one snapshot
    by_type: dict[str, dict[str, tuple[Resource, str]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # fullUrl -> "Type/id"
    snapshots: list[Snapshot] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def of(self, kind: str) -> Iterator[tuple[str, Resource, str]]:
        """Yield id, resource and where it stands, of one type."""
        for key, (resource, where) in self.by_type.get(kind, {}).items():
            yield key, resource, where

    def find(self, reference: Any) -> tuple[str, str, Resource | None]:
        """Return type, id and resource a Reference points at; the resource only if it came too."""
        written = reference.get("reference") if isinstance(reference, Mapping) else None
        if not isinstance(written, str):
            return "", "", None
        written = self.aliases.get(written, written).partition("/_history/")[0]
        kind, _, key = written.rpartition("/")
        kind = kind.rpartition("/")[2]
        found = self.by_type.get(kind, {}).get(key)
        return kind, key, None if found is None else found[0]

    def add(self, payload: Payload) -> None:
        """Take all resources of a file; raises SourceError when it holds none."""
        documents, refused = payload.documents()
        if not self.snapshots or not self.pages_together:
            self.snapshots.append(Snapshot())
        taken = 0
        for number, document in enumerate(documents, start=1):
            where = payload.name if len(documents) == 1 else f"{payload.name}#{number}"
            taken += self._take(document, where, 0)
        self.rejected += [replace(each, row="") for each in refused]  # may speak of a person
        if not taken:
            raise SourceWrongFormat(_what(documents[0]), payload.name, EXPECTED)

    def _take(self, found: Any, where: str, deep: int) -> int:
        """Take a resource or a bundle's; returns how many were understood."""
        kind = found.get("resourceType") if isinstance(found, Mapping) else None
        if not isinstance(kind, str) or kind == "OperationOutcome":
            self.rejected.append(Rejected(where, "badEntity", _what(found)))
            return 0
        if kind != "Bundle":
            return self._keep(kind, found, where)
        entries = found.get("entry", [])
        if deep >= MAX_DEEP or not isinstance(entries, list):
            self.rejected.append(
                Rejected(where, "badEntity", told("a bundle without a list of entries"))
            )
            return 0
        self._note(found, sum(map(_is_match, entries)))
        for number, entry in enumerate(entries, start=1):
            place = f"{where}#{number}" if deep == 0 else f"{where}.{number}"
            resource = entry.get("resource") if isinstance(entry, Mapping) else None
            if resource is None:
                continue  # of a request or an answer without one
            url = entry.get("fullUrl")
            if isinstance(url, str) and isinstance(resource, Mapping):
                self.aliases[url] = f"{resource.get('resourceType')}/{resource.get('id')}"
            self._take(resource, place, deep + 1)
        return 1

    def _keep(self, kind: str, resource: Resource, where: str) -> int:
        key = resource.get("id")
        if not isinstance(key, str) or not key.strip():
            key = where  # a resource may come without; nothing can point at it
        known = self.by_type.setdefault(kind, {}).get(key)
        if known is None or updated(known[0]) <= updated(resource):
            self.by_type[kind][key] = (resource, where)
        self.snapshots[-1].found[kind, key] = (resource, where)
        return 1

    def _note(self, bundle: Resource, count: int) -> None:
        stamp = bundle.get("timestamp") or updated(bundle)
        if isinstance(stamp, str) and stamp:
            self.snapshots[-1].as_of.append(stamp)
        if bundle.get("type") != "searchset":
            return
        snapshot, total = self.snapshots[-1], bundle.get("total")
        # Later pages often have an address of their own: they are of the search that named them.
        search = snapshot.continues if snapshot.continues is not None else _search_of(bundle)
        snapshot.continues = search if _link(bundle, "next") is not None else None
        if isinstance(total, int):
            found = snapshot.totals.get(search, (total, 0))[1]
            snapshot.totals[search] = (total, found + count)


def _is_match(entry: Any) -> bool:
    """Tell what a search asked for, which its total counts, from what came along with it."""
    search = entry.get("search") if isinstance(entry, Mapping) else None
    return not isinstance(search, Mapping) or search.get("mode", "match") == "match"


def coded(concept: Any) -> set[str]:
    """Return all codes of a CodeableConcept or Coding, and its text."""
    if not isinstance(concept, Mapping):
        return set()
    codings = concept.get("coding")
    every = [concept, *(codings if isinstance(codings, list) else [])]
    said = (
        each.get(name) for each in every if isinstance(each, Mapping) for name in ("code", "text")
    )
    return {each.strip() for each in said if isinstance(each, str) and each.strip()}


def worded(concept: Any) -> str:
    """Return what a CodeableConcept is called: its text, a coding's name, else a code."""
    if not isinstance(concept, Mapping):
        return ""
    codings = concept.get("coding")
    first = codings[0] if isinstance(codings, list) and codings else {}
    first = first if isinstance(first, Mapping) else {}
    for said in (concept.get("text"), first.get("display"), first.get("code"), concept.get("code")):
        if isinstance(said, str) and said.strip():
            return said.strip()
    return ""


def updated(resource: Resource) -> str:
    """Return when a resource was last changed, as written; "" when it does not say."""
    meta = resource.get("meta")
    stamp = meta.get("lastUpdated") if isinstance(meta, Mapping) else None
    return stamp if isinstance(stamp, str) else ""


def _search_of(bundle: Resource) -> str:
    """Return what pages of one search have in common: its address without the page."""
    return (_link(bundle, "self", "first") or "").partition("?")[0]


def _link(bundle: Resource, *relations: str) -> str | None:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and link.get("relation") in relations:
            return str(link.get("url"))
    return None


def _what(found: Any) -> Told:
    if not isinstance(found, Mapping):
        return told("JSON of a {name}", name=type(found).__name__)
    issues = found.get("issue")
    if found.get("resourceType") == "OperationOutcome" and isinstance(issues, list):
        words = [i.get("diagnostics") or i.get("code") for i in issues if isinstance(i, Mapping)]
        return told("an error answer: {words}", words="; ".join(map(str, words))[:300])
    return told("an object with {words}", words=", ".join(sorted(map(str, found)))[:300])

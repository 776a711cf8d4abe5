"""Entities of NGSI-LD and NGSI v2 in whatever form they come, as one shape.

Normalized, concise, simplified (key-values), temporal and GeoJSON; alone, in lists, notifications
and batch updates. Not a source itself: data_access/sources/ngsi.py says what they mean. Remote
contexts are never fetched: names are compared by their last word, whatever the context expands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from data_access.sources.places import geometry_of
from language import told

VALUE_KEYS = (
    "value", "object", "languageMap", "vocab", "json", "valueList", "objectList", "values",
    "objects",
)  # fmt: skip
LD_TYPES = frozenset({
    "Property", "GeoProperty", "Relationship", "LanguageProperty", "VocabProperty",
    "VocabularyProperty", "JsonProperty", "ListProperty", "ListRelationship",
})  # fmt: skip
CONCISE = frozenset({
    "value", "object", "unitCode", "observedAt", "datasetId", "metadata", "createdAt", "modifiedAt",
})  # fmt: skip
SYSTEM = frozenset({"id", "type", "@id", "@type", "@context"})
MOMENTS = ("observedAt", "TimeInstant", "timestamp", "dateObserved", "dateModified", "modifiedAt")
_URN = re.compile(r"urn:ngsi-ld:[^:]+:", re.IGNORECASE)
_WORD = re.compile(r"[^/#:]+$")
_NAME = re.compile(r"[\s_\-.]+")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One value of an attribute, with what is said of it."""

    value: Any  # JSON; a relationship's is the other entity's id
    unit_code: str | None = None  # UN/CEFACT
    observed_at: str | None = None  # as written


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity; attributes by name as written, each with one value or more (series, datasets)."""

    id: str
    type: str
    attributes: Mapping[str, tuple[Attribute, ...]]
    _plain: Mapping[str, str] = field(repr=False, compare=False)  # plain name -> as written

    def all(self, path: str) -> tuple[Attribute, ...]:
        """Return the values of an attribute, or of a member of it: "address.streetAddress".

        A name is found as written, else by its last word without case and separators. Attributes
        that say "null" are absent.
        """
        if path in self.attributes or plain_name(path) in self._plain:
            name, rest = path, ""
        else:
            name, _, rest = path.partition(".")
        written = name if name in self.attributes else self._plain.get(plain_name(name))
        if written is None:
            return ()
        found = self.attributes[written]
        for member in rest.split(".") if rest else []:
            found = tuple(
                Attribute(each.value[member], each.unit_code, each.observed_at)
                for each in found
                if isinstance(each.value, Mapping) and member in each.value
            )
        return tuple(each for each in found if each.value not in (None, "", "urn:ngsi-ld:null"))

    def first(self, paths: Sequence[str]) -> tuple[Attribute, ...]:
        """Return the values of the first of several attributes that is there."""
        return next((found for path in paths if (found := self.all(path))), ())

    def one(self, paths: Sequence[str]) -> Any:
        """Return the first value of the first attribute that is there, else None."""
        return next((each.value for each in self.first(paths)), None)

    def word(self, paths: Sequence[str]) -> str | None:
        """Return `one` as a text; a truth, list or object is none."""
        found = self.one(paths)
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            return None
        return " ".join(str(found).split()) or None


@dataclass(frozen=True, slots=True)
class Document:
    """What a file or an answer holds; of a notification, when it was sent and for what."""

    entities: tuple[Any, ...]  # as they stand; `entity` reads each
    notified_at: str | None = None
    subscription: str | None = None
    notification: str | None = None


class NotNgsi(ValueError):
    """JSON that is no entity, list or notification; the message says what it is."""


def document(found: Any) -> Document:
    """Find the entities of a JSON document; raises NotNgsi."""
    if isinstance(found, list):
        parts = [document(each) if _holds_entities(each) else Document((each,)) for each in found]
        return Document(tuple(each for part in parts for each in part.entities))
    if not isinstance(found, Mapping):
        raise NotNgsi(told("JSON of a {name}", name=type(found).__name__))
    if isinstance(found.get("data"), list | Mapping) and (
        found.get("type") == "Notification" or "subscriptionId" in found
    ):
        inside = document(found["data"])
        return Document(
            inside.entities,
            notified_at=_text(found.get("notifiedAt")),
            subscription=_text(found.get("subscriptionId")),
            notification=_text(found.get("id")),
        )
    if found.get("type") == "FeatureCollection" and isinstance(found.get("features"), list):
        return Document(tuple(found["features"]))
    if "actionType" in found and isinstance(found.get("entities"), list):
        return Document(tuple(found["entities"]))
    if "id" in found or "@id" in found:
        return Document((found,))
    words = found.get("detail") or found.get("description") or found.get("title")
    if isinstance(words, str):
        raise NotNgsi(told("an error answer: {words}", words=words[:200]))
    raise NotNgsi(told("an object with {words}", words=", ".join(sorted(map(str, found)))[:200]))


def entity(found: Any) -> Entity:
    """Read one entity; raises NotNgsi."""
    if not isinstance(found, Mapping):
        raise NotNgsi(told("a {name}", name=type(found).__name__))
    name = found.get("id", found.get("@id"))
    if not isinstance(name, str) or not name.strip():
        raise NotNgsi(told("no id"))
    if found.get("type") == "Feature":
        properties = found.get("properties")
        body = dict(properties) if isinstance(properties, Mapping) else {}
        body.setdefault("location", found.get("geometry"))
    else:
        body = dict(found)
    kind = body.get("type", body.get("@type", ""))
    kinds = kind if isinstance(kind, list) else [kind]
    terms = dict(_terms(found.get("@context")) | _terms(body.get("@context")))
    attributes: dict[str, tuple[Attribute, ...]] = {}
    plain: dict[str, str] = {}
    for written, content in body.items():
        if written in SYSTEM:
            continue
        attributes[str(written)] = tuple(_attributes(content))
        plain.setdefault(plain_name(str(written)), str(written))
        if written in terms:
            plain.setdefault(plain_name(terms[written]), str(written))
    return Entity(name.strip(), ",".join(last_word(str(k)) for k in kinds), attributes, plain)


def bare_id(name: str) -> str:
    """Return an id without its URN: "urn:ngsi-ld:Alert:Alert:1" and "Alert:1" are one thing."""
    return _URN.sub("", name, count=1) or name


def last_word(name: str) -> str:
    """Return a name without its namespace: of an IRI, or of "open311:type"."""
    found = _WORD.search(name)
    return found[0] if found else name


def plain_name(name: str) -> str:
    """Return a name as it is compared: CO_Level, coLevel and …/co-level are equal."""
    return _NAME.sub("", last_word(name)).casefold()


def place(value: Any) -> dict[str, Any] | None:
    """Return a GeoJSON geometry: GeoJSON, GeoJSON as text, or NGSI v2's "lat, lon"."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    if isinstance(value, str):
        return geometry_of({"type": "Point", "coordinates": _simple(value)})
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        points = [_simple(each) for each in value]
        if points[0] == points[-1] and len(points) > 3:
            return geometry_of({"type": "Polygon", "coordinates": [points]})
        return geometry_of({"type": "LineString", "coordinates": points})
    return geometry_of(value)


def _simple(text: str) -> list[str]:
    lat, _, lon = text.partition(",")
    return [lon.strip(), lat.strip()]


def _attributes(content: Any) -> Iterator[Attribute]:
    """Yield an attribute's values; several when it is a series or has several datasets."""
    if isinstance(content, list) and content and all(map(_is_instance, content)):
        for each in content:
            yield from _attributes(each)
        return
    if not _is_wrapped(content):
        yield Attribute(_bare(content))
        return
    metadata = content.get("metadata")
    said = {**(metadata if isinstance(metadata, Mapping) else {}), **content}
    unit = _text(_bare(said.get("unitCode")) or _bare(said.get("unit")))
    moments = (_text(_bare(said.get(name))) for name in MOMENTS)
    observed = next((moment for moment in moments if moment), None)
    key = next(key for key in VALUE_KEYS if key in content)
    value = content[key]
    if key in ("values", "objects") and isinstance(value, list):  # [[value, time], …]
        for pair in value:
            if isinstance(pair, list) and len(pair) >= 2:
                yield Attribute(_bare(pair[0]), unit, _text(pair[1]))
        return
    yield Attribute(_bare(value), unit, observed)


def _is_wrapped(content: Any) -> bool:
    """Tell an attribute with its value apart from a value that is an object itself."""
    if not isinstance(content, Mapping):
        return False
    kind = content.get("type")
    if isinstance(kind, str) and kind in LD_TYPES:
        return any(key in content for key in VALUE_KEYS)
    if "value" in content and isinstance(kind, str):
        return True
    return ("value" in content or "object" in content) and content.keys() <= CONCISE


def _is_instance(content: Any) -> bool:
    return _is_wrapped(content) and (
        content.get("type") in tuple(LD_TYPES) or "observedAt" in content or "datasetId" in content
    )


def _bare(value: Any) -> Any:
    """Return a value without JSON-LD's or metadata's wrapping."""
    while isinstance(value, Mapping):
        inner = next((key for key in ("@value", "value") if key in value), None)
        if inner is None:
            break
        value = value[inner]
    return value


def _holds_entities(found: Any) -> bool:
    return isinstance(found, Mapping) and (
        "subscriptionId" in found or found.get("type") == "FeatureCollection"
    )


def _terms(context: Any) -> dict[str, str]:
    """Return the names an inline @context gives a meaning: {"pm25": "https://…/PM2.5"}."""
    parts: Sequence[Any] = context if isinstance(context, list) else [context]
    found: dict[str, str] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        for term, meaning in part.items():
            iri = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
            if isinstance(iri, str) and not term.startswith("@"):
                found[str(term)] = iri
    return found


def _text(found: Any) -> str | None:
    return found.strip() or None if isinstance(found, str) else None

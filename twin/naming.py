"""What a refusal calls by its id in a model, by the name people know it by; the id stays behind it.

Pure. Twins refuse by ids, as scenarios name streets and pumps by them; who reads knows names. Kinds
of measures, their figures and the lists they are picked from have names of the pages' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data_access.envelope import Text
from language import LANGUAGES, Told, as_told, has, text, told


def measure_name(kind: str) -> Text:
    """Return how a kind of measure is called; one that no page knows by its id."""
    return _called(f"measure.{kind}") or _itself(kind)


def listed_name(listed: str) -> Text:
    """Return what one of a list of options is called; of one that no page knows its id."""
    return _called(f"one.{listed}") or _itself(listed)


def figure_name(kind: str, field: str) -> Text:
    """Return how a figure that a measure asks for is called; one that no page knows by its id."""
    return _called(f"slider.{kind}.{field}") or _called(f"slider.{field}") or field_name(field)


def field_name(field: str) -> Text:
    """Return how a field of a scenario is called; one that has no name by its id."""
    return _called(f"field.{field}") or _itself(field)


def _called(key: str) -> Text | None:
    whole = f"what_if.{key}"
    if not all(has(whole, each) for each in LANGUAGES):
        return None
    return {each: text(whole, each) for each in LANGUAGES}


def _itself(words: str) -> Text:
    return dict.fromkeys(LANGUAGES, words)


def named(said: str, options: Mapping[str, Any]) -> str:
    """Return a sentence, kept or not, with the names `options` (what may be picked) have."""
    found = as_told(said)
    return _named(found, dict(_names(options))) if isinstance(found, Told) else found


def _named(said: Told, names: Mapping[str, Text]) -> Told:
    values: dict[str, Any] = {}
    for key, each in said.values.items():
        if isinstance(each, Told):
            values[key] = _named(each, names)
        elif isinstance(each, str) and each in names:
            values[key] = told("{name} ({id})", name=names[each], id=each)
        else:
            values[key] = each
    return Told(said.template, values)


def _names(options: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield the ids of all that may be picked with their names, as far as they have one."""
    lists = [each for each in options.values() if isinstance(each, list)]
    for each in (entry for listed in lists for entry in listed if isinstance(entry, Mapping)):
        name, of = each.get("name"), each.get("id")
        if isinstance(name, Mapping) and of and of not in name.values():
            yield str(of), dict(name)

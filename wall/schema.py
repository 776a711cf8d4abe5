"""Checking a tile's options against the JSON Schema its kind was announced with.

Knows the words that pydantic writes; a word it does not know allows everything, because the render
checks options again with the kind itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_DEEPEST = 32
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda found: isinstance(found, dict),
    "array": lambda found: isinstance(found, list),
    "string": lambda found: isinstance(found, str),
    "boolean": lambda found: isinstance(found, bool),
    "null": lambda found: found is None,
    "integer": lambda found: (
        isinstance(found, int | float) and not isinstance(found, bool) and found == int(found)
    ),
    "number": lambda found: isinstance(found, int | float) and not isinstance(found, bool),
}


def first_problem(found: object, schema: dict[str, Any]) -> str | None:
    """Return where and why `found` breaks `schema`, or None when it keeps it."""
    return next(_problems(found, schema, schema, "options", 0), None)


def _problems(
    found: Any, schema: Any, root: dict[str, Any], where: str, depth: int
) -> Iterator[str]:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if "$ref" in schema:
        yield from _problems(found, _resolve(schema["$ref"], root), root, where, depth + 1)
    for part in schema.get("allOf", ()):
        yield from _problems(found, part, root, where, depth + 1)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        tried = [next(_problems(found, each, root, where, depth + 1), None) for each in choices]
        if None not in tried:
            yield str(tried[0])
    if "const" in schema and found != schema["const"]:
        yield f"{where}: expected {schema['const']!r}, found {found!r}"
    if "enum" in schema and found not in schema["enum"]:
        expected = ", ".join(map(repr, schema["enum"]))
        yield f"{where}: expected one of {expected}, found {found!r}"
    kinds = schema.get("type")
    if kinds is not None:
        names = kinds if isinstance(kinds, list) else [kinds]
        if not any(_TYPES.get(name, lambda _: True)(found) for name in names):
            yield f"{where}: expected {' or '.join(names)}, found {found!r:.80}"
            return
    yield from _of_type(found, schema, root, where, depth)


def _of_type(
    found: Any, schema: dict[str, Any], root: dict[str, Any], where: str, depth: int
) -> Iterator[str]:
    if isinstance(found, dict):
        yield from _object(found, schema, root, where, depth)
    elif isinstance(found, list):
        yield from _length(len(found), schema, "Items", where)
        for index, each in enumerate(found):
            yield from _problems(each, schema.get("items"), root, f"{where}[{index}]", depth + 1)
    elif isinstance(found, str):
        yield from _length(len(found), schema, "Length", where)
        if "pattern" in schema and not re.search(schema["pattern"], found):
            yield f"{where}: expected to match {schema['pattern']}"
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield from _range(found, schema, where)


def _object(
    found: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str, depth: int
) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in found:
            yield f"{where}.{name}: is missing"
    others = schema.get("additionalProperties", True)
    for name, each in found.items():
        if name in properties:
            yield from _problems(each, properties[name], root, f"{where}.{name}", depth + 1)
        elif others is False:
            yield f"{where}.{name}: is not a known option"
        else:
            yield from _problems(each, others, root, f"{where}.{name}", depth + 1)


def _length(length: int, schema: dict[str, Any], word: str, where: str) -> Iterator[str]:
    if length < schema.get(f"min{word}", 0):
        yield f"{where}: expected at least {schema[f'min{word}']} {word.lower()}"
    if length > schema.get(f"max{word}", length):
        yield f"{where}: expected at most {schema[f'max{word}']} {word.lower()}"


def _range(found: float, schema: dict[str, Any], where: str) -> Iterator[str]:
    if "minimum" in schema and found < schema["minimum"]:
        yield f"{where}: expected at least {schema['minimum']}, found {found}"
    if "maximum" in schema and found > schema["maximum"]:
        yield f"{where}: expected at most {schema['maximum']}, found {found}"
    if "exclusiveMinimum" in schema and found <= schema["exclusiveMinimum"]:
        yield f"{where}: expected more than {schema['exclusiveMinimum']}, found {found}"
    if "exclusiveMaximum" in schema and found >= schema["exclusiveMaximum"]:
        yield f"{where}: expected less than {schema['exclusiveMaximum']}, found {found}"


def _resolve(reference: str, root: dict[str, Any]) -> Any:
    place: Any = root
    for part in reference.removeprefix("#/").split("/"):
        place = place.get(part) if isinstance(place, dict) else None
    return place

"""What is wrong with a scenario or with what comes with it, as it can be said in any language."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from pydantic import ValidationError

from data_access.envelope import Text
from language import Told, told, words_of
from twin.naming import field_name, figure_name, measure_name

LONGEST = 60  # characters of what was given
Error = Mapping[str, Any]


def refusal(error: ValidationError, whole: str = "scenario") -> Told:
    """Return the first thing that is wrong: where (of the `whole` where it is all), and what."""
    first = error.errors()[0]
    where = _where(first["loc"]) or field_name(whole)
    return told("{where}: {what}", where=where, what=_what({**first}))


def _where(steps: tuple[int | str, ...]) -> Told | Text | str:
    """Return the way to what is wrong; to a measure or its figure, by the names pages call them."""
    at = steps.index("measures") + 1 if "measures" in steps else len(steps)
    match steps[at : at + 3]:
        case (int(before), str(kind), str(field)):
            return told(
                "measure {number} ({measure}), {figure}",
                number=before + 1,
                measure=measure_name(kind),
                figure=figure_name(kind, field),
            )
        case (int(before), str(kind)):
            return told(
                "measure {number} ({measure})", number=before + 1, measure=measure_name(kind)
            )
        case (int(before),):
            return told("measure {number}", number=before + 1)
    return _field(steps)


def _field(steps: tuple[int | str, ...]) -> Told | Text | str:
    """Return a field by its name, the way to it behind that; one without a name by the way."""
    way = ".".join(str(step)[:LONGEST] for step in steps if step not in _TAGS)
    fields = [step for step in steps if isinstance(step, str) and step not in _TAGS]
    name = next((field_name(each) for each in reversed(fields) if _has_name(each)), None)
    if name is None or way in name.values():  # the way is its name, too: once is enough
        return name or way
    return told("{name} ({id})", name=name, id=way)


_TAGS = ("named", "hyetograph", "[key]")  # pydantic's own steps: which of a union it is


def _has_name(field: str) -> bool:
    return set(field_name(field).values()) != {field}


def _what(first: Error) -> Told:
    """Return our own sentence, else what is wrong by pydantic's type of error; never its words."""
    kind, given = str(first["type"]), _given(first["input"])
    match first:
        case {"type": "value_error", "ctx": {"error": Exception() as own}}:
            return words_of(own)
        case {"type": "missing"}:
            return told("is missing")
        case {"type": "extra_forbidden" | "invalid_key"}:
            return told("there is no such field")
    return (
        _out_of_bounds(first, given)
        or _of_another_size(first)
        or _of_another_choice(first, given)
        or _of_another_type(kind, given)
    )


def _out_of_bounds(first: Error, given: object) -> Told | None:
    match first:
        case {"type": "greater_than", "ctx": {"gt": least}}:
            return told("{given} is not more than {least:g}", given=given, least=least)
        case {"type": "greater_than_equal", "ctx": {"ge": least}}:
            return told("{given} is less than {least:g}", given=given, least=least)
        case {"type": "less_than", "ctx": {"lt": most}}:
            return told("{given} is not less than {most:g}", given=given, most=most)
        case {"type": "less_than_equal", "ctx": {"le": most}}:
            return told("{given} is more than {most:g}", given=given, most=most)
        case {"type": "finite_number"}:
            return told("{given} is no finite number", given=given)
    return None


def _of_another_size(first: Error) -> Told | None:
    count = _size(first["input"])
    match first:
        case {"type": "string_too_short", "ctx": {"min_length": least}}:
            return told("{count} characters; expected at least {least}", count=count, least=least)
        case {"type": "string_too_long", "ctx": {"max_length": most}}:
            return told("{count} characters; expected at most {most}", count=count, most=most)
        case {"type": "too_short", "ctx": {"min_length": least}}:
            return told("{count} entries; expected at least {least}", count=count, least=least)
        case {"type": "too_long", "ctx": {"max_length": most}}:
            return told("{count} entries; expected at most {most}", count=count, most=most)
    return None


def _of_another_choice(first: Error, given: object) -> Told | None:
    match first:
        case {"type": "union_tag_not_found"}:
            return told("it does not say of which kind it is")
        case {"type": "union_tag_invalid", "ctx": {"tag": tag, "expected_tags": tags}}:
            return told("kind {tag}; expected {expected}", tag=_given(tag), expected=_listed(tags))
        case {"type": "literal_error", "ctx": {"expected": expected}}:
            return told("{given}; expected {expected}", given=given, expected=_listed(expected))
        case {"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}}:
            return told("{given} is not of the form {pattern}", given=given, pattern=pattern)
    return None


def _of_another_type(kind: str, given: object) -> Told:
    match kind:
        case "int_type" | "int_parsing" | "int_parsing_size" | "int_from_float":
            return told("{given} is no whole number", given=given)
        case "float_type" | "float_parsing":
            return told("{given} is no number", given=given)
        case "string_type" | "string_unicode":
            return told("{given} is no text", given=given)
        case "list_type" | "tuple_type":
            return told("{given} is no list", given=given)
        case "dict_type" | "model_type" | "model_attributes_type":
            return told("{given} is no object with fields", given=given)
        case "bool_type" | "bool_parsing":
            return told("{given} is neither true nor false", given=given)
    return told("{given} is not what is expected here", given=given)


def _given(value: object) -> object:
    """Return what was given as it is said: numbers as numbers, all else short, in quotes."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return value
    if value is None:
        return "—"
    words = repr(value) if isinstance(value, str) else str(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def _size(value: object) -> int | None:
    return len(value) if hasattr(value, "__len__") else None


def _listed(expected: str) -> str:
    """Return alternatives as a list that no language has a word in: 'a', 'b' or 'c'."""
    return str(expected).replace(" or ", ", ").replace("'", "")

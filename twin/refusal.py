"""What is wrong with a scenario or with what comes with it, as it can be said in any language."""

from __future__ import annotations

from pydantic import ValidationError

from language import Told, told, words_of
from twin.naming import figure_name, measure_name


def refusal(error: ValidationError, whole: str = "scenario") -> Told:
    """Return the first thing that is wrong: where (of the `whole` where it is all), and what."""
    first = error.errors()[0]
    return told("{where}: {what}", where=_where(first["loc"]) or whole, what=_what(first))


def _where(steps: tuple[int | str, ...]) -> Told | str:
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
    return ".".join(map(str, steps))


def _what(first: object) -> Told:
    """Return our own sentence, what was expected of a number, else pydantic's words."""
    match first:
        case {"type": "value_error", "ctx": {"error": Exception() as own}}:
            return words_of(own)
        case {"type": "greater_than", "ctx": {"gt": least}, "input": given}:
            return told("{given} is not more than {least:g}", given=given, least=least)
        case {"type": "greater_than_equal", "ctx": {"ge": least}, "input": given}:
            return told("{given} is less than {least:g}", given=given, least=least)
        case {"type": "less_than", "ctx": {"lt": most}, "input": given}:
            return told("{given} is not less than {most:g}", given=given, most=most)
        case {"type": "less_than_equal", "ctx": {"le": most}, "input": given}:
            return told("{given} is more than {most:g}", given=given, most=most)
        case {"msg": str(said)}:
            return words_of(ValueError(said))
    return words_of(ValueError(str(first)))

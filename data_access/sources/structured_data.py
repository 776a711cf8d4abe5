r"""Structured data of RFC 5424: [id@number name="value" …], with \" \\ and \] inside values."""

from __future__ import annotations

import re

_ELEMENT = re.compile(
    r'\[([^\s\]="]{1,32})((?: [^\s\]="]{1,32}="(?:[^"\\\]]|\\.)*")*)\]', re.DOTALL
)
_PARAMETER = re.compile(r' ([^\s\]="]{1,32})="((?:[^"\\\]]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\\]])')


def elements(text: str) -> dict[str, dict[str, str]]:
    """Return the elements by id, up to the first that is broken; "-" and "" have none.

    A name that stands twice in an element keeps its first value.
    """
    found: dict[str, dict[str, str]] = {}
    at = 0
    while (element := _ELEMENT.match(text, at)) is not None:
        parameters = found.setdefault(element[1], {})
        for name, value in _PARAMETER.findall(element[2]):
            parameters.setdefault(name, _ESCAPE.sub(r"\1", value))
        at = element.end()
    return found

"""Letters in one piece (NFC), in texts and in the trees that are read of them.

What an escape in JSON or a reference in XML stands for appears only when it is parsed: many a
system writes Vietnamese as escapes, of letters and marks apart. Each returns how much was not
composed, for the score of cleanness.
"""

from __future__ import annotations

import unicodedata
from typing import Any
from xml.etree.ElementTree import Element

import orjson

MAX_BRACKETS = 200  # below which nothing is nested too deep to be read by calls
_ESCAPE = "\\u"


def compose_text(text: str) -> tuple[str, int]:
    """Return a text composed, and how many of its lines were not."""
    if _is_composed(text):
        return text, 0
    count = sum(not _is_composed(line) for line in text.splitlines())
    return unicodedata.normalize("NFC", text), count


def parse_json(text: str | bytes) -> tuple[Any, int]:
    """Return JSON with its texts composed, and how many were not; raises orjson.JSONDecodeError.

    What is nested too deep for whoever reads it is no JSON here.
    """
    document = orjson.loads(text)
    if is_deep(document, text):
        raise orjson.JSONDecodeError("nested too deep", "", 0)
    has_escapes = _ESCAPE in text if isinstance(text, str) else _ESCAPE.encode() in text
    return compose_json(document) if has_escapes else (document, 0)


def is_deep(document: Any, text: str | bytes) -> bool:
    """Tell whether JSON is nested deeper than 254 times, which is as deep as orjson writes."""
    if isinstance(text, str):
        brackets = text.count("[") + text.count("{")
    else:
        brackets = text.count(b"[") + text.count(b"{")
    if brackets <= MAX_BRACKETS:
        return False
    try:
        orjson.dumps(document)
    except orjson.JSONEncodeError:
        return True
    return False


def compose_json(document: Any) -> tuple[Any, int]:
    """Return parsed JSON with all its texts composed, and how many were not."""
    count = 0
    whole = [document]
    stack: list[Any] = [whole]
    while stack:  # deeper than calls may go
        container = stack.pop()
        if isinstance(container, dict) and not all(map(_is_composed, container)):
            count += sum(not _is_composed(name) for name in container)
            renamed = {unicodedata.normalize("NFC", name): each for name, each in container.items()}
            container.clear()
            container.update(renamed)
        for place in list(container) if isinstance(container, dict) else range(len(container)):
            each = container[place]
            if isinstance(each, str):
                if not _is_composed(each):
                    container[place] = unicodedata.normalize("NFC", each)
                    count += 1
            elif isinstance(each, dict | list):
                stack.append(each)
    return whole[0], count


def compose_xml(root: Element) -> tuple[Element, int]:
    """Compose all texts and attributes of a tree in place; return it, and how many were not."""
    count = 0
    for element in root.iter():
        for part in ("text", "tail"):
            said = getattr(element, part)
            if said and not _is_composed(said):
                setattr(element, part, unicodedata.normalize("NFC", said))
                count += 1
        for name, said in element.attrib.items():
            if not _is_composed(said):
                element.attrib[name] = unicodedata.normalize("NFC", said)
                count += 1
    return root, count


def _is_composed(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)

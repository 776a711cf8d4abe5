"""Names of places as people spell them: keys under which spellings of one name are the same."""

from __future__ import annotations

import unicodedata

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # grave, acute, tilde, hook, dot below


def tone_key(name: str) -> str:
    """Return `name` lower case with each word's tone moved to its end: Hòa and Hoà are equal."""
    words = unicodedata.normalize("NFD", name).lower().split()
    return " ".join("".join(sorted(word, key=_TONES.__contains__)) for word in words)


def ascii_key(name: str) -> str:
    """Return `name` lower case without any mark: "Văn Miếu" and "Van Mieu" are equal."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())

"""Rows as they may be shown: without what tells who a person is.

Sources carry names, telephones and addresses of those who wrote to the city; nobody needs them to
judge a row. Masked are values of fields that are named so, and what looks like a telephone or an
e-mail in any text. Pure; not for who may see a dataset at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"
PERSONAL = frozenset(
    {"account_id", "author", "citizen_id", "contact", "device_id", "email", "first_name"}
    | {"full_name", "ho_ten", "last_name", "mobile", "national_id", "nguoi_gui", "phone"}
    | {"reporter", "sender", "tel", "telephone", "user", "user_id", "username"}
)
DEEPEST = 6
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w.:-])(?:\+84|0(?=\d))(?:[ .-]?\d){8,10}(?![\w:.-]?\d)")


def masked(value: Any, *, depth: int = 0) -> Any:
    """Return a value with what is personal in it masked; what is too deep is left out."""
    if isinstance(value, str):
        return masked_text(value)
    if depth >= DEEPEST:
        return MASK if isinstance(value, list | tuple | Mapping) else value
    if isinstance(value, Mapping):
        return {
            str(name): MASK
            if str(name).lower() in PERSONAL and each not in (None, "")
            else masked(each, depth=depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(each, depth=depth + 1) for each in value]
    return value


def masked_text(text: str) -> str:
    """Return a text without e-mail addresses and telephones."""
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, text))

"""Rows as they may be shown: without what tells who a person is.

Sources carry names, telephones and addresses of those who wrote to the city; nobody needs them to
judge a row. Masked are values of fields that are named so, and what looks like a telephone or an
e-mail in any text; of what is published somewhere, addresses and accounts too. Pure; not for who
may see a dataset at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

MASK = "•••"
PERSONAL = frozenset(
    {"account_id", "author", "citizen_id", "contact", "device_id", "email", "first_name"}
    | {"full_name", "ho_ten", "last_name", "mobile", "national_id", "nguoi_gui", "phone"}
    | {"reporter", "sender", "tel", "telephone", "user", "user_id", "username"}
)
DEEPEST = 6
MAX_TEXT = 280
HIDDEN = "…"
# Addresses as people type them, without a scheme; of a domain alone nobody is told.
_PAGE = r"\b(?:[a-z0-9-]{1,63}\.){1,4}(?:com|me|net|org|vn)/\S+"
_TAG = re.compile(r"<[^>]{0,500}>")
_PERSONAL = re.compile(
    rf"https?://\S+|www\.\S+|(?i:{_PAGE})"  # addresses, which lead to accounts
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"  # mail
    r"|(?<!\w)@[\w.]+(?:@[\w.-]+)?"  # accounts
    r"|(?<!\w)\+?\d[\d .()-]{7,}\d"  # telephones, numbers of cards and papers
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_CONTACT = re.compile(  # as _PERSONAL, its parts bounded: for texts of any length
    rf"https?://\S+|www\.\S+|(?i:{_PAGE})|{_EMAIL.pattern}|(?<!\w)@[\w.]+(?:@[\w.-]+)?"
    r"|(?<!\w)\+?\d[\d .()-]{7,}\d"
)
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


def without_contacts(text: str, put: str = " ") -> str:
    """Return a text with `put` for addresses of the net, accounts, telephones and long numbers."""
    return _CONTACT.sub(put, text)


def without_people(text: str) -> str:
    """Return what is written without marks of a page, and without who is spoken of or wrote."""
    plain = unescape(_TAG.sub(" ", text))
    return " ".join(_PERSONAL.sub(HIDDEN, plain).split())[:MAX_TEXT]

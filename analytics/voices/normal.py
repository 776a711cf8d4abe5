"""Vietnamese as people type it, in one spelling: what a text is compared and learned by.

Composed or decomposed, tone on either vowel, without marks, in capitals, with letters drawn out,
with some of the abbreviations of the telephone: the same words give the same key. Abbreviations
that mean several things are left as they are, and no mark is guessed that was not typed. Pure; not
for names of places (places.py), nor for what may be quoted (quotes.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from analytics.voices.words import ABBREVIATIONS
from data_access.personal import without_contacts
from data_access.spelling import ascii_key

LONGEST = 4000  # characters of a text that are read; a report of the hotline has some hundred
_RAW = 2 * LONGEST  # decomposed letters, marks and invisible signs included
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_DROPPED = ("Mn", "Mc", "Me", "Cf", "Cc", "Cs", "Co", "Cn", "So", "Sk")
_SILENT = ("Cf", "Mn", "Mc", "Me")  # stand within words; the others stand between

_AFTER_NUMBERS = {"k"}  # "50k" is money


class _Signs(dict[int, int | str | None]):
    """What becomes of each character; found out once."""

    def __missing__(self, code: int) -> int | str | None:
        sign = chr(code)
        kind = unicodedata.category(sign)
        made: int | str | None = code
        if sign.isspace():
            made = " "
        elif kind in _DROPPED:
            made = None if kind in _SILENT else " "
        self[code] = made
        return made


_SIGNS = _Signs()


def clean(text: str) -> str:
    """Return a text composed, in one line, without pictures, invisible signs and stray marks.

    At most LONGEST characters: what is longer is cut.
    """
    composed = unicodedata.normalize("NFC", text[:_RAW])
    return " ".join(composed.translate(_SIGNS).split())[:LONGEST]


def folded(word: str) -> str:
    """Return a word lower case without marks and drawn out letters; "fố" is "pho"."""
    plain = _DRAWN_OUT.sub(r"\1", ascii_key(word))
    if plain.startswith("f"):
        return "ph" + plain[1:]
    return "qu" + plain[1:] if plain.startswith("w") and len(plain) > 1 else plain


def tokens(text: str) -> list[re.Match[str]]:
    """Return the words and numbers of a clean text, with where they stand."""
    return list(_TOKEN.finditer(text))


def spelled_out(plain: Sequence[str]) -> list[str]:
    """Return folded words with the abbreviations of one reading written out, without numbers."""
    found: list[str] = []
    before = ""
    for word in plain:
        is_money = word in _AFTER_NUMBERS and before.isdigit()
        if not word.isdigit() and not is_money:
            found += ABBREVIATIONS.get(word, word).split(" ")
        before = word
    return found


def words(text: str) -> list[str]:
    """Return the folded words of any text, without numbers, telephones and addresses of the net."""
    plain = [folded(each.group()) for each in tokens(without_contacts(clean(text)))]
    return spelled_out(plain)


def key(text: str) -> str:
    """Return the words of a text as one string: equal for spellings of the same words."""
    return " ".join(words(text))

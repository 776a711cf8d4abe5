"""Order and search as readers of Vietnamese expect: letters first, then tones; Đ is no D."""

from __future__ import annotations

import unicodedata

# The Vietnamese alphabet, with the letters only foreign words use at their Latin places.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER = {letter: rank for rank, letter in enumerate(_ALPHABET, start=1000)}
# Order of the tones in dictionaries: level, falling, asking, tumbling, sharp, heavy.
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_TONE = {mark: rank for rank, mark in enumerate(_TONES)}


def sort_key(words: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Return a key that sorts `words` as a Vietnamese dictionary does."""
    letters: list[int] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", words.casefold()):
        marks = unicodedata.normalize("NFD", character)
        tone = next((mark for mark in marks if mark in _TONE), "")
        bare = unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks)
        letters.append(_LETTER.get(bare, ord(bare[0])))
        tones.append(_TONE[tone])
    return tuple(letters), tuple(tones), words


def fold(words: str) -> str:
    """Return `words` without marks and in lower case, to search by what was typed quickly."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFD", words.casefold())
        if not unicodedata.combining(character)
    )
    return bare.replace("đ", "d")

"""Whether every number of a text is one of the figures it may have, written as people here do.

What is not understood is refused, never let past: digits of other scripts, numbers in words, dates,
ranges, letters that look like digits, a figure with another unit or none. A text that was written
anew from another one must also have the same figures in the same order, and say neither more nor
less of rising, falling and not. Pure.

Refusals by code:
    digits      a number that is no allowed figure, or not written as one
    unit        the number is a figure, but of another unit
    script      a character that counts in another script, or one that is not seen
    words       a number in words ("mười hai", "gấp đôi", "twice")
    order       not the figures of the text it was made from, in their order
    direction   rises, falls or denies otherwise than the text it was made from
    long        longer than a text here may be, or than what it was made from by far
    added       more sentences, a name or an address that is not in the text it was made from
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import language as lang
from analytics.brief.brief import Figure, Sentence
from analytics.brief.counting import (
    COUNTING,
    DENYING,
    FALLING,
    NOT_COUNTING,
    RISING,
    SCALES,
    SYMBOLS,
    YEAR,
)
from language.catalogue import load

LONGEST = 4_000  # characters of a text
MASK = "\u241f"  # stands for what is known to be right; no text may have it

_TOKEN = re.compile(r"(?P<sign>[-\u2212+\u2013]?)(?P<digits>[0-9](?:[0-9.,]*[0-9])?)")
_WELL_FORMED = {
    "vi": re.compile(r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]+)?"),
    "en": re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]+)?"),
}
_UNSEEN = ("Cf", "Cc", "Co", "Cn", "Cs")  # characters nobody sees
_JOINED_BEFORE = re.compile(r"(?:[^\W_]|[./:,^~_*×])$")
_JOINED_AFTER = re.compile(r"[^\W_]|[/:^~*×_][0-9]|\s?[-\u2013\u2212]\s?[0-9]|\s?[×x*]\s?[0-9]")
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+|[%‰°$₫])")
_UNIT_GOES_ON = ("/", "²", "³")
_ROMAN = re.compile(r"\b[IVXLCDM]{2,}\b")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=\S)")
_BEGIN = re.compile(r"^|[.!?;:]\s+")
_ADDRESS = re.compile(r"https?:\S+|www\.\S+|\S+@\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?")
LONGER, LONGER_BY = 1.5, 40  # characters a rewritten text may have of the one it was made from


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a text is not let past; `what` is where it stands."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text has: figures in the order they stand, or why it is refused."""

    figures: tuple[Figure, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether every number in it is one it may have."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class _Allowed:
    """A figure, and what may stand behind it: its unit, else the noun that does in its sentence."""

    figure: Figure
    names: frozenset[str]


def check(text: str, sentences: Sequence[Sentence], *, language: str) -> Verdict:
    """Return which figures of `sentences` stand in a text, and what in it is none of them.

    Words that the sentences quote from rows (names of places, alerts) may hold digits of their own;
    only the whole of each is let past.
    """
    if len(text) > LONGEST:
        return Verdict(refusals=(Refusal("long", text[:40]),))
    plain = _plain(text)
    unseen = [c for c in plain if c == MASK or unicodedata.category(c) in _UNSEEN]
    if unseen:
        return Verdict(refusals=(Refusal("script", f"U+{ord(unseen[0]):04X}"),))
    allowed = [each for sentence in sentences for each in _allowed(sentence, language)]
    known = _longest_first({*_units(language), *(name for one in allowed for name in one.names)})
    rest = _without(plain, [words for each in sentences for words in each.quoted(language)])
    found: list[Figure] = []
    refusals: list[Refusal] = []
    left: list[str] = []
    end = 0
    for token in _TOKEN.finditer(rest):
        unit = _unit_after(rest, token.end(), known)
        left.append(rest[end : token.start()])
        end = token.end() + len(unit)
        figure = _figure(rest, token, unit, allowed, language)
        if isinstance(figure, Refusal):
            refusals.append(figure)
        else:
            found.append(figure)
    left.append(rest[end:])
    refusals += _others(f" {MASK} ".join(left), language)
    return Verdict(tuple(found), tuple(refusals))


def check_rewritten(text: str, original: Sentence, *, language: str) -> Verdict:
    """Return whether a text may stand for a sentence: its figures, their order, its directions."""
    verdict = check(text, [original], language=language)
    refusals = list(verdict.refusals)
    wanted = [
        original.figures[piece.figure].written[language]
        for piece in original.pieces[language]
        if piece.figure is not None
    ]
    quoted = original.quoted(language)
    if not refusals and [figure.written[language] for figure in verdict.figures] != wanted:
        refusals.append(Refusal("order", "; ".join(wanted)))
    plain, before = _plain(text), _plain(original.text(language))
    refusals += [Refusal("order", words) for words in quoted if _plain(words) not in plain]
    if _directions(_without(plain, quoted), language) != _directions(
        _without(before, quoted), language
    ):
        refusals.append(Refusal("direction", text[:80]))
    refusals += _added(plain, before)
    return Verdict(verdict.figures, tuple(refusals))


def _added(plain: str, before: str) -> list[Refusal]:
    """Return what a text says beyond the one it was made from, as far as that is seen.

    What rows quote may ask for anything: a claim of its own needs a sentence, a name or room.
    """
    refusals = []
    if len(plain) > LONGER * len(before) + LONGER_BY:
        refusals.append(Refusal("long", plain[:40]))
    if len(_SENTENCE.split(plain)) > len(_SENTENCE.split(before)):
        refusals.append(Refusal("added", plain[:80]))
    refusals += [Refusal("added", each[0]) for each in _ADDRESS.finditer(plain)
                 if each[0] not in before]  # fmt: skip
    known = {each[0].casefold() for each in _WORD.finditer(before)}
    begins = {at.end() for at in _BEGIN.finditer(plain)}
    for word in _WORD.finditer(plain):
        is_name = word[0][0].isupper() and word.start() not in begins
        if is_name and word[0].casefold() not in known:
            refusals.append(Refusal("added", word[0]))
    return refusals


def _allowed(sentence: Sentence, language: str) -> list[_Allowed]:
    """Return a sentence's figures, each with what it may be counted in."""
    whole = sentence.text(language).replace("\u00a0", " ")
    units = _longest_first(_units(language))
    nouns: dict[int, set[str]] = {}
    end = 0
    for piece in sentence.pieces[language]:
        end += len(piece.words)
        if piece.figure is not None:
            nouns.setdefault(piece.figure, {""}).add(_unit_after(whole, end, units).strip())
    return [
        _Allowed(figure, _names(figure, language) or frozenset(nouns.get(index, {""})))
        for index, figure in enumerate(sentence.figures)
    ]


def _figure(
    text: str, token: re.Match[str], unit: str, allowed: Sequence[_Allowed], language: str
) -> Figure | Refusal:
    """Return the figure that a number is, or why it is none."""
    shown = text[max(0, token.start() - 6) : token.end() + 12]
    before, after = text[: token.start()], text[token.end() + len(unit) :]
    if _JOINED_BEFORE.search(before) or _JOINED_AFTER.match(after):
        return Refusal("digits", shown)
    if not _WELL_FORMED[language].fullmatch(token["digits"]):
        return Refusal("digits", shown)
    number = _number(token["digits"], language)
    if token["sign"] in ("-", "\u2212", "\u2013"):
        number = -number
    alike = [each for each in allowed if _is_value(number, each.figure)]
    if not alike:
        return Refusal("digits", shown)
    word = _FIRST_WORD.match(after)
    is_scaled = word is not None and word[1].casefold() in SCALES[language]
    fitting = [each.figure for each in alike if unit.strip() in each.names]
    return Refusal("unit", shown) if is_scaled or not fitting else fitting[0]


def _is_value(number: Decimal, figure: Figure) -> bool:
    """Tell whether a number is a figure as it is written, or rounded to fewer decimals."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    decimals = int(figure.number["decimals"])
    if places > decimals:
        return False
    value, one = Decimal(str(figure.value)), Decimal(1)
    as_written = value.quantize(one.scaleb(-decimals), ROUND_HALF_UP)
    return number in (
        as_written.quantize(one.scaleb(-places), ROUND_HALF_UP),
        value.quantize(one.scaleb(-places), ROUND_HALF_UP),
    )


def _number(digits: str, language: str) -> Decimal:
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    return Decimal(digits.replace(thousands, "").replace(point, "."))


def _names(figure: Figure, language: str) -> frozenset[str]:
    """Return what the unit of a figure may be called; none of one without a unit."""
    written = figure.written[language].replace("\u00a0", " ")
    tail = re.sub(r"^[+\u2212-]?[0-9][0-9.,]*\s*", "", written)
    if not tail:
        return frozenset()
    unit = str(figure.number["unit"])
    return frozenset({tail, *(lang.unit_name(unit, language=language, count=n) for n in (1, 2))})


def _unit_after(text: str, at: int, known: Sequence[str]) -> str:
    """Return the unit that stands behind a number, with the blank before it; "" where none does."""
    blank = " " if text[at : at + 1] == " " else ""
    tail = text[at + len(blank) :]
    for name in known:
        if tail.startswith(name):
            following = tail[len(name) : len(name) + 1]
            if not (name[-1].isalpha() and (following.isalnum() or following in _UNIT_GOES_ON)):
                return blank + name
    return ""


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if name), key=lambda name: (-len(name), name))


@cache
def _units(language: str) -> frozenset[str]:
    """Return everything that is called a unit in a language."""
    words = load(language, "units").words
    return frozenset({form for forms in words.values() for form in forms if form} | {*SYMBOLS})


def _others(words: str, language: str) -> list[Refusal]:
    """Return what counts without being a figure: other scripts, numbers in words, Roman ones."""
    refusals = [
        Refusal("script", character)
        for character in words
        if not character.isascii() and unicodedata.numeric(character, None) is not None
    ]
    refusals += [Refusal("digits", found[0]) for found in re.finditer(r"[0-9]+", words)]
    refusals += [Refusal("words", found[0]) for found in _ROMAN.finditer(words)]
    low = words.casefold()
    for innocent in NOT_COUNTING[language]:
        low = re.sub(rf"\b{innocent}\b", MASK, low)
    if language == "vi":
        low = YEAR.sub(MASK, low)
        refusals += [Refusal("words", "năm") for _ in re.finditer(r"\bnăm\b", low)]
        refusals += [Refusal("words", each[0]) for each in re.finditer(r"\bgấp\b", low)]
    counting = COUNTING[language]
    refusals += [Refusal("words", each[0]) for each in _WORD.finditer(low) if each[0] in counting]
    return refusals


def _plain(text: str) -> str:
    """Return a text in one form of Unicode, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())


def _without(text: str, quoted: Iterable[str]) -> str:
    """Return a text without the words it may quote, the longest first."""
    for whole in _longest_first({_plain(words) for words in quoted}):
        text = re.sub(rf"(?<![^\W_]){re.escape(whole)}(?![^\W_])", MASK, text)
    return text


def _directions(text: str, language: str) -> tuple[bool, bool, int]:
    """Return whether a text speaks of more, of less, and how often it denies."""
    low = text.casefold()
    counts = Counter[str]()
    for name, words in (("up", RISING), ("down", FALLING), ("not", DENYING)):
        for each in words[language]:
            pattern = re.escape(each) if each == "n't" else rf"\b{re.escape(each)}\b"
            counts[name] += len(re.findall(pattern, low))
    return counts["up"] > 0, counts["down"] > 0, counts["not"]

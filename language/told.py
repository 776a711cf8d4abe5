"""A sentence about one thing that was found, which can be said again in another language.

What refuses data does not know who will read why. So it tells: a sentence with its values apart,
whose words are looked up when somebody reads it (`refusals.po`, by the English sentence). For
logs and programs it is a text like any other, in English. Not for what a page itself says: that
has its keys (`language.text`).
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import orjson

from language.catalogue import DEFAULT_LANGUAGE, LANGUAGES, has, pick, text

DOMAIN = "refusals"
LONGEST = 500  # characters of one value
_PACKED = '{"told":'


class Told(str):
    """An English sentence that remembers how it was made; made by `told`."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Told:
        """Fill `template`; `values` are numbers, texts (also by language), what was told before."""
        made = super().__new__(cls, template.format(**_picked(values, "en")))
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[type[Told], tuple[str, Mapping[str, Any]]]:
        """Let a sentence pass between processes."""
        return Told, (self.template, self.values)


def told(template: str, /, **values: object) -> Told:
    """Return a sentence of `refusals.po`; `template` is the English one, with `{name}`s.

    A text of the city's data, by language, is said in the reader's. Whatever else is no number,
    nothing or sentence of its own is kept as its text, at most LONGEST.
    """
    return Told(template, {name: _kept(each) for name, each in values.items()})


def words_of(error: Exception) -> Told:
    """Return what an error says, as it was told; of another's error its text."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Told) else told("{said}", said=said)


def pack(said: str, *, longest: int = 10_000) -> str:
    """Return a sentence as it is kept in a store, without NUL; what is no `Told` stays a text.

    One that would be longer than `longest` is kept as its English text, cut.
    """
    if not isinstance(said, Told) and said.startswith(_PACKED):
        said = told("{said}", said=said)
    packed = _packed(said) if isinstance(said, Told) else said
    return (packed if len(packed) <= longest else str(said)[:longest]).replace("\0", "\ufffd")


def as_told(kept: str) -> str:
    """Return a sentence as it was told, of what `pack` made of it; another text stays itself."""
    return _unpacked(kept)


def say(said: str, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a sentence, kept or not, in `language`; a text that was never told stays itself."""
    found = said if isinstance(said, Told) else _unpacked(said)
    return _said(found, language) if isinstance(found, Told) else found


def in_all_languages(said: str) -> dict[str, str]:
    """Return a sentence as texts of the city's data are: by language."""
    return {language: say(said, language) for language in LANGUAGES}


def _packed(said: Told) -> str:
    return orjson.dumps(_plain(said)).decode()


def _kept(value: object) -> Any:
    if value is None or isinstance(value, bool | Told):
        return value
    if isinstance(value, Mapping) and value and value.keys() <= set(LANGUAGES):
        return {language: str(words)[:LONGEST] for language, words in value.items()}
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) < 2**63 else str(value)
    if isinstance(value, numbers.Real):
        return float(value)
    return str(value)[:LONGEST]


def _plain(said: Told) -> dict[str, Any]:
    return {"told": said.template, "with": {k: _plain_one(v) for k, v in said.values.items()}}


def _plain_one(value: Any) -> Any:
    if isinstance(value, Told):
        return _plain(value)
    if isinstance(value, Mapping):
        return {"text": {language: _number_or_text(words) for language, words in value.items()}}
    return _number_or_text(value)


def _number_or_text(value: Any) -> Any:
    """Return what JSON has a word for: it has none for infinities, nor for half of a pair."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    is_odd = isinstance(value, float) and value - value != 0
    return {"float": str(value)} if is_odd else value


def _unpacked(said: str) -> str:
    if not said.startswith(_PACKED):
        return said
    try:
        return _restored(orjson.loads(said))
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return said  # cut off, or of another release


def _restored(found: Mapping[str, Any]) -> Told:
    values: dict[str, Any] = {}
    for name, each in found["with"].items():
        if isinstance(each, dict) and "text" in each:
            values[name] = {str(language): str(words) for language, words in each["text"].items()}
        elif isinstance(each, dict):
            values[name] = float(each["float"]) if "float" in each else _restored(each)
        else:
            values[name] = each
    return Told(found["told"], values)


def _said(said: Told, language: str) -> str:
    values = {
        name: _said(each, language) if isinstance(each, Told) else each
        for name, each in _picked(said.values, language).items()
    }
    key = f"{DOMAIN}.{said.template}"
    if not has(key, language):
        return said.template.format(**values)
    return text(key, language, **values)


def _picked(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        name: pick(each, language) if isinstance(each, Mapping) else each
        for name, each in values.items()
    }

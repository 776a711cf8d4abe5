"""The catalogues: which words stand for a key, in which language.

A missing key fails a test; at run time the key itself is shown (somebody will see it) and logged
once. Not for numbers and dates: `language.formats`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE = "vi"
FOLDER = Path(__file__).parent

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one domain in one language; a plural entry holds its forms in order."""

    words: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int] = field(default=lambda count: 0)


@cache
def load(language: str, domain: str, *, folder: Path = FOLDER) -> Catalogue:
    """Read `<folder>/<language>/<domain>.po`; an absent file is an empty catalogue.

    Fuzzy and empty entries count as missing, so that the tests find them.
    """
    path = folder / language / f"{domain}.po"
    if not path.is_file():
        return Catalogue({})
    with path.open("rb") as file:
        read = read_po(file, locale=language, domain=domain)
    words: dict[str, tuple[str, ...]] = {}
    for message in read:
        key = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        found = message.string
        forms = tuple(found) if isinstance(found, (list, tuple)) else (found,)
        if key and all(forms) and not message.fuzzy:
            words[key] = tuple(str(form) for form in forms)
    return Catalogue(words, c2py(read.plural_expr))


def domains(*, folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the domains for which any language has a catalogue."""
    return tuple(sorted({path.stem for path in folder.glob("*/*.po")}))


def has(key: str, language: str = DEFAULT_LANGUAGE) -> bool:
    """Tell whether `key` ("domain.rest.of.key") has words in `language`."""
    domain, _, rest = key.partition(".")
    return rest in load(language, domain).words


def text(key: str, language: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
    """Return the words for `key` ("domain.rest.of.key") with `{name}`s filled from `values`.

    An entry with plural forms chooses by the value `count`. A missing key returns the key itself.
    """
    domain, _, rest = key.partition(".")
    catalogue = load(language, domain)
    forms = catalogue.words.get(rest)
    if forms is None:
        _report_once(key, language)
        return key
    form = forms[0]
    count = values.get("count")
    if len(forms) > 1 and isinstance(count, (int, float)):
        form = forms[min(catalogue.form(int(count)), len(forms) - 1)]
    return form.format(**values) if values else form


def pick(words: Mapping[str, str] | None, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a `{vi, en}` text of the city's data in `language`, else in any language it has."""
    if not words:
        return ""
    for each in (language, DEFAULT_LANGUAGE):
        if words.get(each):
            return words[each]
    return next(iter(words.values()))


@cache
def _report_once(key: str, language: str) -> None:
    log.error("no words for %s in %s", key, language)

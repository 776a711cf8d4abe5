"""Events in ArcSight's Common Event Format: header, extension, severity, times.

Not a source itself: data_access/sources/log_line.py finds them in lines, and
data_access/sources/security_events.py counts them. Written as the format says and as products write
it: quoted values with other keys inside, "|" and "=" that should have been escaped, severities as
words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from language import told

START = re.compile(r"CEF:\s?(\d+)\|")
TIMES = ("rt", "start", "deviceReceiptTime", "end")
HOSTS = ("dvchost", "dhost", "shost", "dvc", "src")
# Bands of severity as the format's guide has them.
WORDS = {"unknown": None, "low": 2.0, "medium": 5.0, "high": 7.5, "very-high": 9.5, "critical": 9.5}
_CUT = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z_][\w.\-]*)=")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?=\s+[A-Za-z_][\w.\-]*=|\s*$)')
_ESCAPE = re.compile(r"\\([\\=|nr])")
_PLAIN = {"n": "\n", "r": "\n"}
_LABELLED = re.compile(r"(c[a-z]+\d|[\w]*Date\d)Label")


class NoCef(ValueError):
    """A text that begins like CEF and is none; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class CefEvent:
    """One event; `severity` is 0 to 10, None when it is not said in a way that can be read."""

    vendor: str
    product: str
    device_version: str
    class_id: str
    name: str
    severity: float | None
    fields: Mapping[str, str]

    @property
    def host(self) -> str:
        """Which device speaks, else what product."""
        said = next((self.fields[name] for name in HOSTS if self.fields.get(name)), "")
        return said or f"{self.vendor} {self.product}".strip()

    @property
    def time(self) -> str | None:
        """When it was, as written: milliseconds, or "Nov 08 2020 12:30:00.111 UTC"."""
        said = next((self.fields[name] for name in TIMES if self.fields.get(name)), None)
        if said is None and self.fields.get("date") and self.fields.get("time"):
            return f"{self.fields['date']} {self.fields['time']}"
        return said

    @property
    def labelled(self) -> dict[str, str]:
        """Custom fields by the label their product gives them: cs1 with cs1Label."""
        found = {}
        for name, label in self.fields.items():
            matched = _LABELLED.fullmatch(name)
            if matched is not None and matched[1] in self.fields:
                found[label] = self.fields[matched[1]]
        return found


def parse(text: str) -> CefEvent:
    """Read "CEF:0|…"; raises NoCef."""
    begin = START.match(text)
    if begin is None:
        raise NoCef(told("no CEF header"))
    parts: list[str] = []
    at = begin.end()
    while len(parts) < 6:
        cut = _CUT.search(text, at)
        if cut is None:
            raise NoCef(
                told(
                    "CEF with {count} header fields; expected 7 before the extension",
                    count=len(parts) + 1,
                )
            )
        parts.append(_unescaped(text[at : cut.end() - 1]))
        at = cut.end()
    vendor, product, device_version, class_id, name, severity = parts
    return CefEvent(
        vendor.strip(),
        product.strip(),
        device_version.strip(),
        class_id.strip(),
        " ".join(name.split()),
        severity_of(severity),
        _extension(text[at:]),
    )


def severity_of(text: str) -> float | None:
    """Return a severity of 0 to 10, given as a number or a word; None for neither."""
    word = text.strip().casefold().replace(" ", "-")
    if word in WORDS:
        return WORDS[word]
    if re.fullmatch(r"\d{1,2}(\.\d+)?", word) and float(word) <= 10:
        return float(word)
    return None


def _extension(text: str) -> dict[str, str]:
    """Return the pairs of an extension; a value goes on until the next word with a "=".

    A value in quotes goes on to their end, whatever stands inside.
    """
    found: dict[str, str] = {}
    key: str | None = None
    begin = at = 0
    while (matched := _KEY.search(text, at)) is not None:
        if key is not None:
            found.setdefault(key, _value(text[begin : matched.start()]))
        key, begin = matched[1], matched.end()
        quoted = _QUOTED.match(text, begin)
        at = begin if quoted is None else quoted.end()
    if key is not None:
        found.setdefault(key, _value(text[begin:]))
    return found


def _value(text: str) -> str:
    return _unescaped(text.strip())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _PLAIN.get(found[1], found[1]), text)

"""What a file is, told from its content, never from its name; and its draft, or why there is none.

Bytes from strangers: everything is bounded before it is parsed, XML is read without entities, and
what a parser raises comes out as one ImportRefused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import pyjson5
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wall.errors import ImportRefused
from wall.importing.display import read_edid
from wall.importing.draft import Draft
from wall.importing.edid import HEADER
from wall.importing.sage2 import is_sage2, read_sage2
from wall.importing.screens import read_configuration_xml, read_tide_json
from wall.importing.xrandr import MONITORS, is_xrandr
from wall.importing.xscreen import read_xrandr

MOST_BYTES = 1024 * 1024
KNOWN = "expected a SAGE2, Tide or DisplayCluster configuration, what xrandr prints, or an EDID"
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMMENTS = re.compile(r"\A(?:\s+|//[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
LIBCONFIG = re.compile(r"[A-Za-z_*][\w-]*\s*[:=]\s*[{(\[]?")
HEX_EDID = re.compile(r"00(?:ff){6}00[0-9a-f]+")
NEAR = re.compile(r" (?:starting )?near (\d+)")
LETTER = re.compile(r"U\+([0-9a-fA-F]{4,6})")


def draft_of(data: bytes, *, surface: int | None = None) -> Draft:
    """Make a draft of a file's bytes; raises ImportRefused with one sentence.

    `surface` chooses the wall of a Tide configuration that holds several.
    """
    if len(data) > MOST_BYTES:
        raise ImportRefused(f"is larger than {MOST_BYTES // 1024} KiB; {KNOWN}")
    if not data.strip():
        raise ImportRefused(f"is empty; {KNOWN}")
    if data.startswith(HEADER):
        return read_edid(data)
    if data.startswith(b"PK\x03\x04"):
        raise ImportRefused(
            "is a zip archive; a Xibo layout, for one, places windows on a single screen and knows "
            f"no panels; {KNOWN}"
        )
    text = _text(data)
    if text.lstrip().startswith("<"):
        return _xml(text)
    if is_xrandr(text):
        return read_xrandr(text)
    if MONITORS.match(text.lstrip()):
        raise ImportRefused(
            "is what xrandr --listmonitors prints, which does not tell how panels are turned: "
            "give what xrandr --verbose prints"
        )
    digits = re.sub(r"\s+", "", text).lower()
    if HEX_EDID.fullmatch(digits) and len(digits) % 2 == 0:
        return read_edid(bytes.fromhex(digits))
    comments = COMMENTS.match(text)
    body = text[comments.end() if comments is not None else 0 :]
    if body.startswith(("{", "[")):
        return _json(text, surface)
    if LIBCONFIG.match(body):
        raise ImportRefused(
            "looks like a libconfig file (omegalib writes its walls so), which is not read here; "
            f"{KNOWN}"
        )
    raise ImportRefused(f"is of no format known here; {KNOWN}")


def _text(data: bytes) -> str:
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:2]:
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise ImportRefused(f"is neither text in UTF-8 or UTF-16 nor an EDID; {KNOWN}") from None
    if "\0" in text:
        raise ImportRefused(f"holds NUL characters, as no text does; {KNOWN}")
    return text


def _json(text: str, surface: int | None) -> Draft:
    try:
        found = pyjson5.decode(text)
    except pyjson5.Json5Exception as error:
        raise ImportRefused(f"is not valid JSON5: {_where(text, error)}") from None
    except (ValueError, RecursionError, OverflowError):
        raise ImportRefused("is not valid JSON5") from None
    if not isinstance(found, Mapping):
        raise ImportRefused(f"is JSON, but no object; {KNOWN}")
    if surface is not None and "surfaces" not in found:
        raise ImportRefused("has no surfaces to choose from; leave --surface out")
    if "surfaces" in found:
        return read_tide_json(found, surface)
    if is_sage2(found):
        return read_sage2(found)
    if "windows" in found:
        raise ImportRefused(
            "is a scene of windows (as Liquid Galaxy has them), which knows no panels; " + KNOWN
        )
    raise ImportRefused(f"is JSON, but none of these; {KNOWN}{_keys(found)}")


def _keys(found: Mapping[str, Any]) -> str:
    for key in ("resolution", "layout", "displays"):
        if key in found:
            lacks = " and ".join(each for each in ("resolution", "layout") if each not in found)
            return f" (it has {key}, but no {lacks}, which SAGE2 needs)"
    return ""


def _where(text: str, error: Exception) -> str:
    """Say in lines and characters what pyjson5 says in offsets and code points."""
    said = str(error.args[0]) if error.args else "it cannot be read"
    said = said.replace("b'comma'", "a comma").replace("b'", "'")
    said = LETTER.sub(lambda m: repr(chr(int(m[1], 16) % 0x110000)), said)
    place = NEAR.search(said)
    if place is None:
        return said
    at = int(place[1]) - 1
    if said.startswith("Extra"):  # counted to the end of what was read, not to what is too much
        at = len(text) - len(text[at + 1 :].lstrip())
    before = text[: max(0, at)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return f"line {line}, column {column}: {NEAR.sub('', said)}"


def _xml(text: str) -> Draft:
    try:
        root: Element = fromstring(text)
    except DefusedXmlException:
        raise ImportRefused("is XML that declares entities, which are not followed") from None
    except (ParseError, ValueError, RecursionError, LookupError) as error:
        raise ImportRefused(f"is not valid XML: {error}") from None
    if root.tag == "boost_serialization":
        raise ImportRefused(
            "is a saved session of Tide or DisplayCluster: windows and their contents, no panels; "
            "the wall is in its configuration"
        )
    if root.tag == "configuration":
        return read_configuration_xml(root)
    raise ImportRefused(f"is XML of <{root.tag[:40]}>; {KNOWN}")

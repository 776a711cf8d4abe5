"""The bytes of a source's file: unpacked, bounded, decoded, parsed; else a SourceError says why.

Every source reads through here, so that a file that is empty, cut off, a bomb or an error page is
refused in the same words. Knows file formats (gzip, text, XML, JSON, CSV), no source's fields.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import orjson
import pandas as pd
from defusedxml import DefusedXmlException

from data_access.errors import (
    SourceEmpty,
    SourceError,
    SourceTooBig,
    SourceUnreadable,
    SourceWrongFormat,
)
from data_access.model import Rejected
from data_access.schema import SAMPLE, notes
from data_access.sources.composing import (
    compose_json,
    compose_text,
    compose_xml,
    is_deep,
    parse_json,
)
from data_access.sources.delimited import ROW_TEXT, read_frame
from data_access.sources.unpacking import MAX_BYTES, gunzip
from language import Told, told

MAX_TREE_BYTES = 64 * 1024 * 1024  # of XML, HTML and JSON, which take ten times that in memory
MAX_LINE = 1024 * 1024  # characters of one line of a table or log
MAX_DEPTH = 200  # of nested XML elements
JSON, XML = told("JSON"), told("XML")
_SHOWN = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Payload:
    """The unpacked bytes of one file; `name` is how it is called in messages and source_refs."""

    name: str
    content: bytes

    def text(self, *, encodings: Sequence[str] = ("utf-8",), html: bool = False) -> str:
        """Return the text, NFC, without a byte order mark; a mark decides over `encodings`.

        Raises SourceUnreadable when no encoding fits, SourceWrongFormat for a web page unless
        `html` is expected.
        """
        for mark, encoding in _MARKS:
            if self.content.startswith(mark):
                encodings = (encoding,)
                break
        text = self._decoded(encodings)
        if not text.strip():
            raise SourceEmpty(told("nothing but white space"), self.name, told("data"))
        if "\0" in text:
            raise SourceUnreadable(
                told("binary content"),
                self.name,
                told("text in {encodings}", encodings=" or ".join(encodings)),
            )
        if not html and _is_web_page(text):
            raise SourceWrongFormat(
                told("a web page ({found})", found=_start(text)), self.name, told("data")
            )
        return self._counted(compose_text(text))

    def _decoded(self, encodings: Sequence[str]) -> str:
        for encoding in encodings:
            try:
                return self.content.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                last = error
        found = told(
            "bytes that are no {encodings} (at byte {start})",
            encodings=" or ".join(encodings),
            start=last.start,
        )
        raise SourceUnreadable(
            found, self.name, told("text in {encodings}", encodings=" or ".join(encodings))
        ) from last

    def lines(self) -> list[str]:
        """Return the lines of a log, without their ends; bytes that are no UTF-8 become U+FFFD.

        A line feed ends a line and nothing else does: what Unicode also calls the end of one may
        stand in a message, where it must neither cut that nor forge another. Raises SourceError for
        what is no log.
        """
        text = self.content.decode("utf-8", errors="replace").removeprefix("\ufeff")
        if not text.strip():
            raise SourceEmpty(told("nothing but white space"), self.name, told("lines of text"))
        if text.count("\0") + text.count("\ufffd") > len(text) // 20:
            raise SourceUnreadable(told("binary content"), self.name, told("lines of text"))
        if _is_web_page(text):
            raise SourceWrongFormat(
                told("a web page ({found})", found=_start(text)), self.name, told("lines of text")
            )
        text = self._counted(compose_text(text))
        lines = text.removesuffix("\n").split("\n")
        return [line.removesuffix("\r") for line in lines] if "\r" in text else lines

    def json(self) -> Any:
        """Return the parsed JSON; raises SourceWrongFormat when it is none.

        NaN and Infinity are no JSON, but what some systems write: as numbers they spoil one row.
        """
        self._bound_tree()
        return self._document(self.text())

    def _document(self, text: str) -> Any:
        document = self._parsed(text)
        if (taken := notes()) is not None:
            taken.tree(self.name, document)
        return document

    def _parsed(self, text: str) -> Any:
        try:
            return self._counted(parse_json(text))
        except orjson.JSONDecodeError as error:
            if _LOOSE.search(text) is not None:
                with suppress(ValueError, RecursionError):
                    loose = json.loads(text, parse_int=_integer)
                    if not is_deep(loose, text):
                        return self._counted(compose_json(loose))
            raise SourceWrongFormat(
                told("no JSON ({error})", error=error), self.name, told("a JSON document")
            ) from error

    def documents(self) -> tuple[list[Any], list[Rejected]]:
        """Return the one JSON document, or one of every line (JSON Lines) and the lines refused.

        Raises SourceWrongFormat when it is neither.
        """
        self._bound_tree()
        text = self.text()
        try:
            return [self._document(text)], []
        except SourceWrongFormat:
            written = text.split("\n")  # and not where JSON may have U+2028 in a text
            lines = [line for line in written if line.strip()]
            if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines[:2]):
                raise
        found: list[Any] = []
        refused: list[Rejected] = []
        for number, line in enumerate(written, start=1):
            try:
                if line.strip():
                    found.append(self._counted(parse_json(line)))
            except orjson.JSONDecodeError as error:
                detail = told("no JSON ({error})", error=error)
                refused.append(
                    Rejected(f"{self.name}:{number}", "badLine", detail, line[:ROW_TEXT])
                )
        if not found:
            raise SourceWrongFormat(told("lines of which none is JSON"), self.name, JSON)
        return found, refused

    def xml(self) -> Element:
        """Return the root element. Document types, entities and external things are refused."""
        self._bound_tree()
        if not self.content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
            raise SourceWrongFormat(
                told("no XML ({found})", found=_start(self._shown())), self.name, XML
            )
        if _is_web_page(self._shown()):
            raise SourceWrongFormat(
                told("a web page ({found})", found=_start(self._shown())), self.name, XML
            )
        try:
            root = defusedxml.ElementTree.fromstring(self.content, forbid_dtd=True)
        except DefusedXmlException as error:
            found = told("XML with a document type or entities ({name})", name=type(error).__name__)
            raise SourceTooBig(found, self.name, told("XML without any")) from error
        except (ParseError, ValueError, LookupError, RecursionError) as error:
            raise SourceUnreadable(
                told("broken XML ({error})", error=error), self.name, XML
            ) from error
        if _is_deep(root):
            raise SourceTooBig(
                told("more than {most} nested elements", most=MAX_DEPTH), self.name, XML
            )
        root = self._counted(compose_xml(root))
        if (taken := notes()) is not None and taken.columns:
            taken.elements(self.name, _named(root))
        return root

    def table(
        self,
        columns: Sequence[str],
        *,
        expected: Told,
        optional: Sequence[str] = (),
        encodings: Sequence[str] = ("utf-8",),
        sort: str = "",
    ) -> tuple[pd.DataFrame, list[Rejected]]:
        """Return a CSV table whose cells are text, and its lines with too many cells.

        Only `columns` and those `optional` ones there are. The index of the frame is the line
        number. `sort` tells it from other tables of what is expected: each has its own schema.
        Raises SourceWrongFormat unless it has all `columns`.
        """
        text = self.text(encodings=encodings)
        self.check_lines(text)
        frame, refused = read_frame(text, self.name, expected)
        names = [str(name).strip() for name in frame.columns]
        missing = [name for name in columns if name not in names]
        if missing:
            found = told(
                "columns {names}; no {missing}",
                names=", ".join(names)[:200],
                missing=", ".join(missing),
            )
            raise SourceWrongFormat(found, self.name, expected)
        frame.columns = pd.Index(names)
        wanted = dict.fromkeys([*columns, *(name for name in optional if name in names)])
        table = frame.loc[:, ~frame.columns.duplicated()][list(wanted)]
        if (taken := notes()) is not None:
            some = table.iloc[:: max(1, len(table) // SAMPLE)]
            cells = {str(name): some[name].astype(str).tolist() for name in some.columns}
            taken.table(self.name, sort or expected, cells, names)
        return table, refused

    def check_lines(self, text: str) -> None:
        """Raise SourceTooBig when a line is absurdly long."""
        if len(text) <= MAX_LINE:
            return
        at = 0
        while at + MAX_LINE < len(text):
            end = text.rfind("\n", at, at + MAX_LINE)
            if end < 0:
                found = told("a line of more than {most} characters", most=MAX_LINE)
                raise SourceTooBig(found, self.name, told("lines of a table or log"))
            at = end + 1

    def _counted(self, composed: tuple[T, int]) -> T:
        """Return what was composed, having noted how much of it was not."""
        made, count = composed
        if count and (taken := notes()) is not None:
            taken.denormal[self.name] += count
        return made

    def _bound_tree(self) -> None:
        if len(self.content) > MAX_TREE_BYTES:
            found = told("{size} bytes", size=len(self.content))
            raise SourceTooBig(
                found, self.name, told("at most {most} bytes of XML or JSON", most=MAX_TREE_BYTES)
            )

    def _shown(self) -> str:
        return self.content[:512].decode("utf-8", errors="replace")


def good_files(
    files: Sequence[Path], parse: Callable[[Path], T], refused: list[Rejected]
) -> Iterator[T]:
    """Yield each file parsed; a file that cannot be read goes to `refused` and stops no other.

    Raises the first SourceError when not one file could be read.
    """
    first: SourceError | None = None
    good = 0
    for path in files:
        try:
            parsed = parse(path)
        except SourceError as error:
            first = first or error
            refused.append(Rejected(path.name, "unreadableFile", error.told))
            continue
        good += 1
        yield parsed
    if first is not None and not good:
        raise first


def first_line(path: Path) -> str:
    """Return the first line of a text file, "" when there is none to be read."""
    try:
        with path.open("rb") as file:
            start = file.read(65536)
    except OSError:
        return ""
    if start.startswith(b"\x1f\x8b"):
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, 65536)
        except zlib.error:
            return ""
    lines = start.decode("utf-8-sig", errors="replace").splitlines()
    return lines[0] if lines else ""


def load(path: Path, *, limit: int = MAX_BYTES, zipped: bool = False) -> Payload:
    """Read a file whole, unpacking gzip by its content; raises SourceError.

    `zipped`: the format may be a zip archive (data_access/sources/archive.py).
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise SourceEmpty(told("no bytes"), path.name, told("data"))
        if size > limit:
            raise SourceTooBig(
                told("{size} bytes", size=size), path.name, told("at most {most} bytes", most=limit)
            )
        content = path.read_bytes()
    except OSError as error:
        found = told("unreadable ({why})", why=error.strerror or error)
        raise SourceUnreadable(found, path.name, told("a readable file")) from error
    if content.startswith(b"\x1f\x8b"):
        content = gunzip(content, path.name, limit)
    if content.startswith(b"PK\x03\x04") and not zipped:
        raise SourceWrongFormat(
            told("a zip archive"), path.name, told("the file itself, or gzip of it")
        )
    if not content:
        raise SourceEmpty(told("an archive of nothing"), path.name, told("data"))
    return Payload(path.name, content)


_LOOSE = re.compile(r"[:\[,]\s*(?:NaN|-?Infinity)\b")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def _named(root: Element) -> Iterator[tuple[str, str]]:
    """Yield the names, without their namespaces, of elements and attributes with their texts."""
    for element in root.iter():
        yield str(element.tag).rpartition("}")[2], element.text or ""
        for name, text in element.attrib.items():
            yield name.rpartition("}")[2], text


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _is_web_page(text: str) -> bool:
    start = text[:2048].lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<?xml"):
        start = start.partition("?>")[2].lstrip()
    return start.startswith(("<!doctype html", "<html", "<head", "<body"))


def _start(text: str) -> str:
    return repr(" ".join(text[:_SHOWN].split()))


def _is_deep(root: Element) -> bool:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True

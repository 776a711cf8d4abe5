"""Real payloads as other systems spoil them: whole documents, each with a few things gone wrong.

What is done to a document keeps it one (JSON, XML, a table, text of protobuf), so that what is
wrong is found by who reads its fields, not by the parser before.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

WORDS: tuple[Any, ...] = (
    None, "", " ", "-", "null", "NaN", "N/A", "0", "-1", "1e999", "1.234,5", "12 %", "٣٤", "１２",
    "9" * 400, "-0", "0x1F", "true", "đã đóng", "Закрыто", "مغلق", "関", "a\u0301" * 3, "\u202e1",
    "x" * 5000, "<b>", "a|b=c", "\\", "1970-01-01", "0203-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "2026-02-30", "2026-06-31T25:61:00+07:00", "2026-06-01T00:00:00+19:00", "31/12/2026",
    "2026-W53", "1785567720000", "-62135596800", "2026-06-01T00:00:00,5", "2026-06-01T00:00:00Z/..",
    "12:60", "-00:00", "POINT(1 2)", "[1,2]", "{}", "\t", "urn:x:", "00004@2025-07-01", "../../etc",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *WORDS, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63), 10**30, 1e308, -1e308, 5e-324, 0.1, True,
    False, [], {}, [None], [[]], [{}], {"value": None}, {"": ""},
    {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": [None, None]},
    {"type": "Point", "coordinates": ["a", 1e400]},
    {"value": {"value": {"value": 1}}}, [1, "2", None, {"a": 1}],
)  # fmt: skip

Mutation = Callable[[bytes, random.Random], bytes]


def mutations(content: bytes) -> list[Mutation]:
    """Return what can be done to a file of this content, the encodings last."""
    found: list[Mutation] = []
    if _is_json(content):
        found += [json_changed] * 3
    elif _is_xml(content):
        found += [xml_changed] * 3
    elif _is_text(content):
        found += [lines_changed, cells_changed, tokens_changed]
    if _is_text(content):
        found += [encoded]
    return found


def json_changed(content: bytes, chance: random.Random) -> bytes:
    """Change some places of JSON, or of some of its lines."""
    text = content.decode("utf-8-sig")
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [each for line in text.splitlines() if (each := _parsed(line)) is not None]
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(documents))
        documents[at] = _tree_changed(documents[at], chance)
    is_ascii = chance.random() < 0.3
    text = "\n".join(json.dumps(each, ensure_ascii=is_ascii) for each in documents)
    return text.encode("utf-8", "surrogatepass")


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None  # one that is spoiled already


def _tree_changed(tree: Any, chance: random.Random) -> Any:
    """Return a tree with one place changed."""
    holder = [copy.deepcopy(tree)]
    places = list(_places(holder))
    where, key = chance.choice(places)
    there = where[key]
    match chance.randrange(7):
        case 0 | 1:
            where[key] = copy.deepcopy(chance.choice(VALUES))
        case 2 if where is not holder:
            del where[key]
        case 3 if isinstance(where, list):
            where.insert(key, copy.deepcopy(there))  # twice
        case 4 if isinstance(there, list):
            chance.shuffle(there)
        case 5 if isinstance(there, str | int | float):
            where[key] = str(there) if not isinstance(there, str) else [there]
        case 6 if isinstance(where, dict):  # a name in another case, as another version writes it
            where[str(key).upper() if chance.random() < 0.5 else f"{key}_v2"] = where.pop(key)
        case _:
            where[key] = [there] if chance.random() < 0.5 else {"value": there}
    return holder[0]


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def xml_changed(content: bytes, chance: random.Random) -> bytes:
    """Change some elements of XML."""
    root = ElementTree.fromstring(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        parents = [each for each in root.iter() if len(each)] or [root]
        parent = chance.choice(parents)
        element = chance.choice(list(parent) or [root])
        match chance.randrange(8):
            case 0 | 1:
                element.text = _printable(chance.choice(WORDS))
            case 2 if element in list(parent):
                parent.remove(element)
            case 3:
                parent.append(copy.deepcopy(element))
            case 4:
                children = list(parent)
                chance.shuffle(children)
                parent[:] = children
            case 5 if element.attrib:
                name = chance.choice(list(element.attrib))
                element.attrib[name] = _printable(chance.choice(WORDS)) or ""
            case 6 if element.attrib:
                del element.attrib[chance.choice(list(element.attrib))]
            case _:
                element.tag = f"{element.tag}x" if chance.random() < 0.5 else element.tag.upper()
                element.text = None
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=chance.random() < 0.5)


def _printable(word: Any) -> str | None:
    if word is None:
        return None
    return "".join(c for c in str(word) if c in "\t\n" or c >= " ")


def lines_changed(content: bytes, chance: random.Random) -> bytes:
    """Leave lines out, say them twice, in another order, or cut off."""
    lines = content.decode("utf-8-sig").split("\n")
    match chance.randrange(5):
        case 0:
            chance.shuffle(lines)
        case 1:
            lines += chance.sample(lines, min(len(lines), 5))
        case 2:
            del lines[chance.randrange(len(lines))]
        case 3:
            lines = [line for line in lines if chance.random() < 0.7]
        case _:
            at = chance.randrange(len(lines))
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
    return "\n".join(lines).encode()


def cells_changed(content: bytes, chance: random.Random) -> bytes:
    """Change cells of a table that commas, semicolons or tabs part."""
    lines = content.decode("utf-8-sig").split("\n")
    by = max(",;\t|", key=lines[0].count)
    for _ in range(chance.choice((1, 2, 10))):
        at = chance.randrange(len(lines))
        cells = lines[at].split(by)
        cells[chance.randrange(len(cells))] = _printable(chance.choice(WORDS)) or ""
        if chance.random() < 0.1:
            chance.shuffle(cells)
        lines[at] = by.join(cells)
    if chance.random() < 0.1:
        other = chance.choice(";\t|")
        lines = [line.replace(by, other) for line in lines]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def tokens_changed(content: bytes, chance: random.Random) -> bytes:
    """Change words of a text without columns: a log, a protobuf text."""
    text = content.decode("utf-8-sig")
    for _ in range(chance.choice((1, 3, 10))):
        words = text.split(" ")
        words[chance.randrange(len(words))] = _printable(chance.choice(WORDS)) or ""
        text = " ".join(words)
    return text.encode("utf-8", "surrogatepass")


def encoded(content: bytes, chance: random.Random) -> bytes:
    """Say the same in another encoding, with other ends of lines, or packed."""
    text = content.decode("utf-8-sig")
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: b"\xef\xbb\xbf" + text.encode(),
        lambda: text.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
        lambda: text.encode("utf-16"),
        lambda: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda: text.encode("cp1252", "replace"),
        lambda: text.encode("cp1258", "replace"),
        lambda: unicodedata.normalize("NFD", text).encode(),
        lambda: gzip.compress(text.encode()),
        lambda: text.replace("\n", "\r").encode(),
        lambda: text.encode() + b"\x1a",
        lambda: text.encode() + b"\0",
    )
    return chance.choice(ways)()


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def _is_json(content: bytes) -> bool:
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"{", b"["):
        return False
    try:
        json.loads(content.decode("utf-8-sig"))
    except ValueError:
        lines = content.decode("utf-8-sig").splitlines()
        return len(lines) > 1 and all(line.startswith("{") for line in lines if line.strip())
    return True


def _is_xml(content: bytes) -> bool:
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return False
    try:
        ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return False
    return True

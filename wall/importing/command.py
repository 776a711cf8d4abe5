"""`python app.py wall import`: one file in, one wall file out, or one sentence why not."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from wall.configuration import ID_PATTERN
from wall.errors import ImportRefused
from wall.importing.recognition import MOST_BYTES, draft_of
from wall.importing.writing import to_set, written

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What was typed: `file` may be `-`; without `output` the wall file goes to the screen."""

    file: str
    wall_id: str | None = None
    output: Path | None = None
    surface: int | None = None


def import_file(order: ImportOrder) -> str:
    """Import a file; return what to print: the wall file, or what was written and is to be set.

    Raises ImportRefused. An existing file is never written over.
    """
    data = _read(order.file)
    name = "standard input" if order.file == STANDARD_INPUT else Path(order.file).name
    wall_id = _wall_id(order)
    try:
        draft = draft_of(data, surface=order.surface)
        text = written(draft, wall_id=wall_id, file_name=name)
    except ImportRefused as problem:
        raise ImportRefused(f"{order.file}: {problem}") from problem
    if order.output is None:
        return text
    try:
        _write_new(order.output, text)
    except FileExistsError:
        raise ImportRefused(
            f"{order.output} is there already; remove it or name another with --output"
        ) from None
    except OSError as error:
        raise ImportRefused(f"{order.output} cannot be written: {error.strerror}") from error
    notes = "".join(f"\n- {each}" for each in draft.notes)
    return (
        f"{order.output} is written. Look at what is marked SET: {', '.join(to_set(text))}.{notes}"
    )


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there, whole or not at all; raises OSError."""
    file = path.open("x", encoding="utf-8")
    try:
        with file:
            file.write(text)
    except OSError:  # a full disk
        path.unlink()
        raise


def _read(file: str) -> bytes:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    path = Path(file)
    try:
        if path.exists() and not path.is_file():
            raise ImportRefused(f"{file}: is no file")
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = error.strerror if isinstance(error, OSError) else "is no file name"
        raise ImportRefused(f"{file}: cannot be read: {why}") from error


def _wall_id(order: ImportOrder) -> str:
    """Return --id, else the name of --output, else one made from the file's name."""
    output = order.output
    stem = output.stem if output is not None else None
    wall_id = order.wall_id or stem or _slug(Path(order.file).stem)
    if not re.fullmatch(ID_PATTERN, wall_id):
        raise ImportRefused(
            f"{wall_id!r} cannot be a wall's id, expected letters, digits, - and _; name one: --id"
        )
    if output is not None and output.name != f"{wall_id}.toml":
        raise ImportRefused(f"wall {wall_id!r} must stand in a file {wall_id}.toml, not {output}")
    return wall_id


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:64].strip("-") or "wall"

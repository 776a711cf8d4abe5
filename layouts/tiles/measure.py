"""How wide a text will be, so that sizes are chosen before anything is drawn.

Advance widths are those of Noto Sans (thousandths of the size), read from the face itself; tone
marks have no width of their own. Not for heights: lines are multiples of a quarter unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

ELLIPSIS = "…"
CLAUSES = ("; ", " · ", ", ")  # what stands between parts of a sentence that may be left out
SLACK = 1.03  # rounding of glyph positions, and faces a little wider than the measured one

# Widths of the face (its `wdth` axis at 100, 87.5 and 75 %), as shares of the full width.
FACES = {"": 1.0, "semi": 0.92, "slim": 0.84}

# Characters from U+0020 to U+007E in order, then the ones of `_MORE`.
_REGULAR = (
    "260 269 408 646 572 831 732 225 300 300 551 572 268 322 268 372 572 572 572 572 572 572 572 "
    "572 572 572 268 268 572 572 572 434 899 639 650 632 730 556 519 728 741 339 273 619 524 907 "
    "760 781 605 781 622 549 556 731 600 930 586 566 572 329 372 329 572 444 281 561 615 480 615 "
    "564 344 615 618 258 258 534 258 935 618 605 615 615 413 479 361 618 508 786 529 510 470 380 "
    "551 380 572"
)
_BOLD = (
    "260 286 472 646 572 901 750 266 339 339 545 572 285 322 285 413 572 572 572 572 572 572 572 "
    "572 572 572 285 285 572 572 572 477 897 690 672 637 740 560 549 724 765 389 331 664 565 943 "
    "813 796 628 796 660 551 579 756 650 967 667 624 579 331 413 331 572 411 362 604 633 514 633 "
    "591 387 633 657 305 305 620 305 982 657 619 633 633 454 497 434 657 569 856 578 569 488 394 "
    "551 394 572"
)
_MORE = "đĐơƠưƯ·–—…°µ²³×→↑↓▲▼•“”‘’−≥≤±\u00a0\u202f"
_MORE_REGULAR = (
    "617 730 616 784 674 780 268 500 1000 791 428 623 350 350 572 1000 500 500 990 990 376 359 "
    "359 175 175 564 549 549 572 260 166"
)
_MORE_BOLD = (
    "649 740 679 825 760 885 285 500 1000 855 428 660 379 379 572 1000 500 500 990 990 376 445 "
    "445 217 217 570 549 549 572 260 166"
)
_UNKNOWN = 800


def _table(basic: str, more: str) -> dict[str, int]:
    widths = {chr(32 + i): int(width) for i, width in enumerate(basic.split())}
    widths.update(zip(_MORE, map(int, more.split()), strict=True))
    return widths


_WIDTHS = {False: _table(_REGULAR, _MORE_REGULAR), True: _table(_BOLD, _MORE_BOLD)}


@lru_cache(maxsize=8192)
def ems(text: str, bold: bool = False) -> float:
    """Return the width of `text` in multiples of its size."""
    widths = _WIDTHS[bold]
    total = 0
    for character in text:
        width = widths.get(character)
        total += _marked(character, widths) if width is None else width
    return total * SLACK / 1000


def width_u(text: str, size_u: float, *, bold: bool = False) -> float:
    """Return the width of `text` in units when set at `size_u`."""
    return ems(text, bold) * size_u


@dataclass(frozen=True, slots=True)
class Setting:
    """A size and a width of the face: the same letters, drawn narrower, stay as high."""

    size_u: float
    face: str = ""  # a name of FACES

    @property
    def class_name(self) -> str:
        """The classes of this setting; sizes are named by cap height in minutes of arc."""
        return f"type-{round(self.size_u * 20)}" + (f" face-{self.face}" if self.face else "")


def settings(*sizes_u: float) -> tuple[Setting, ...]:
    """Return every face at each size, the widest first."""
    return tuple(Setting(size, face) for size in sizes_u for face in FACES)


def fit(
    text: str, width: float, choices: Sequence[Setting], *, bold: bool = False
) -> Setting | None:
    """Return the first of `choices` in which `text` is at most `width` units, None when none is."""
    one = ems(text, bold)
    return next((c for c in choices if one * c.size_u * FACES[c.face] <= width), None)


def cut(text: str, width: float, size_u: float, *, bold: bool = False, face: str = "") -> str:
    """Return `text`, or as much of it as fits into `width` units with an ellipsis."""
    width /= FACES[face]
    if width_u(text, size_u, bold=bold) <= width:
        return text
    room = width - width_u(ELLIPSIS, size_u, bold=bold)
    for end in range(len(text) - 1, 0, -1):
        kept = text[:end].rstrip(" ,;·-–(")
        if width_u(kept, size_u, bold=bold) <= room:
            return kept + ELLIPSIS
    return ELLIPSIS


def wrap(
    text: str, width: float, size_u: float, *, lines: int = 2, bold: bool = False, face: str = ""
) -> list[str]:
    """Break `text` at blanks into at most `lines` lines of `width` units; the last one is cut."""
    words = text.split(" ")
    broken: list[str] = []
    while words and len(broken) < lines:
        if len(broken) == lines - 1:
            broken.append(cut(" ".join(words), width, size_u, bold=bold, face=face))
            break
        line = words.pop(0)
        while words and width_u(f"{line} {words[0]}", size_u, bold=bold) * FACES[face] <= width:
            line = f"{line} {words.pop(0)}"
        broken.append(cut(line, width, size_u, bold=bold, face=face))
    return broken


def whole_clauses(text: str, width: float, size_u: float, *, lines: int) -> list[str]:
    """Break `text` as `wrap` does, without the last of its clauses where a line would be cut."""
    kept = text
    while True:
        broken = wrap(kept, width, size_u, lines=lines)
        if not any(line.endswith(ELLIPSIS) for line in broken):
            return broken
        shorter = max(kept.rfind(between) for between in CLAUSES)
        if shorter <= 0:
            return broken
        kept = kept[:shorter]


def _marked(character: str, widths: dict[str, int]) -> int:
    """Return the width of a letter with marks: that of the letter it is built on."""
    marks = unicodedata.normalize("NFD", character)
    horned = unicodedata.normalize(
        "NFC", "".join(m for m in marks if m == marks[0] or m == "\u031b")
    )
    if unicodedata.combining(character):
        return 0
    return widths.get(horned, widths.get(marks[0], _UNKNOWN))

"""The sheet every document is set on: one face, few sizes, and what it is of on every page's foot.

The same values give the same bytes. Noto Sans has all of Vietnamese; of its variable file a PDF has
the regular weight, so that rank is told by size and ink, not by weight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import fontpkg_noto_sans
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

FACE = "NotoSans"
FILE = "NotoSans[wdth,wght].ttf"
INK, QUIET, RULE = HexColor("#14181d"), HexColor("#55606c"), HexColor("#c3cad2")
INKS: dict[str, Color] = {  # of states, dark enough for paper
    "critical": HexColor("#b3261e"),
    "warning": HexColor("#a34a00"),
    "caution": HexColor("#7a5c00"),
    "information": HexColor("#1b5e92"),
    "normal": QUIET,
}
MARGIN = 18 * mm
FOOT = 16 * mm
FOOT_PT = 7.5
_SIZES = {"title": (18, 23), "heading": (11.5, 15), "body": (10, 14.5), "small": (8, 11)}


def style(name: str, *, ink: Color = INK, space_before: float = 0, space_after: float = 3,
          indent: float = 0) -> ParagraphStyle:  # fmt: skip
    """Return a style: title, heading, body or small; spaces and indent in points."""
    size, leading = _SIZES[name]
    _register()
    return ParagraphStyle(
        name,
        fontName=FACE,
        fontSize=size,
        leading=leading,
        textColor=ink,
        spaceBefore=space_before,
        spaceAfter=space_after,
        leftIndent=indent,
    )


def paragraph(words: str, styled: ParagraphStyle) -> Paragraph:
    """Return a paragraph of plain words: what stands in them is no markup."""
    return Paragraph(escape(words), styled)


def document(story: Sequence[Flowable], *, title: str, foot: Sequence[str]) -> bytes:
    """Return an A4 document of `story`; `foot` stands on each page beside its number."""
    _register()
    kept = BytesIO()
    made = SimpleDocTemplate(
        kept,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + FOOT,
        title=title,
        invariant=1,
    )
    made.build(list(story), canvasmaker=_numbered(foot))
    return kept.getvalue()


def _numbered(foot: Sequence[str]) -> Callable[..., Canvas]:
    """Return a canvas that knows how many pages there are when it writes their feet."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._foot(f"{number}/{len(self._pages)}")
                super().showPage()
            super().save()

        def _foot(self, number: str) -> None:
            width, _ = A4
            top = MARGIN + FOOT - 4 * mm
            self.setStrokeColor(RULE)
            self.setLineWidth(0.5)
            self.line(MARGIN, top, width - MARGIN, top)
            self.setFillColor(QUIET)
            room = width - 2 * MARGIN - 8 * mm  # beside the page's number
            for index, words in enumerate(foot):
                wide = pdfmetrics.stringWidth(words, FACE, FOOT_PT)
                self.setFont(FACE, FOOT_PT * min(1.0, room / wide) if wide else FOOT_PT)
                self.drawString(MARGIN, top - 10 - 10 * index, words)
            self.setFont(FACE, FOOT_PT)
            self.drawRightString(width - MARGIN, top - 10, number)

    return Numbered


@cache
def _register() -> None:
    path = Path(fontpkg_noto_sans.__file__).parent / "files" / FILE
    pdfmetrics.registerFont(TTFont(FACE, str(path)))
    pdfmetrics.registerFontFamily(FACE, normal=FACE, bold=FACE, italic=FACE, boldItalic=FACE)

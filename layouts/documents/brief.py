"""A brief on paper: sentences by group, each with whose numbers they are and how old; its hash."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reportlab.platypus import Flowable, KeepTogether, Paragraph

from analytics.brief.brief import Sentence
from analytics.brief.finding import Finding
from data_access.contracts import GROUPS
from language import datetime_, pick, text
from layouts.documents.brief_words import silence_words, source_words, state_words, wording_words
from layouts.documents.sheet import INKS, QUIET, document, paragraph, style


def brief_document(
    finding: Finding, *, city: str, owner: str, language: str, timezone: str
) -> bytes:
    """Return a brief as a PDF (A4); a draft says on every page that it is one."""
    brief = finding.brief
    title = pick(brief.title, language)
    made = datetime_(brief.made_at_ms, language=language, timezone=timezone)
    state = state_words(finding, language, timezone)
    quiet = style("body", ink=QUIET, space_after=0)
    story: list[Flowable] = [
        paragraph(city, style("small", ink=QUIET, space_after=0)),
        paragraph(title, style("title", space_after=1)),
        paragraph(text("brief.made_at", language, at=made), quiet),
        paragraph(state, quiet if finding.approval else style("body", ink=INKS["warning"])),
    ]
    if brief.origin != "live":
        words = text(f"brief.origin_note.{brief.origin}", language)
        story.append(paragraph(words, style("body", ink=INKS["warning"])))
    if wording := wording_words(finding, language):
        story.append(paragraph(wording, style("small", ink=QUIET)))
    for group in ("", *GROUPS):
        found = [each for each in brief.sentences if each.group == group]
        parts = [_sentence(each, language, timezone) for each in found]
        if parts and group:
            heading = text(f"pages.group.{group}", language)
            parts[0].insert(0, paragraph(heading, style("heading", space_before=8)))
        story += [KeepTogether(each) for each in parts]
    if brief.silences:
        silent = text("brief.silent", language)
        story.append(paragraph(silent, style("heading", space_before=10)))
        story += [
            paragraph(silence_words(each, language, timezone), style("small", ink=QUIET))
            for each in brief.silences
        ]
    foot = (
        f"{city} · {owner}",
        f"{title} · {state}",
        text("brief.hash", language, digest=finding.digest),
    )
    return document(story, title=f"{title} {made}", foot=foot)


def _sentence(sentence: Sentence, language: str, timezone: str) -> list[Flowable]:
    said = escape(sentence.text(language))
    if sentence.status not in ("normal", "information"):
        word = escape(text(f"tiles.status.{sentence.status}", language))
        ink = INKS[sentence.status].hexval().replace("0x", "#")
        said = f'<font color="{ink}">{word}</font> · {said}'
    return [
        Paragraph(said, style("body", space_after=0)),
        paragraph(
            source_words(sentence, language, timezone), style("small", ink=QUIET, space_after=5)
        ),
    ]

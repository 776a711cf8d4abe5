"""A brief as it is read on the page: by group, each sentence with whose it is and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from analytics.brief.brief import Brief, Sentence
from analytics.brief.finding import Finding, mark_of
from data_access.contracts import GROUPS
from language import datetime_, pick, text
from layouts.documents.brief_words import silence_words, source_words, state_words, wording_words
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.tiles.anatomy import status_word


class Shown(Protocol):
    """What of the page's place this needs."""

    @property
    def kind(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def is_draft(self) -> bool: ...


def brief_text(finding: Finding | None, place: Shown, *, setting: Setting) -> list[Component]:
    """Return the brief in the place's language, or why there is none."""
    language = place.language
    if finding is None:
        key = "brief.none.draft" if place.is_draft else f"brief.none.{place.kind}"
        return [html.P(text(key, setting.language), className="quiet brief-none")]
    brief = finding.brief
    made = datetime_(brief.made_at_ms, language=language, timezone=setting.timezone)
    state = state_words(finding, language, setting.timezone)
    parts: list[Component] = [
        html.H2(pick(brief.title, language)),
        html.P(
            [
                html.Span(text("brief.made_at", language, at=made)),
                html.Span(state, className="ink-warning" if finding.is_draft else ""),
            ],
            className="brief-state",
        ),
    ]
    if brief.origin != "live":
        words = text(f"brief.origin_note.{brief.origin}", language)
        parts.append(html.P([icon("bi-info-circle"), html.Span(words)], className="brief-origin"))
    if words := wording_words(finding, language):
        parts.append(html.P(words, className="quiet"))
    for group in ("", *GROUPS):
        found = [each for each in brief.sentences if each.group == group]
        if found:
            parts.append(_group(finding, group, found, language, setting))
    parts += _silences(brief, language, setting)
    parts.append(
        html.P(text("brief.hash", language, digest=finding.digest), className="quiet brief-hash")
    )
    return parts


def _group(
    finding: Finding,
    group: str,
    sentences: Sequence[Sentence],
    language: str,
    setting: Setting,
) -> Component:
    heading = [html.H3(text(f"pages.group.{group}", language))] if group else []
    listed = html.Ul(
        [html.Li(_sentence(finding, each, language, setting)) for each in sentences],
        className="brief-sentences",
    )
    return html.Section([*heading, listed])


def _sentence(
    finding: Finding, sentence: Sentence, language: str, setting: Setting
) -> list[Component]:
    said = html.P(
        [*status_word(sentence.status, language), *_words(finding, sentence, language)],
        className="brief-said",
    )
    told = source_words(sentence, language, setting.timezone)
    about = html.P(told, className="quiet brief-about")
    return [html.Div([said, about]), *_rows_key(finding, sentence, setting)]


def _words(finding: Finding, sentence: Sentence, language: str) -> Iterator[Component | str]:
    for piece in sentence.pieces[language]:
        if piece.figure is None:
            yield piece.words
        else:
            mark = mark_of(finding, sentence, piece.figure)
            yield html.Span(piece.words, className="brief-figure", **attrs(data_figure=mark))


def _rows_key(finding: Finding, sentence: Sentence, setting: Setting) -> list[Component]:
    """Return the key to the passport of a sentence's first figure; none of one without any."""
    if not sentence.figures:
        return []
    mark = mark_of(finding, sentence, 0)
    name = pick(sentence.figures[0].number["label"], setting.language)
    return [
        html.Button(
            [icon("bi-table"), html.Span(text("brief.page.sources", setting.language))],
            className="key brief-rows",
            **attrs(
                data_passport=mark,
                aria_label=text("brief.page.rows", setting.language, figure=name),
            ),
        )
    ]


def _silences(brief: Brief, language: str, setting: Setting) -> list[Component]:
    if not brief.silences:
        return []
    listed = [html.Li(silence_words(s, language, setting.timezone)) for s in brief.silences]
    heading = html.H3(text("brief.silent", language))
    return [html.Section([heading, html.Ul(listed, className="brief-silent quiet")])]

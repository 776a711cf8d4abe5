"""One dataset of the catalogue, whole: who answers, from where and when, on what terms, what stands
in it, how good it is, who used it. What nobody has said is said to be missing.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data_access.contracts import DatasetContract, Indicator
from data_access.envelope import Text
from data_access.promises import CRITERIA, FieldSpec
from language import has, number, period, pick, text, unit_name
from layouts.pages.attributes import attrs
from layouts.pages.catalogue import BELOW_MARK, Listed, instant, state_words
from layouts.pages.data_page import Link, data_page
from layouts.pages.lineage import lineage_href
from layouts.pages.shell import Setting, icon, say

FIELD_HEADS = ("field", "type", "unit", "range")
Fact = tuple[str, str | None]  # the name of a fact, and its words; None: nobody has said


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who answers for a dataset."""

    owner: Text
    steward: Text | None
    deputy: Text | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Who used a dataset lately: `minutes` in which it was looked at, `refused` questions."""

    who: str
    role: str
    place: str
    minutes: int
    refused: int
    last_at_ms: float


def page(
    listed: Listed,
    contract: DatasetContract,
    answerable: Answerable,
    *,
    scores: Mapping[str, float | None],
    usages: Sequence[Usage],
    days: int,
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the page of a dataset; `usages` are of the last `days`, the newest first."""
    return data_page(
        "",
        _keys(contract, setting),
        [
            html.Div(
                [
                    _section(
                        "who",
                        [
                            html.H2(pick(contract.name, setting.language), className="entry-name"),
                            html.P(html.Code(contract.id)),
                            _facts(_who(answerable, setting), setting),
                            html.H3(say("catalogue.terms", setting)),
                            _facts(_terms(contract, setting), setting),
                        ],
                        setting,
                    ),
                    _section(
                        "how",
                        [
                            html.H2(say("catalogue.how", setting)),
                            _facts(_how(listed, contract, now_ms, setting), setting),
                            html.H3(say("catalogue.scores", setting)),
                            _scores(scores, contract, setting),
                        ],
                        setting,
                    ),
                    _section(
                        "fields",
                        [
                            html.H2(say("catalogue.fields", setting)),
                            _fields(contract, setting),
                        ],
                        setting,
                    ),
                    _section(
                        "uses",
                        [
                            html.H2(say("catalogue.uses", setting, days=days)),
                            _uses(usages, now_ms, setting),
                        ],
                        setting,
                    ),
                ],
                className="entry-body",
            ),
        ],
        link=link,
        setting=setting,
    )


def _keys(contract: DatasetContract, setting: Setting) -> list[Component]:
    return [
        html.A(
            [icon("bi-diagram-3"), html.Span(say("catalogue.way", setting))],
            href=lineage_href(contract.id),
            className="key",
        ),
        html.A(
            [icon("bi-clipboard-check"), html.Span(say("catalogue.behind", setting))],
            href=f"/data/quality?dataset={contract.id}&criterion={CRITERIA[0]}",
            className="key",
        ),
        html.A(
            [icon("bi-download"), html.Span("DCAT-AP")],
            href=f"/api/datasets/{contract.id}",
            className="key",
            title=say("catalogue.export_one", setting),
            **attrs(aria_label=say("catalogue.export_one", setting)),
        ),
    ]


def _section(name: str, children: Sequence[Component], setting: Setting) -> Component:
    return html.Section(
        children,
        className=f"scroll panel entry-{name}",
        tabIndex="0",
        **attrs(aria_label=say(f"catalogue.part.{name}", setting)),
    )


def _facts(facts: Sequence[Fact], setting: Setting) -> Component:
    parts: list[Component] = []
    for name, words in facts:
        parts.append(html.Dt(say(f"catalogue.fact.{name}", setting)))
        if words is None:
            unsaid = say("catalogue.unsaid", setting)
            parts.append(html.Dd([icon("bi-question-circle"), unsaid], className="is-unsaid"))
        else:
            parts.append(html.Dd(words))
    return html.Dl(parts, className="entry-facts")


def _who(answerable: Answerable, setting: Setting) -> list[Fact]:
    def words(text: Text | None) -> str | None:
        return None if text is None else pick(text, setting.language)

    return [
        ("owner", words(answerable.owner)),
        ("steward", words(answerable.steward)),
        ("deputy", words(answerable.deputy)),
        ("phone", answerable.phone),
    ]


def _terms(contract: DatasetContract, setting: Setting) -> list[Fact]:
    level = say(f"level.{contract.classification.level}", setting)
    parts = sorted(contract.classification.compartments)
    compartments = [_compartment(each, setting) for each in parts]
    release: list[Fact] = []
    if contract.release is not None:
        delay = period(contract.release.delay, language=setting.language)
        words = say("catalogue.released", setting, delay=delay)
        release = [("release", " · ".join([words, *contract.release.fields]))]
    return [
        ("level", " · ".join([level, *compartments])),
        *release,
        ("share", None if contract.share is None else say(f"share.{contract.share}", setting)),
        ("licence", contract.licence),
        ("retention", period(contract.retention, language=setting.language)),
    ]


def _compartment(name: str, setting: Setting) -> str:
    key = f"pages.compartment.{name}"
    return text(key, setting.language) if has(key) else name


def _how(listed: Listed, contract: DatasetContract, now_ms: float, setting: Setting) -> list[Fact]:
    language = setting.language
    nothing = say("catalogue.nothing", setting)
    record = contract.system_of_record
    ways = [say(f"way.{each}", setting) for each in contract.source.ways]
    return [
        ("record", None if record is None else pick(record, language)),
        ("format", " · ".join([contract.source.format, *(ways or [say("way.files", setting)])])),
        ("state", state_words(listed.state, listed.origin, setting)),
        ("cadence", period(contract.cadence, language=language)),
        ("at", instant(listed.at_ms, now_ms, setting) or nothing),
        ("due", instant(listed.due_ms, now_ms, setting) or nothing),
        ("stale", period(contract.stale_after, language=language)),
        ("key", " · ".join(contract.key_columns)),
    ]


def _scores(
    scores: Mapping[str, float | None], contract: DatasetContract, setting: Setting
) -> Component:
    """Return the six scores as bars with their floors; one below it says so by a mark too."""
    items: list[Component] = []
    for criterion in CRITERIA:
        score, floor = scores.get(criterion), contract.floors.of(criterion)
        is_below = score is not None and score < floor
        written = number(score, "%", decimals=1, language=setting.language)
        least = number(floor, "%", language=setting.language)
        items.append(
            html.Li(
                [
                    html.Span(say(f"criterion.{criterion}", setting)),
                    html.Span(
                        [
                            html.I(style={"width": f"{score or 0:.1f}%"}, className="score-fill"),
                            html.I(style={"left": f"{floor:.1f}%"}, className="score-floor"),
                        ],
                        className="score-track",
                        **attrs(aria_hidden="true"),
                    ),
                    html.Strong([icon(BELOW_MARK) if is_below else None, written]),
                    html.Span(say("catalogue.floor", setting, floor=least), className="quiet"),
                ],
                className="score-row" + (" is-below" if is_below else ""),
            )
        )
    return html.Ul(items, className="score-rows")


def _fields(contract: DatasetContract, setting: Setting) -> Component:
    found = [_indicator(code, each, setting) for code, each in contract.indicators.items()]
    found += [_field(code, each, setting) for code, each in contract.fields.items()]
    if contract.statuses:
        statuses = " · ".join(contract.statuses)
        found.insert(0, _line("", "status", say("type.text", setting), "", statuses))
    if contract.categories:
        names = [pick(each, setting.language) for each in contract.categories.values()]
        found.append(_line("", "category", say("type.text", setting), "", " · ".join(names)))
    heads = [html.Th(say(f"catalogue.field.{each}", setting)) for each in FIELD_HEADS]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(found)], className="entry-table")


def _indicator(code: str, each: Indicator, setting: Setting) -> Component:
    unit = unit_name(each.unit, language=setting.language)
    allowed = _allowed(_range(each.min, each.max, setting), each.mask_below, setting)
    name = pick(each.name, setting.language)
    return _line(name, code, say("type.number", setting), unit, allowed)


def _field(code: str, each: FieldSpec, setting: Setting) -> Component:
    name = "" if each.name is None else pick(each.name, setting.language)
    kind = say(f"type.{each.type}", setting)
    if each.optional:
        kind = f"{kind}, {say('catalogue.optional', setting)}"
    allowed = " · ".join(each.codes) or _range(each.min, each.max, setting)
    allowed = _allowed(allowed, each.mask_below, setting)
    return _line(name, code, kind, unit_name(each.unit, language=setting.language), allowed)


def _line(name: str, code: str, kind: str, unit: str, allowed: str) -> Component:
    named = [html.Span(name, className="field-name"), html.Code(code)] if name else html.Code(code)
    return html.Tr([html.Td(named), html.Td(kind), html.Td(unit), html.Td(allowed)])


def _allowed(words: str, mask_below: int, setting: Setting) -> str:
    """Write what may stand there, and which counts are hidden of it."""
    masked = say("catalogue.masked", setting, below=mask_below) if mask_below else ""
    return " · ".join(filter(None, (words, masked)))


def _range(least: float | None, most: float | None, setting: Setting) -> str:
    """Write what may stand there: from … to, at least, at most; "" where nothing is said."""
    low, high = (number(each, language=setting.language) for each in (least, most))
    if least is not None and most is not None:
        return f"{low} – {high}"
    if least is not None:
        return f"≥ {low}"
    return "" if most is None else f"≤ {high}"


def _uses(usages: Sequence[Usage], now_ms: float, setting: Setting) -> Component:
    if not usages:
        return html.P(say("catalogue.unused", setting), className="quiet")
    return html.Ul([_use(each, now_ms, setting) for each in usages], className="uses")


def _use(each: Usage, now_ms: float, setting: Setting) -> Component:
    minutes = number(each.minutes, "min", language=setting.language)
    told = [minutes, instant(each.last_at_ms, now_ms, setting)]
    refused: list[Component] = []
    if each.refused:
        words = say("catalogue.refused", setting, count=each.refused)
        refused = [html.Span([icon("bi-slash-circle"), words], className="is-problem")]
    return html.Li(
        [
            html.Strong(each.who),
            html.Span(f"{each.role} · {each.place}", className="quiet"),
            html.Span(" · ".join(told)),
            *refused,
        ],
        className="use",
    )

"""The quality board: the six scores by dataset and by agency, and what each agency has overdue.

Values in, components out; what is behind one score is `layouts.pages.quality_drill`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from data_access.promises import CRITERIA, Criterion
from language import moment, number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.catalogue import BELOW_MARK
from layouts.pages.data_grid import GridColumn, data_grid
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon, say

AGAIN_MS = 30_000
BY = ("dataset", "agency")


@dataclass(frozen=True, slots=True)
class CriterionMean:
    """One criterion over all datasets: the mean in per cent, and how many are below their floor."""

    criterion: Criterion
    mean: float | None
    note: Text | None
    is_below: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """The six scores of a dataset, or their means of an agency; `below` are short of the floor."""

    entry_id: str
    name: Text
    owner: Text | None  # None: it is the agency
    scores: Mapping[str, float | None]
    below: frozenset[str]
    count: int  # of datasets below, or of an agency's scores that are
    datasets: int = 1


@dataclass(frozen=True, slots=True)
class Overdue:
    """A score below its floor, for its owner to mend."""

    owner: Text
    dataset: str
    name: Text
    criterion: str
    score: float | None
    floor: float
    since_ms: float


@dataclass(frozen=True, slots=True)
class Drifted:
    """A forecast whose errors have grown, for the models' owner to look at; `told` by how much."""

    owner: Text
    name: Text
    told: Text
    since_ms: float


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency one can choose."""

    agency: str
    name: Text


def page(
    means: Sequence[CriterionMean],
    scored: Sequence[Scored],
    overdue: Sequence[Overdue | Drifted],
    *,
    by: str,
    chosen: Agency | None,
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the board by dataset or by agency (`by`), of all or of the one that is `chosen`."""
    return data_page(
        "quality",
        [_choice(by, chosen, setting)],
        [
            dcc.Interval(id=ids.QUALITY_AGAIN, interval=AGAIN_MS),
            dcc.Store(id=ids.QUALITY_PLACE, data={"by": by, "agency": chosen and chosen.agency}),
            html.Div(
                [
                    html.Div(criteria(means, setting=setting), id=ids.QUALITY_MEANS),
                    data_grid(
                        ids.QUALITY_GRID,
                        _columns(by, setting),
                        rows(scored, setting=setting),
                        label=say("title.quality", setting),
                        setting=setting,
                    ),
                    html.Section(
                        overdue_list(overdue, now_ms=now_ms, setting=setting),
                        id=ids.QUALITY_OVERDUE,
                        className="scroll panel overdue",
                        tabIndex="0",
                        **attrs(aria_label=say("quality.overdue", setting)),
                    ),
                ],
                className="quality-body",
            ),
        ],
        link=link,
        setting=setting,
    )


def criteria(means: Sequence[CriterionMean], *, setting: Setting) -> Component:
    """Return one figure a criterion, with how many datasets are below their floor."""
    return html.Ul([_criterion(each, setting) for each in means], className="criteria")


def rows(scored: Sequence[Scored], *, setting: Setting) -> list[dict[str, Any]]:
    """Return the rows of the board, as the grid takes them."""
    return [_row(each, setting) for each in scored]


def overdue_list(
    overdue: Sequence[Overdue | Drifted], *, now_ms: float, setting: Setting
) -> list[Component]:
    """Return what is overdue, by agency, the longest first."""
    head = html.H2(say("quality.overdue_count", setting, count=len(overdue)))
    if not overdue:
        return [head, html.P(say("quality.nothing_overdue", setting), className="quiet")]
    found: list[Component] = [head]
    for owner, mine in groupby(overdue, key=lambda each: pick(each.owner, setting.language)):
        found += [
            html.H3(owner),
            html.Ul([html.Li(_overdue(each, now_ms, setting)) for each in mine]),
        ]
    return found


def drill_href(dataset: str, criterion: str, **rows: str | None) -> str:
    """Return where a score of a dataset is told in full, with the `rows` of one thing beside.

    Those are named by `entity` or `area`, and perhaps `indicator`.
    """
    wanted = {name: each for name, each in rows.items() if each}
    return "/data/quality?" + urlencode({"dataset": dataset, "criterion": criterion} | wanted)


def _choice(by: str, chosen: Agency | None, setting: Setting) -> Component:
    keys: list[Component] = [
        html.A(
            say(f"quality.by.{each}", setting),
            href=f"/data/quality?by={each}",
            className="key data-tab" + (" is-here" if each == by and chosen is None else ""),
            **attrs(aria_current="true" if each == by and chosen is None else None),
        )
        for each in BY
    ]
    if chosen is not None:
        name = pick(chosen.name, setting.language)
        keys.append(html.Span([icon("bi-building"), name], className="chosen-agency"))
    return html.Div(keys, className="data-tabs data-choice")


def _columns(by: str, setting: Setting) -> list[GridColumn]:
    scores = [
        GridColumn(each, say(f"criterion.{each}", setting), 96, 1, is_figure=True, is_marked=True)
        for each in CRITERIA
    ]
    if by == "agency":
        name = GridColumn("name", say("quality.column.agency", setting), 160, 3, is_link=True)
        datasets = GridColumn("datasets", say("quality.column.datasets", setting), 84, 1, True)
        below = GridColumn(
            "count", say("quality.column.below", setting), 112, 1, True, sorted_by="desc"
        )
        return [name, datasets, *scores, below]
    name = GridColumn("name", say("quality.column.dataset", setting), 180, 3, is_link=True)
    owner = GridColumn("owner", say("quality.column.agency", setting), 168, 2)
    return [name, *scores, owner]


def _row(each: Scored, setting: Setting) -> dict[str, Any]:
    language = setting.language
    made: dict[str, Any] = {
        "id": each.entry_id,
        "name": pick(each.name, language),
        "count": each.count,
        "datasets": each.datasets,
    }
    if each.owner is None:
        made["href"] = f"/data/quality?agency={each.entry_id}"
    else:
        known = {name: score for name, score in each.scores.items() if score is not None}
        lowest = min(known, key=lambda name: known[name], default=CRITERIA[0])
        made |= {
            "owner": pick(each.owner, language),
            "href": drill_href(each.entry_id, lowest),
        }
    for criterion in CRITERIA:
        score = each.scores.get(criterion)
        made |= {
            criterion: score,
            f"{criterion}_words": number(score, "%", decimals=1, language=language),
            f"{criterion}_mark": BELOW_MARK if criterion in each.below else None,
        }
    return made


def _criterion(each: CriterionMean, setting: Setting) -> Component:
    written = number(each.mean, "%", decimals=1, language=setting.language)
    note = pick(each.note, setting.language) if each.note else ""
    return html.Li(
        [
            html.Span(say(f"criterion.{each.criterion}", setting), className="criterion-name"),
            html.Strong(written),
            html.Span(
                [icon(BELOW_MARK) if each.is_below else None, note],
                className="quiet criterion-note",
            ),
        ],
        className="criterion" + (" is-below" if each.is_below else ""),
    )


def _overdue(each: Overdue | Drifted, now_ms: float, setting: Setting) -> Component:
    language = setting.language
    if isinstance(each, Drifted):
        told, href = pick(each.told, language), "/data/forecasts"
    else:
        criterion = say(f"criterion.{each.criterion}", setting)
        score = number(each.score, "%", decimals=1, language=language)
        floor = say("catalogue.floor", setting, floor=number(each.floor, "%", language=language))
        told = f"{criterion} {score} · {floor}"
        href = drill_href(each.dataset, each.criterion)
    at = moment(each.since_ms, now=now_ms, language=language, timezone=setting.timezone)
    return html.A(
        [
            html.Strong(pick(each.name, language)),
            html.Span([icon(BELOW_MARK), told]),
            html.Span(say("quality.since", setting, at=at), className="quiet"),
        ],
        href=href,
        className="overdue-item",
    )

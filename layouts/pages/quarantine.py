"""Rows that were refused, as they came: by dataset, owner and reason; read again, or let in.

Links and forms, so that what one looks at is an address and nothing is done twice by a reload.
Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from language import number, text
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, hidden, icon

PATH = "/data/quarantine"
ORDERS_PATH = "/data/quarantine/orders"
ROWS_A_PAGE = 20
STATES = ("held", "released")
PROBLEMS = ("forbidden", "structural", "why", "invalid", "unreadable")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; "" where it names none."""

    dataset: str = ""
    owner: str = ""
    reason: str = ""
    state: str = "held"
    page: int = 1

    @property
    def href(self) -> str:
        """The address."""
        query = urlencode(self.named)
        return f"{PATH}?{query}" if query else PATH

    @property
    def named(self) -> dict[str, str]:
        """What the address names."""
        said = {
            "dataset": self.dataset,
            "agency": self.owner,
            "reason": self.reason,
            "state": "" if self.state == "held" else self.state,
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: each for name, each in said.items() if each}


@dataclass(frozen=True, slots=True)
class Group:
    """How many rows of a dataset were refused for one reason, and how many of them are in now."""

    dataset: str
    name: str
    owner: str
    owner_name: str
    reason: str
    reason_name: str
    held: int
    released: int


@dataclass(frozen=True, slots=True)
class HeldView:
    """One refused row, as it came, masked; `word` says on whose word it is in."""

    row_id: int
    reference: str
    reason: str
    detail: str
    fields: tuple[tuple[str, str], ...]  # of what could be read
    raw: str  # of what could not
    seen: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order, who asked it, and what came of it."""

    order_id: int
    words: str
    result: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """All that the page shows."""

    asked: Asked
    groups: tuple[Group, ...]
    owners: tuple[tuple[str, str], ...]  # id, name
    rows: tuple[HeldView, ...]
    has_more: bool
    may_release: bool
    may_override: bool
    problem: str = ""
    is_then: bool = False  # of another time than now


def page(
    view: QuarantineView, orders: Sequence[OrderView], *, link: Link, setting: Setting
) -> Component:
    """Build the page."""
    held = number(sum(group.held for group in view.groups), decimals=0, language=setting.language)
    said = html.P(tell("held", setting, count=held), className="quiet data-count")
    groups = html.Section(
        [_owners(view, setting), _groups(view, setting)], className="scroll held-groups"
    )
    rows = html.Section(
        [
            *([_problem(view.problem, setting)] if view.problem else []),
            *([html.P(tell("then", setting), className="quiet")] if view.is_then else []),
            html.Div(order_list(orders), id=ids.QUARANTINE_ORDERS),
            _rows(view, setting),
        ],
        className="held-rows",
    )
    body = [html.Div([groups, rows], className="held")]
    return data_page("quarantine", [said], body, link=link, setting=setting)


def order_list(orders: Sequence[OrderView]) -> list[Component]:
    """Return the newest orders and what came of each."""
    if not orders:
        return []
    return [
        html.Ul(
            [
                html.Li(
                    [
                        icon("bi-check2" if each.is_done else "bi-hourglass-split"),
                        html.Span(each.words),
                        html.Strong(each.result),
                    ]
                )
                for each in orders
            ],
            className="held-orders",
            role="status",
        )
    ]


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the quarantine's catalogue."""
    return text(f"quarantine.{name}", setting.language, **values)


def _owners(view: QuarantineView, setting: Setting) -> Component:
    asked = view.asked
    keys = [("", tell("all_owners", setting)), *view.owners]
    return html.Nav(
        [
            html.A(
                name,
                href=Asked(owner=owner).href,
                className="key choice" + (" is-chosen" if owner == asked.owner else ""),
                **attrs(aria_current="true" if owner == asked.owner else None),
            )
            for owner, name in keys
        ],
        className="held-owners",
        **attrs(aria_label=tell("owners", setting)),
    )


def _groups(view: QuarantineView, setting: Setting) -> Component:
    if not view.groups:
        return html.P(tell("nothing", setting), className="quiet")
    return html.Ul(
        [html.Li(_group(group, view.asked, setting)) for group in view.groups],
        className="held-list",
    )


def _group(group: Group, asked: Asked, setting: Setting) -> Component:
    is_here = (group.dataset, group.reason) == (asked.dataset, asked.reason)
    place = Asked(group.dataset, asked.owner, group.reason)
    language = setting.language
    released = []
    if group.released:
        count = number(group.released, decimals=0, language=language)
        released = [html.Span(tell("let_in", setting, count=count), className="quiet")]
    return html.A(
        [
            html.Span(
                [
                    html.Span(group.name, className="held-name"),
                    html.Span(
                        f"{group.reason_name} · {group.owner_name}",
                        className="quiet",
                    ),
                ]
            ),
            html.Span(
                [html.Strong(number(group.held, decimals=0, language=language)), *released],
                className="held-count",
            ),
        ],
        href=place.href,
        className="held-group" + (" is-chosen" if is_here else ""),
        **attrs(aria_current="true" if is_here else None),
    )


def _rows(view: QuarantineView, setting: Setting) -> Component:
    if not view.asked.dataset:
        return html.P(tell("choose", setting), className="quiet held-choose")
    asked = view.asked
    table = html.Ul([_row(row, view, setting) for row in view.rows], className="held-table")
    children: list[Component] = [
        _states(asked, setting),
        *([_bar(view, setting)] if view.may_release and asked.state == "held" else []),
        table if view.rows else html.P(tell("none_here", setting), className="quiet"),
        _pager(view, setting),
    ]
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            hidden("dataset", asked.dataset),
            hidden("agency", asked.owner),
            hidden("reason", asked.reason),
            *children,
        ],
        action=ORDERS_PATH,
        method="POST",
        className="scroll held-form",
    )


def _states(asked: Asked, setting: Setting) -> Component:
    return html.Nav(
        [
            html.A(
                tell(f"state.{state}", setting),
                href=replace(asked, state=state, page=1).href,
                className="key choice" + (" is-chosen" if state == asked.state else ""),
                **attrs(aria_current="true" if state == asked.state else None),
            )
            for state in STATES
        ],
        className="held-states",
        **attrs(aria_label=tell("states", setting)),
    )


def _bar(view: QuarantineView, setting: Setting) -> Component:
    again = html.Button(
        [icon("bi-arrow-repeat"), tell("again", setting)],
        type="submit",
        name="do",
        value="again",
        className="key",
    )
    if not view.may_override:
        return html.Div(
            [again, html.P(tell("no_override", setting), className="quiet")], className="held-bar"
        )
    return html.Div(
        [
            again,
            html.Label(tell("why", setting), htmlFor=ids.QUARANTINE_WHY),
            dcc.Input(
                id=ids.QUARANTINE_WHY,
                name="why",
                type="text",
                maxLength=300,
                autoComplete="off",
                placeholder=tell("why_form", setting),
                className="held-why",
            ),
            html.Button(
                [icon("bi-box-arrow-in-right"), tell("override", setting)],
                type="submit",
                name="do",
                value="override",
                className="key key-danger",
            ),
        ],
        className="held-bar",
    )


def _row(row: HeldView, view: QuarantineView, setting: Setting) -> Component:
    body: list[Component] = [html.Pre(row.raw, className="held-raw", tabIndex="0")]
    if row.fields:
        body = [
            html.Dl(
                [html.Div([html.Dt(name), html.Dd(words)]) for name, words in row.fields],
                className="facts",
            )
        ]
    is_held = view.asked.state == "held"
    keys = []
    if is_held and view.may_release and view.may_override:
        keys = [
            html.Button(
                tell("override_one", setting),
                type="submit",
                name="do",
                value=f"override:{row.row_id}",
                className="key",
            )
        ]
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(row.reference),
                    html.Span(row.detail, className="held-detail"),
                    html.Span(row.word or row.seen, className="quiet"),
                ],
                className="held-said",
            ),
            *keys,
            *body,
        ],
        className="held-row",
    )


def _pager(view: QuarantineView, setting: Setting) -> Component:
    asked = view.asked
    steps: list[Component] = []
    if asked.page > 1:
        before = replace(asked, page=asked.page - 1)
        steps.append(html.A(tell("page.before", setting), href=before.href, className="key"))
    if view.has_more:
        after = replace(asked, page=asked.page + 1)
        steps.append(html.A(tell("page.after", setting), href=after.href, className="key"))
    return html.Nav(steps, className="passport-pager", **attrs(aria_label=tell("pages", setting)))


def _problem(code: str, setting: Setting) -> Component:
    words = text(f"quarantine.problem.{code}", setting.language)
    return html.P(
        [icon("bi-exclamation-triangle-fill"), words], className="is-problem", role="alert"
    )

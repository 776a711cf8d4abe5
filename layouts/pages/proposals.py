"""Signal plans that are proposed: what is wanted and why, who has approved, and the document of it.

Links and forms: what one looks at is an address, and nothing is done twice by a reload. No way
leads from here to a signal. Values in, components out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html
from dash.development.base_component import Component

from language import number, text
from layouts.pages.attributes import attrs
from layouts.pages.in_world import lead_on
from layouts.pages.live import live
from layouts.pages.proposal_view import (
    Draft,
    JunctionView,
    PlanView,
    ProposalsView,
    ProposalView,
)
from layouts.pages.shell import Setting, hidden, icon, shell

PATH = "/signals"
DEEDS = ("approve", "reject")
PROBLEMS = (
    "forbidden", "ownProposal", "twice", "decided", "unknownProposal", "invalidArgs", "notApproved",
    "unknownRun",
)  # fmt: skip
MARKS = {"open": "bi-hourglass-split", "approved": "bi-check2-all", "rejected": "bi-x-lg"}
LONGEST_REASON = 500


def href(**query: str) -> str:
    """Return the address of the page for what is asked; empty values are left out."""
    said = urlencode({name: each for name, each in query.items() if each})
    return f"{PATH}?{said}" if said else PATH


def page(view: ProposalsView, *, link: dict[str, Any], setting: Setting) -> Component:
    """Build the page."""
    side = html.Section(
        [
            *([_new_key(view, setting)] if view.may_propose else []),
            _list(view, setting),
        ],
        className="proposals-side",
    )
    main = html.Section(
        [*([_problem(view, setting)] if view.problem else []), *_main(view, setting)],
        className="scroll proposals-main",
    )
    topics = ["versions", "realms"] if setting.ways else ["versions"]
    hears = live(topics, language=setting.language, realm=setting.realm, **link)
    rule = html.P([icon("bi-shield-lock"), tell("rule", setting)], className="quiet proposals-rule")
    told = html.Div([rule, *setting.ways], className="proposals-head")
    body = html.Div([side, main], className="proposals")
    return shell("signals", [hears, *lead_on([told, body], setting.realm)], setting=setting)


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the proposals' catalogue."""
    return text(f"proposals.{name}", setting.language, **values)


def _main(view: ProposalsView, setting: Setting) -> list[Component]:
    if view.draft is not None:
        return [_draft(view.draft, setting)]
    if view.junctions is not None:
        return [_junctions(view, setting)]
    if view.chosen is not None:
        return [_proposal(view.chosen, setting)]
    nothing = "none_in_exercise" if view.is_exercise else "none"
    return [html.P(tell(nothing, setting), className="quiet")]


def _problem(view: ProposalsView, setting: Setting) -> Component:
    words = [icon("bi-exclamation-triangle"), html.Span(tell(f"problem.{view.problem}", setting))]
    return html.P(words, className="proposals-problem", role="alert")


def _new_key(view: ProposalsView, setting: Setting) -> Component:
    is_here = view.junctions is not None or view.draft is not None
    return html.A(
        [icon("bi-plus-lg"), html.Span(tell("new", setting))],
        href=href(new="1"),
        className="key" + (" is-here" if is_here else ""),
        **attrs(aria_current="true" if is_here else None),
    )


def _list(view: ProposalsView, setting: Setting) -> Component:
    chosen = "" if view.chosen is None else view.chosen.proposal_id
    return html.Ul(
        [html.Li(_entry(each, chosen == each.proposal_id, setting)) for each in view.proposals],
        className="scroll held-list",
        **attrs(aria_label=tell("list", setting)),
    )


def _entry(each: ProposalView, is_here: bool, setting: Setting) -> Component:
    about = f"{each.plan.name} · {each.by.who} · {each.by.at}"
    return html.A(
        [
            html.Span(
                [
                    html.Span(each.junction.name, className="held-name"),
                    html.Span(about, className="quiet"),
                ]
            ),
            _state(each, setting),
        ],
        href=href(proposal=each.proposal_id),
        className="held-group" + (" is-chosen" if is_here else ""),
        **attrs(aria_current="true" if is_here else None),
    )


def _state(each: ProposalView, setting: Setting) -> Component:
    """Return how a proposal stands: shape, word, and how many approvals it has."""
    count = number(len(each.votes), decimals=0, language=setting.language)
    needed = number(each.needed, decimals=0, language=setting.language)
    words = tell(f"state.{each.state}", setting, count=count, needed=needed)
    return html.Span(
        [icon(MARKS[each.state]), html.Span(words)], className=f"proposal-state is-{each.state}"
    )


def _proposal(each: ProposalView, setting: Setting) -> Component:
    heading = [html.H2(each.junction.name), _state(each, setting)]
    parts: list[Component] = [
        html.Div(heading, className="proposal-head"),
        html.P(each.reason, className="proposal-reason"),
        _compared(each.plan, each.junction.running, setting),
        _evidence(each, setting),
        _votes(each, setting),
        _deeds(each, setting),
    ]
    return html.Article(parts, className="proposal")


def _compared(plan: PlanView, running: PlanView | None, setting: Setting) -> Component:
    """Return the plan beside the one that runs now."""
    language = setting.language

    def seconds(found: int) -> str:
        return f"{number(found, decimals=0, language=language)} {tell('seconds', setting)}"

    def cells(found: PlanView | None) -> list[str]:
        if found is None:
            return [number(None)] * 4
        splits = " + ".join(number(s, decimals=0, language=language) for s in found.splits_s)
        return [found.name, seconds(found.cycle_s), f"{splits} {tell('seconds', setting)}",
                seconds(found.offset_s)]  # fmt: skip

    rows = zip(("plan", "cycle", "splits", "offset"), cells(running), cells(plan), strict=True)
    head = [html.Td(""), html.Th(tell("running", setting)), html.Th(tell("proposed", setting))]
    return html.Table(
        [
            html.Thead(html.Tr(head)),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(tell(f"part.{name}", setting), scope="row"),
                            html.Td(now),
                            html.Td(wanted, className="" if now == wanted else "is-changed"),
                        ]
                    )
                    for name, now, wanted in rows
                ]
            ),
        ],
        className="proposal-plan",
    )


def _evidence(each: ProposalView, setting: Setting) -> Component:
    if not each.run_href:
        told = tell("run_gone", setting, run=each.run) if each.run else tell("no_run", setting)
        words = [icon("bi-info-circle"), html.Span(told)]
        return html.P(words, className="quiet proposal-evidence")
    shown = html.A([icon("bi-graph-up"), html.Span(each.run_title or tell("run", setting))],
                   href=each.run_href, className="key")  # fmt: skip
    return html.Div(
        [html.Span(tell("evidence", setting), className="quiet"), shown],
        className="proposal-evidence",
    )


def _votes(each: ProposalView, setting: Setting) -> Component:
    said = [(tell("said.proposed", setting), each.by)]
    said += [(tell("said.approved", setting), vote) for vote in each.votes]
    rejected = []
    if each.rejected_by:
        rejected = [html.Li(tell("said.rejected_by", setting, who=each.rejected_by))]
    return html.Ul(
        [html.Li([html.Strong(vote.who), f" {words} · {vote.at}"]) for words, vote in said]
        + rejected,
        className="proposal-votes",
    )


def _deeds(each: ProposalView, setting: Setting) -> Component:
    if each.state == "approved":
        where = f"{PATH}/{quote(each.proposal_id)}/document.pdf"
        words = [icon("bi-file-earmark-pdf"), html.Span(tell("document", setting))]
        note = html.Span(tell("handed", setting), className="quiet")
        return html.Div(
            [html.A(words, href=where, className="key", target="_blank"), note],
            className="proposal-deeds",
        )
    if not each.may_decide:
        if each.state != "open" or not each.why_not:
            return html.Div(className="proposal-deeds")  # it is decided, or of another time
        why = html.P(tell(f"why.{each.why_not}", setting), className="quiet")
        return html.Div([why], className="proposal-deeds")
    keys = [
        html.Button(
            [icon("bi-check-lg" if deed == "approve" else "bi-x-lg"),
             html.Span(tell(f"deed.{deed}", setting))],
            type="submit",
            name="deed",
            value=deed,
            className="key" + (" key-main" if deed == "approve" else ""),
        )
        for deed in DEEDS
    ]  # fmt: skip
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            hidden("proposal", each.proposal_id),
            *keys,
        ],
        action=f"{PATH}/decide",
        method="POST",
        className="proposal-deeds",
    )


def _junctions(view: ProposalsView, setting: Setting) -> Component:
    """Return the junctions to choose from, each with the plan that runs."""
    junctions = view.junctions or ()
    if not junctions:
        return html.P(tell("no_junctions", setting), className="quiet")
    language = setting.language
    return html.Div(
        [
            html.H2(tell("which", setting)),
            html.Ul(
                [
                    html.Li(
                        html.A(
                            [
                                html.Span(each.name, className="held-name"),
                                html.Span(_running_words(each, language, setting),
                                          className="quiet"),
                            ],
                            href=href(junction=each.junction, run=view.run),
                            className="key proposal-junction",
                        )
                    )
                    for each in junctions
                ],
                className="proposal-junctions",
            ),
        ]
    )  # fmt: skip


def _running_words(each: JunctionView, language: str, setting: Setting) -> str:
    if each.running is None:
        return tell("running_unknown", setting)
    cycle = number(each.running.cycle_s, decimals=0, language=language)
    return tell("running_plan", setting, plan=each.running.name, cycle=cycle)


def _draft(draft: Draft, setting: Setting) -> Component:
    fields = (
        ("plan", draft.name, "text", 80),
        ("cycle", draft.cycle_s, "numeric", 4),
        ("splits", draft.splits_s, "text", 60),
        ("offset", draft.offset_s, "numeric", 4),
    )
    running = draft.junction.running
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            hidden("junction", draft.junction.junction),
            html.H2(draft.junction.name),
            html.P(_running_words(draft.junction, setting.language, setting), className="quiet"),
            *(_field(name, typed, mode, most, setting) for name, typed, mode, most in fields),
            html.P(tell("hint.splits", setting), className="quiet proposal-hint"),
            html.Label(tell("part.reason", setting), htmlFor="proposal-reason"),
            dcc.Textarea(
                id="proposal-reason",
                name="reason",
                value=draft.reason,
                maxLength=LONGEST_REASON,
                required=True,
                rows=2,
                className="proposal-text",
            ),
            _field("run", draft.run, "text", 64, setting, is_required=False),
            html.P(tell("hint.run", setting), className="quiet proposal-hint"),
            html.Button(
                [icon("bi-send"), html.Span(tell("propose", setting))],
                type="submit",
                className="key key-main",
            ),
        ],
        action=f"{PATH}/propose",
        method="POST",
        className="proposal-form" + ("" if running else " is-unknown"),
    )


def _field(
    name: str, typed: str, mode: Any, most: int, setting: Setting, *, is_required: bool = True
) -> Component:
    return html.Div(
        [
            html.Label(tell(f"part.{name}", setting), htmlFor=f"proposal-{name}"),
            dcc.Input(
                id=f"proposal-{name}",
                name=name,
                type="text",
                value=typed,
                inputMode=mode,
                autoComplete="off",
                maxLength=most,
                required=is_required,
            ),
        ],
        className="proposal-field",
    )

"""The signal plans of a run: green by phase and by who it lets in, and a way to propose one.

Nothing is proposed by itself: the link leads to a draft with the run's plan and figures in it.
Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from language import number, pick, text
from layouts.pages import proposals
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_words import tell
from permissions.roles import Right

HEADS = ("phase", "green", "split", "from")
OPEN = 2  # so many are open from the beginning


def signals(plans: Sequence[Mapping[str, Any]], job_id: str, setting: Setting) -> list[Component]:
    """Return the plans of a run's details, each to be opened; nothing where it has none."""
    if not plans:
        return []
    return [
        html.H2(tell("signal.plans", setting)),
        *(_plan(each, job_id, setting, is_open=len(plans) <= OPEN) for each in plans),
    ]


def _plan(each: Mapping[str, Any], job_id: str, setting: Setting, *, is_open: bool) -> Component:
    plan, was = each["plan"], each.get("was")
    cycle = _seconds(plan["cycleS"], setting)
    if was is not None and was["cycleS"] != plan["cycleS"]:
        cycle = tell("signal.was", setting, now=cycle, was=_seconds(was["cycleS"], setting))
    facts = [tell("signal.cycle", setting, cycle=cycle)]
    facts.append(tell("signal.offset", setting, offset=_seconds(plan["offsetS"], setting)))
    heads = [html.Th(tell(f"signal.{head}", setting)) for head in HEADS]
    return html.Details(
        [
            html.Summary(f"{each['name']} · {' · '.join(facts)}"),
            html.Table(
                [
                    html.Thead(html.Tr(heads)),
                    html.Tbody(list(_phases(each, setting))),
                ],
                className="source-rows",
            ),
            html.P(_verdict(each, setting), className="quiet"),
            *_propose(each, job_id, setting),
        ],
        className="wi-ward",
        open=is_open,
        **attrs(data_signal=plan["junction"]),
    )  # fmt: skip


def _phases(each: Mapping[str, Any], setting: Setting) -> Sequence[Component]:
    plan, was = each["plan"], each.get("was")
    before = was["splitsS"] if was is not None else []
    phases = each.get("phases", ())  # a run that was kept by an earlier release has none
    rows = []
    for index, (split, phase) in enumerate(zip(plan["splitsS"], phases, strict=False)):
        told = _seconds(split, setting)
        if len(before) == len(plan["splitsS"]) and before[index] != split:
            told = tell("signal.was", setting, now=told, was=_seconds(before[index], setting))
        rows.append(
            html.Tr(
                [
                    html.Td(number(index + 1, decimals=0, language=setting.language)),
                    html.Td(_seconds(phase["greenS"], setting)),
                    html.Td(told),
                    html.Td(", ".join(_arms(phase["from"], setting))),
                ]
            )
        )
    return rows


def _arms(arms: Sequence[Mapping[str, Any]], setting: Setting) -> list[str]:
    """Return the streets a phase lets in, each said once; those nobody surveyed are called so."""
    told = []
    for arm in arms:
        words = str(arm["name"] or arm["link"])
        if arm["from"] and not arm["invented"]:
            words = tell("signal.arm", setting, street=words, place=arm["from"])
        told.append(words)
    return list(dict.fromkeys(told))


def _verdict(each: Mapping[str, Any], setting: Setting) -> str:
    """Return what the run shows of time lost, and by which figures."""
    key = {True: "better", False: "worse", None: "same"}[each["better"]]
    evidence = "; ".join(pick(words, setting.language) for words in each["evidence"])
    return f"{tell(f'signal.{key}', setting)} {evidence}"


def _propose(each: Mapping[str, Any], job_id: str, setting: Setting) -> list[Component]:
    if not setting.person.may(Right.PROPOSE_SIGNALS):
        return []
    plan = each["plan"]
    where = proposals.href(
        junction=plan["junction"],
        run=job_id,
        plan=tell("signal.plan_name", setting),
        cycle=str(plan["cycleS"]),
        splits=" + ".join(map(str, plan["splitsS"])),
        offset=str(plan["offsetS"]),
        reason=f"{tell('signal.simulated', setting)} {_verdict(each, setting)}"[
            : proposals.LONGEST_REASON
        ],
    )
    words = [icon("bi-stoplights"), html.Span(text("proposals.new", setting.language))]
    return [html.A(words, href=where, className="key")]


def _seconds(seconds: float, setting: Setting) -> str:
    return number(seconds, "s", decimals=0, language=setting.language)

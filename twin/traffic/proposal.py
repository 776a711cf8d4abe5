"""Signal plans a run speaks for, as the room's proposals are written; nothing is proposed here.

Plain JSON: who asked for the run decides, and two other people approve. A proposal is of one
junction; the evidence beside it is of the whole run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_access.envelope import Text
from language import formats
from twin.result import Kpi
from twin.traffic.altering import Altered
from twin.traffic.signals import Plan
from twin.traffic.streets import Streets

EVIDENCE = ("loss", "speed", "arrived")  # figures that speak for a plan or against it


def signal_plans(base: Altered, altered: Altered, kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    """Return {plan, was, phases, name, evidence, better} for each signal with another plan.

    `plan` and `was` (None of a signal the base has not) are {junction, plan, cycleS, splitsS,
    offsetS}; `phases` says of each split its seconds of green, and `from` which streets it lets in.
    `better` is True where the run's interval of time lost lies wholly below zero, None where it
    holds zero: then nothing is shown.
    """
    loss = next((kpi for kpi in kpis if kpi["id"] == "loss"), None)
    better: bool | None = None
    if loss is not None and len(loss["delta"]["bySeed"]) > 1:
        low, high = loss["delta"]["low"], loss["delta"]["high"]
        better = True if high < 0 else False if low > 0 else None
    evidence = [_sentence(kpi) for kpi in kpis if kpi["id"] in EVIDENCE]
    found = []
    for junction in sorted(altered.changed):
        plan, was = altered.plans[junction], base.plans.get(junction)
        known = altered.streets.junctions.get(junction)
        found.append(
            {
                "plan": _plain(plan),
                "was": None if was is None else _plain(was),
                "phases": [
                    {
                        "greenS": plan.phases[phase].duration_s,
                        "from": [_arm(altered.streets, link, junction) for link in links],
                    }
                    for phase, links in zip(plan.greens, altered.lets_in[junction], strict=True)
                ],
                "name": known.name if known is not None else junction,
                "evidence": evidence,
                "better": better,
            }
        )
    return found


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        "junction": plan.junction,
        "plan": "twin",
        "cycleS": plan.cycle_s,
        "splitsS": list(plan.splits_s),
        "offsetS": plan.offset_s % plan.cycle_s,
    }


def _arm(streets: Streets, link_id: str, junction: str) -> dict[str, Any]:
    """Return a street that leads in, by its name and the junction it comes from."""
    link = streets.links[link_id]
    other = streets.junctions.get(link.start if link.end == junction else link.end)
    is_known = not link.invented
    return {
        "link": link.id,
        "name": link.name,
        "from": other.name if is_known and other is not None and not other.invented else "",
        "invented": link.invented,
    }


def _sentence(kpi: Kpi) -> Text:
    """Say a figure before and after with the interval of the difference."""
    difference = {"vi": ("chênh lệch", "đến"), "en": ("difference", "to")}
    return {language: _said(kpi, language, *words) for language, words in difference.items()}


def _said(kpi: Kpi, language: str, difference: str, to: str) -> str:
    before, after = (
        formats.number(each["mean"], kpi["unit"], decimals=kpi["decimals"], language=language)
        for each in (kpi["base"], kpi["value"])
    )
    low, high = (
        formats.number(each, decimals=kpi["decimals"], language=language, sign=True)
        for each in (kpi["delta"]["low"], kpi["delta"]["high"])
    )
    return f"{kpi['label'][language]}: {before} → {after} ({difference} {low} {to} {high})"

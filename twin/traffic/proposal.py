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

EVIDENCE = ("loss", "speed", "arrived")  # figures that speak for a plan or against it


def signal_plans(altered: Altered, kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    """Return {plan, name, evidence, better} for each signal that was given another plan.

    `plan` is {junction, plan, cycleS, splitsS, offsetS}; `better` is True where the run's interval
    of time lost lies wholly below zero, None where it holds zero: then nothing is shown.
    """
    loss = next((kpi for kpi in kpis if kpi["id"] == "loss"), None)
    better: bool | None = None
    if loss is not None and len(loss["delta"]["bySeed"]) > 1:
        low, high = loss["delta"]["low"], loss["delta"]["high"]
        better = True if high < 0 else False if low > 0 else None
    evidence = [_sentence(kpi) for kpi in kpis if kpi["id"] in EVIDENCE]
    found = []
    for junction in sorted(altered.changed):
        plan = altered.plans[junction]
        known = altered.streets.junctions.get(junction)
        found.append(
            {
                "plan": {
                    "junction": junction,
                    "plan": "twin",
                    "cycleS": plan.cycle_s,
                    "splitsS": list(plan.splits_s),
                    "offsetS": plan.offset_s % plan.cycle_s,
                },
                "name": known.name if known is not None else junction,
                "evidence": evidence,
                "better": better,
            }
        )
    return found


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

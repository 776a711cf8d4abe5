"""The work `forecast.training`: learns anew what is due, by the schedule of each entry.

Asked for every hour; an entry is due when what was learned is as old as its `retrain` says, does no
longer fit, or when what was published has drifted. Inputs: `{"only": [ids]}`, all by default, and
`"anew": true` for whatever its age. The result says of each why it was learned, or that it was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.forecast.drift import lives_of, recall_said
from analytics.forecast.learned import keep, learn, made_by, reason, recall
from analytics.forecast.opening import opened
from jobs.working import Working


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Learn what is due and keep it; raises WorkFailed for an id that is none."""
    told: dict[str, Any] = {}
    with opened(working) as there:
        memory = there.memory
        wanted = [what for what in there.asked_for(inputs) if what.total is None]
        for what, stock in there.stocks(wanted, "training"):
            if not stock.reads:
                told[what.id] = {"why": None, "series": 0}
                continue
            learned, by = recall(memory, what), made_by(working.settings, what, stock)
            drifted = (
                learned is not None
                and lives_of(stock, what, recall_said(memory, what), learned.made_ms).is_drifted
            )
            why = reason(learned, by, stock=stock, what=what, is_drifted=drifted)
            if inputs.get("anew"):
                why = "asked"
            if why is not None:
                learned = keep(memory, what, learn(stock, what), by, why, stock.now_ms)
            fits = [] if learned is None else [each for each in learned.fits.values() if each]
            told[what.id] = {
                "why": why,
                "series": sum(len(each.names) for each in fits),
                "models": sum(each.model is not None for each in fits),
                "hash": None if learned is None else learned.hash,
            }
    return {"training": told}

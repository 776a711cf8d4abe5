"""The work `forecast.training`: learns anew what is due, by the schedule of each entry.

Asked for every hour; an entry is due when what was learned is as old as its `retrain` says, does no
longer fit, or when what was published has drifted. Inputs: `{"only": [ids]}`, all by default, and
`"anew": true` for whatever its age. The result says of each why it was learned, or that it was not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from analytics.forecast.declared import declared
from analytics.forecast.drift import lives_of, recall_said
from analytics.forecast.learned import keep, learn, made_by, reason, recall
from analytics.forecast.memory import Memory
from analytics.forecast.run import asked_for
from analytics.forecast.source import Stock
from data_access.opening import read_city
from data_access.store import open_reader
from jobs.working import Working
from permissions.database import connect_operations


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Learn what is due and keep it; raises WorkFailed for an id that is none."""
    city = read_city(working.settings)
    known = declared(working.settings.city, city)
    wanted = [name for name in asked_for(inputs, known) if known[name].total is None]
    engine = connect_operations(working.settings.operations_url)
    reader = open_reader(working.settings)
    told: dict[str, Any] = {}
    try:
        memory = Memory(engine)
        for index, name in enumerate(wanted):
            working.check()
            working.progress(index / max(1, len(wanted)), "training")
            what = known[name]
            with reader.snapshot() as snapshot:
                stock = Stock.of(snapshot, city, what, now_ms=time.time() * 1000)
            if not stock.reads:
                told[name] = {"why": None, "series": 0}
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
            told[name] = {
                "why": why,
                "series": sum(len(each.names) for each in fits),
                "models": sum(each.model is not None for each in fits),
                "hash": None if learned is None else learned.hash,
            }
    finally:
        reader.close()
        engine.dispose()
    return {"training": told}

"""What is not to be believed of a run, said in one place for tiles, pages and paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.envelope import Text
from language import LANGUAGES, number, text
from twin.result import RunResult


def doubts(result: RunResult) -> list[Text]:
    """Return why it is (un)calibrated, what it left out, its errors, what nobody surveyed."""
    found = [result["fit"]["why"], *result["limits"], *balances(result), *result["invented"]]
    return [words for words in found if any(words.values())]


def balances(result: RunResult) -> list[Text]:
    """Return the errors of the water's mass balance, of base and what-if; none without water."""
    worst = balance_pct(result)
    if worst is None:
        return []
    return [
        {
            each: text("what_if.balance", each, error=number(worst, "%", decimals=2, language=each))
            for each in LANGUAGES
        }
    ]


def balance_pct(result: RunResult) -> float | None:
    """Return the largest error of the water's mass balance (%); None without water."""
    told = result["details"].get("massBalance")
    if not isinstance(told, Mapping):
        return None
    return max((_worst(case) for case in told.values()), default=None)


def _worst(case: Any) -> float:
    figures: Sequence[Any] = [case.get("runoffPct"), case.get("routingPct")]
    return max((abs(float(each)) for each in figures if each is not None), default=0.0)

"""All checks of the six criteria, in the city's order, and a dataset held against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_access.criteria import accurate, clean, consistent, live, shared, sufficient
from data_access.criteria.part import Check, Part, Subject, weakest
from data_access.promises import CRITERIA
from data_access.store.scores import Standing

CHECKS: tuple[Check, ...] = (
    *accurate.CHECKS,
    *sufficient.CHECKS,
    *clean.CHECKS,
    *live.CHECKS,
    *consistent.CHECKS,
    *shared.CHECKS,
)
Parts = Mapping[int, Sequence[Part]]  # by position in CHECKS


def measure(subject: Subject, *, heavy: bool, before: Parts) -> dict[int, Sequence[Part]]:
    """Return the parts of all checks; those that are heavy as they were `before`, unless asked."""
    return {
        number: check.measure(subject) if heavy or not check.heavy else before.get(number, ())
        for number, check in enumerate(CHECKS)
    }


def standings(subject: Subject, parts: Parts) -> list[Standing]:
    """Return how a dataset stands by each criterion, with the parts that could be checked."""
    contract = subject.contract
    is_fed = subject.newest_us is not None or subject.failing is not None or subject.was_short
    found = []
    for criterion in CRITERIA:
        mine = [
            part
            for number, check in enumerate(CHECKS)
            if check.criterion == criterion
            for part in parts[number]
            if part.score is not None
        ]
        found.append(
            Standing(
                dataset=contract.id,
                criterion=criterion,
                owner=contract.owner,
                score=weakest(mine),
                floor=contract.floors.of(criterion),
                parts=mine,
                is_fed=is_fed,
            )
        )
    return found

"""Sống, live: it comes, and comes in time.

- answers: whether the source can be read now, and what came last was let in.
- fresh: the age at which data of this dataset is stale, of the age it has (at most all of it).
- in_time: payloads of the last days that brought something not yet stale, of those that brought
  anything (live sources).
- gapless: periods in which anything came, of those there were from the first to the newest.

What was registered and never came is not live.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from data_access.criteria.part import Check, Part, Subject
from data_access.criteria.sufficient import window
from data_access.rollup import DAY
from data_access.store import measures
from language import pack

DAY_S = 86_400


def answers(subject: Subject) -> Sequence[Part]:
    """Return answers."""
    if subject.failing is None:
        return [Part("answers", 1, 1)] if subject.current is not None else []
    return [Part.of("answers", 0, 1, [{"kind": "failure", "id": pack(subject.failing)}])]


def fresh(subject: Subject) -> Sequence[Part]:
    """Return fresh, in whole seconds."""
    newest_us = subject.newest_us
    if newest_us is None:
        return [Part("fresh", 0, 1)]
    allowed_s = subject.contract.stale_after_ms // 1000
    age_s = (subject.now_us - subject.timeline.glass(newest_us)) // 1_000_000
    late = [{"kind": "period", "id": subject.day(newest_us), "count": age_s - allowed_s}]
    is_late = age_s > allowed_s
    return [Part.of("fresh", allowed_s, max(age_s, allowed_s), late if is_late else [])]


def in_time(subject: Subject) -> Sequence[Part]:
    """Return in_time, of what comes in live."""
    measured = measures.reading(subject.snapshot, subject.contract.id).measured
    came, late = measured.get("came", 0), measured.get("late", 0)
    return [
        Part.of("in_time", came - late, came, [{"kind": "late", "count": late}] if late else [])
    ]


def gapless(subject: Subject) -> Sequence[Part]:
    """Return gapless, of what is measured again and again."""
    newest_us, contract = subject.newest_us, subject.contract
    if newest_us is None or contract.shape == "record" or not contract.expects.rows:
        return []
    step, first, last, _ = window(subject)
    found = measures.slots(subject.snapshot, contract.id, step, (first, last))
    if not found:
        return []
    apart = max(1.0, contract.cadence_s / (DAY_S if step == DAY else 3600))
    periods = round((found[-1] - found[0]) / apart) + 1
    missing = []
    for before, after in pairwise(found):
        gone = round((after - before) / apart) - 1
        if gone > 0:
            day = subject.day(measures.slot_us(step, before, subject.city.zone))
            missing.append({"kind": "gap", "id": day, "count": gone})
    return [Part.of("gapless", min(len(found), periods), periods, missing)]


CHECKS = (
    Check("live", answers),
    Check("live", fresh),
    Check("live", in_time),
    Check("live", gapless, heavy=True),
)

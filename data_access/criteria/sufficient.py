"""Đủ, sufficient: everything that should have come.

- rows: values there are of those the cadence promises, for each entity that reported lately, in
  the periods in which any did (a silence of all is `live`).
- areas: units with a value in the newest period, of those expected (expects.areas).
- entities: what is measured and has a value in the newest period, of all known or expected.
- indicators: those with a value lately, of all the contract has; where neither rows nor units nor
  things are expected (what did not happen is not listed).
- fields: fields of records that are filled, of those the contract does not call optional.

What was registered and never came is none of anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from data_access.criteria.part import Check, Part, Subject
from data_access.rollup import DAY, HOUR, HOUR_US
from data_access.store import measures

DAY_S = 86_400
HOURS = 24
CADENCES = 10  # of slow data, that rows are counted over
REMEMBERED_S = 30 * DAY_S  # an entity silent for longer, or for 12 cadences, is gone
REMEMBERED_CADENCES = 12


def there(subject: Subject) -> Sequence[Part]:
    """Return rows of a dataset that nothing feeds."""
    return [Part("rows", 0, 1)] if subject.newest_us is None else []


def rows(subject: Subject) -> Sequence[Part]:
    """Return rows."""
    newest_us, expects = subject.newest_us, subject.contract.expects
    if newest_us is None or not expects.rows or subject.contract.shape == "record":
        return []
    step, first, last, each = window(subject)
    since_us = newest_us - remembered_us(subject)
    counted = measures.rows_by_entity(
        subject.snapshot, subject.contract.id, step, (first, last), most=each, since_us=since_us
    )
    expected = each * counted.slots
    found = {
        key: n for key, n in counted.rows.items() if not expects.names or key[0] in expects.names
    }
    short = sorted(
        (there - expected, entity, indicator)
        for (entity, indicator), there in found.items()
        if there < expected
    )
    missing = [
        {"kind": "entity", "id": entity, "indicator": indicator, "count": -less}
        for less, entity, indicator in short
    ]
    return [Part.of("rows", sum(found.values()), expected * len(found), missing)]


def areas(subject: Subject) -> Sequence[Part]:
    """Return areas, where the contract expects any."""
    expected = subject.contract.expects.areas
    if not expected or subject.newest_us is None:
        return []
    codes = sorted(subject.city.areas.codes if expected == "all" else expected)
    newest = measures.newest_by_area(subject.snapshot, subject.contract.id)
    since_us = subject.recent_us()
    missing = [code for code in codes if newest.get(code, since_us - 1) < since_us]
    evidence = [
        {"kind": "area", "id": code}
        | ({"last": subject.day(newest[code])} if code in newest else {})
        for code in missing
    ]
    return [Part.of("areas", len(codes) - len(missing), len(codes), evidence)]


def entities(subject: Subject) -> Sequence[Part]:
    """Return entities, of datasets that measure the same things again and again."""
    contract, newest_us = subject.contract, subject.newest_us
    if newest_us is None or contract.shape == "record" or not contract.expects.rows:
        return []
    newest = measures.newest_by_entity(subject.snapshot, contract.id)
    gone_us, since_us = newest_us - remembered_us(subject), subject.recent_us()
    known = {name: at for name, at in newest.items() if at >= gone_us}
    if contract.expects.names:
        known = {name: newest.get(name, gone_us) for name in contract.expects.names}
    silent = sorted((at, name) for name, at in known.items() if at < since_us)
    evidence = [
        {"kind": "entity", "id": name} | ({"last": subject.day(at)} if name in newest else {})
        for at, name in silent
    ]
    expected = max(len(known), contract.expects.count)
    return [Part.of("entities", len(known) - len(silent), expected, evidence)]


def indicators(subject: Subject) -> Sequence[Part]:
    """Return indicators, of what is told only when something happened."""
    contract, newest_us = subject.contract, subject.newest_us
    expects = contract.expects
    if newest_us is None or contract.shape == "record":
        return []
    if expects.rows or expects.areas or expects.count:
        return []
    newest = measures.newest_by_indicator(subject.snapshot, contract.id)
    gone_us = newest_us - remembered_us(subject)
    missing = [name for name in contract.indicators if newest.get(name, gone_us - 1) < gone_us]
    evidence = [
        {"kind": "indicator", "id": name, "indicator": name}
        | ({"last": subject.day(newest[name])} if name in newest else {})
        for name in missing
    ]
    count = len(contract.indicators)
    return [Part.of("indicators", count - len(missing), count, evidence)]


def fields(subject: Subject) -> Sequence[Part]:
    """Return fields, of records."""
    wanted = [name for name, spec in subject.contract.fields.items() if not spec.optional]
    measured = measures.reading(subject.snapshot, subject.contract.id).measured
    checked = measured.get("fields", 0)
    if not wanted or not checked:
        return []
    filled = {name: measured.get(f"field.{name}", 0) for name in wanted}
    evidence = [
        {"kind": "field", "id": name, "count": checked - count}
        for name, count in sorted(filled.items(), key=lambda pair: pair[1])
        if count < checked
    ]
    return [Part.of("fields", sum(filled.values()), checked * len(wanted), evidence)]


def window(subject: Subject) -> tuple[int, int, int, int]:
    """Return (step, first slot, last slot, rows a slot) over which rows are counted.

    It ends with the newest value: an hour that is not over is left out.
    """
    newest_us, cadence_s = subject.newest_us or 0, subject.contract.cadence_s
    if cadence_s < DAY_S:
        each = max(1, round(3600 / cadence_s))
        last = newest_us // HOUR_US - (1 if each > 1 else 0)
        return HOUR, last - HOURS + 1, last, each
    last = measures.day_of(newest_us, subject.city.zone)
    return DAY, last - round(CADENCES * cadence_s / DAY_S) + 1, last, 1


def remembered_us(subject: Subject) -> int:
    """Return for how long an entity that says nothing is still expected to."""
    longest_s = max(REMEMBERED_S, REMEMBERED_CADENCES * subject.contract.cadence_s)
    return round(longest_s * 1_000_000)


CHECKS = (
    Check("sufficient", there),
    Check("sufficient", rows, heavy=True),
    Check("sufficient", areas),
    Check("sufficient", entities),
    Check("sufficient", indicators),
    Check("sufficient", fields),
)

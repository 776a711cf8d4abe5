"""Sạch, clean: what came can be read, once, in the city's own codes and spelling.

- form: rows that were not refused because they could not be read as what they should be.
- codes: rows that were not refused for an unknown code, status, unit or indicator; records of a
  category the contract does not list count as wrong, too.
- once: rows that did not repeat another of the same key.
- spelling: rows whose text is Unicode NFC, as Vietnamese is written here (others are mended).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data_access.criteria.part import Check, Part, Subject
from data_access.criteria.reasons import CODES, ONCE, of_form, refused
from data_access.store import measures


def rows(subject: Subject) -> Sequence[Part]:
    """Return form, codes, once and spelling."""
    reading = measures.reading(subject.snapshot, subject.contract.id)
    accepted, rejected = reading.accepted, reading.rejected
    total = accepted + sum(rejected.values())
    denormal = min(reading.measured.get("denormal", 0), total)
    evidence = [{"kind": "spelling", "id": "NFC", "count": denormal}] if denormal else []
    return [
        refused("form", accepted, rejected, of_form(rejected)),
        _with_categories(subject, refused("codes", accepted, rejected, CODES)),
        refused("once", accepted, rejected, ONCE),
        Part.of("spelling", total - denormal, total, evidence),
    ]


def _with_categories(subject: Subject, codes: Part) -> Part:
    known = subject.contract.categories
    if not known:
        return codes
    strange: dict[str, int] = {}
    for _, category, _, records in subject.snapshot.counts(subject.contract.id):
        if category not in known:
            strange[category] = strange.get(category, 0) + records
    more = [
        {"kind": "code", "id": category, "count": records} for category, records in strange.items()
    ]
    wrong = min(sum(strange.values()), codes.right)
    both = Part.of(codes.name, codes.right - wrong, codes.checked, [*codes.evidence, *more])
    return replace(both, wrong=codes.wrong + len(more))


CHECKS = (Check("clean", rows),)

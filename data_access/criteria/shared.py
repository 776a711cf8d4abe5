"""Dùng chung, shared: others can find it, know on what terms, and do use it.

- catalogue: entries of the catalogue that are filled, of those every dataset should have.
- used: whole when people looked at it in the last days; half when only an aggregate is made of it,
  which nobody looked at. Where nobody counts who looks, an aggregate is use enough.
- access: questions for its rows that were answered, of all of the last days; a private dataset is
  right to refuse, and has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.criteria.part import Check, Part, Subject


def entries(contract: DatasetContract, city: City) -> dict[str, bool]:
    """Return which entries of the catalogue are filled, by name."""
    owner = city.agencies[contract.owner]
    described = contract.fields or contract.indicators
    return {
        "owner": True,
        "steward": contract.steward is not None,
        "deputy": contract.deputy is not None,
        "phone": bool(contract.phone or owner.phone),
        "system_of_record": contract.system_of_record is not None,
        "cadence": True,
        "fields": bool(described),
        "share": contract.share is not None,
        "licence": contract.licence is not None,
        "retention": bool(contract.retention),
    }


def catalogue(subject: Subject) -> Sequence[Part]:
    """Return catalogue; what is missing by name."""
    found = entries(subject.contract, subject.city)
    missing = [{"kind": "entry", "id": name} for name, is_filled in found.items() if not is_filled]
    return [Part.of("catalogue", sum(found.values()), len(found), missing)]


def used(subject: Subject) -> Sequence[Part]:
    """Return used."""
    if subject.use is None:
        return [Part("used", 1 if subject.shown_in else 0, 1)]
    if subject.use.people:
        return [Part("used", 2, 2)]
    unseen = [{"kind": "unseen"}]
    return [Part.of("used", 1 if subject.shown_in else 0, 2, unseen)]


def access(subject: Subject) -> Sequence[Part]:
    """Return access."""
    use = subject.use
    if use is None or subject.contract.share == "private":
        return []
    refused = [{"kind": "refused", "count": use.refused}] if use.refused else []
    return [Part.of("access", use.answered, use.answered + use.refused, refused)]


CHECKS = (Check("shared", catalogue), Check("shared", used), Check("shared", access))

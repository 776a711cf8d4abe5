"""Resources of HL7 FHIR R4 as hospitals and health offices send them: for `fhir`.

A generator says what was counted, by whom, when. Not a generator itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

Resource = dict[str, Any]
Measured = Mapping[str, Mapping[str, int]]  # group ("": the only one) -> population -> count


def report(
    measure: str, reporter: str, begins: datetime, counts: Measured, *, hours: float
) -> Resource:
    """Return a summary of `hours` from an instant, by the organization that reports it."""
    ends = begins + timedelta(hours=hours)
    groups = [
        {
            **({"code": {"text": name}} if name else {}),
            "population": [_population(code, count) for code, count in populations.items()],
        }
        for name, populations in counts.items()
    ]
    return {**_head(measure, begins, ends, ends), "reporter": _to(reporter), "group": groups}


def strata(
    measure: str,
    begins: datetime,
    ends: datetime,
    counts: Mapping[str, int],
    *,
    by: str | None,
    told: datetime,
) -> Resource:
    """Return a summary of counts by code, told together and `by` a stratifier, if any."""
    group: Resource = {"population": [_population("numerator", sum(counts.values()))]}
    if by is not None:
        found = [
            {"value": {"coding": [{"code": code}]}, "population": [_population("numerator", count)]}
            for code, count in counts.items()
        ]
        group["stratifier"] = [{"code": [{"text": by}], "stratum": found}]
    return {**_head(measure, begins, ends, told), "group": [group]}


def site(key: str, name: str, lat: float, lon: float, *, organization: str) -> Resource:
    """Return the site of an organization."""
    return {
        "resourceType": "Location",
        "id": key,
        "status": "active",
        "name": name,
        "physicalType": {"coding": [{"code": "si"}]},
        "position": {"latitude": lat, "longitude": lon},
        "managingOrganization": _to(organization),
    }


def lines(resources: Iterable[Resource]) -> bytes:
    """Return resources as a bulk export has them, one a line."""
    return b"\n".join(map(orjson.dumps, resources)) + b"\n"


def _head(measure: str, begins: datetime, ends: datetime, told: datetime) -> Resource:
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": measure,
        "date": told.isoformat(),
        "period": {"start": begins.isoformat(), "end": ends.isoformat()},
    }


def _population(code: str, count: int) -> Resource:
    return {"code": {"coding": [{"code": code}]}, "count": count}


def _to(organization: str) -> Resource:
    return {"reference": f"Organization/{organization}"}

"""Which criterion a refused row speaks against: the reasons of sources and of the contract's check.

A reason that is not named here is one of form: what came could not be read as what it should be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from data_access.criteria.part import Evidence, Part

VALUES = frozenset(
    {"outOfRange", "implausible", "tooLarge", "badField", "badTime", "badPosition", "badPlace"}
)
CODES = frozenset(
    {"unknownCode", "unknownStatus", "unknownArea", "unknownIndicator", "unknownUnit"}
)
ONCE = frozenset({"duplicate"})
CONTRADICTIONS = frozenset({"inconsistent", "closedBeforeOpened", "endsBeforeStart"})
WHOLE = frozenset(
    {"unreadableFile", "schemaChanged"}
)  # files: told by what is failing, not by rows
NO_FAULT = frozenset({"draft"})
_NAMED = VALUES | CODES | ONCE | CONTRADICTIONS | WHOLE | NO_FAULT


def refused(
    name: str, accepted: int, rejected: Mapping[str, int], reasons: Collection[str]
) -> Part:
    """Return the part of rows that were not refused for one of `reasons`."""
    found = {reason: rows for reason, rows in rejected.items() if reason in reasons}
    evidence: list[Evidence] = [
        {"kind": "reason", "id": reason, "count": rows}
        for reason, rows in sorted(found.items(), key=lambda pair: -pair[1])
    ]
    return Part.of(name, accepted, accepted + sum(found.values()), evidence)


def of_form(rejected: Mapping[str, int]) -> frozenset[str]:
    """Return the reasons among those of `rejected` that are of form."""
    return frozenset(rejected) - _NAMED

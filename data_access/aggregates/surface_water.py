"""Levels A to D of surface water by QCVN 08:2023/BTNMT (in force since 12/9/2023).

From table 2 (rivers; what is organic is the same for lakes): dissolved oxygen at least, BOD5 and
COD at most, pH within, limits inclusive. A station is at the worst level of what it measures.
Ammonium is held against table 1 (health). Concentrations in mg/l. Other parameters of the tables
are not read.
"""

from __future__ import annotations

from collections.abc import Mapping

LEVELS = ("A", "B", "C", "D")  # good, fair, bad, very bad
LEAST: Mapping[str, tuple[float, ...]] = {"water_do": (6.0, 5.0, 4.0)}  # of A, B, C
MOST: Mapping[str, tuple[float, ...]] = {
    "water_bod5": (4.0, 6.0, 10.0),
    "water_cod": (10.0, 15.0, 20.0),
}
WITHIN: Mapping[str, tuple[tuple[float, float], ...]] = {
    "water_ph": ((6.5, 8.5), (6.0, 8.5), (6.0, 8.5)),  # of A, B, C
}
AMMONIUM_MOST = 0.3  # as nitrogen


def parameter_level(parameter: str, concentration: float) -> str:
    """Return the level of one parameter's concentration; raises KeyError if unknown."""
    if parameter in LEAST:
        steps = LEAST[parameter]
        return LEVELS[sum(concentration < step for step in steps)]
    if parameter in WITHIN:
        ranges = WITHIN[parameter]
        return LEVELS[sum(not low <= concentration <= high for low, high in ranges)]
    return LEVELS[sum(concentration > step for step in MOST[parameter])]


def level(concentrations: Mapping[str, float]) -> str | None:
    """Return a station's level, the worst of its parameters; None when it measures none.

    Whether it has one is for what it measures beside pH to say.
    """
    if concentrations.keys().isdisjoint((*LEAST, *MOST)):
        return None
    return max(
        parameter_level(name, concentrations[name])
        for name in (*LEAST, *MOST, *WITHIN)
        if name in concentrations
    )

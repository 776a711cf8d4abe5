"""Levels A to D of surface water by QCVN 08:2023/BTNMT (in force since 12/9/2023).

From table 2 (rivers; what is organic is the same for lakes): dissolved oxygen at least, BOD5 and
COD at most, limits inclusive. A station is at the worst level of what it measures. Ammonium is
held against table 1 (health). Concentrations in mg/l. Other parameters of the tables are not read.
"""

from __future__ import annotations

from collections.abc import Mapping

LEVELS = ("A", "B", "C", "D")  # good, fair, bad, very bad
LEAST: Mapping[str, tuple[float, ...]] = {"water_do": (6.0, 5.0, 4.0)}  # of A, B, C
MOST: Mapping[str, tuple[float, ...]] = {
    "water_bod5": (4.0, 6.0, 10.0),
    "water_cod": (10.0, 15.0, 20.0),
}
AMMONIUM_MOST = 0.3  # as nitrogen


def parameter_level(parameter: str, concentration: float) -> str:
    """Return the level of one parameter's concentration; raises KeyError if unknown."""
    if parameter in LEAST:
        steps = LEAST[parameter]
        return LEVELS[sum(concentration < step for step in steps)]
    return LEVELS[sum(concentration > step for step in MOST[parameter])]


def level(concentrations: Mapping[str, float]) -> str | None:
    """Return a station's level, the worst of its parameters; None when it measures none."""
    found = [
        parameter_level(name, concentrations[name])
        for name in (*LEAST, *MOST)
        if name in concentrations
    ]
    return max(found, default=None)

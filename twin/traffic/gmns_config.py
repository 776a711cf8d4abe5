"""What a GMNS folder says of itself (config.csv): its system of coordinates, its units.

Most folders have none. What is said holds; what is not is found out (gmns.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.working import WorkFailed
from twin.traffic.projection import crs_of

FILE = "config.csv"
LENGTHS = {
    "m": ("m", "meter", "meters", "metre", "metres"),
    "km": ("km", "kilometer", "kilometers", "kilometre", "kilometres"),
    "ft": ("ft", "foot", "feet"),
    "mi": ("mi", "mile", "miles"),
}
SPEEDS_KMH = {
    1.0: ("kmh", "km/h", "kph", "kmph", "km/hr", "kilometers per hour", "kilometres per hour"),
    1.609344: ("mph", "mi/h", "miles per hour"),
    3.6: ("m/s", "mps", "meters per second", "metres per second"),
}


@dataclass(frozen=True, slots=True)
class Config:
    """None of what is not said."""

    crs: str | None = None
    length: str | None = None  # of links: a key of LENGTHS
    speed_kmh: float | None = None  # one unit of speeds


def read_config(rows: list[Mapping[str, str]], crs: str | None) -> Config:
    """Return what the first row says; a `crs` that was declared beside it goes before its own.

    Raises WorkFailed for a unit or a system nobody knows.
    """
    row = rows[0] if rows else {}
    named = (crs or row.get("crs") or "").strip()
    system = crs_of(named) if named else None
    if named and system is None:
        raise WorkFailed("input", f"crs {named}; expected EPSG and a number, or +proj=…")
    length, speed = row.get("long_length", "").lower(), row.get("speed", "").lower()
    lengths = [unit for unit, names in LENGTHS.items() if length in names]
    speeds = [kmh for kmh, names in SPEEDS_KMH.items() if speed in names]
    for key, given, found in (("long_length", length, lengths), ("speed", speed, speeds)):
        if given and not found:
            raise WorkFailed("input", f"{FILE}: {key} is {given}, a unit nobody knows")
    return Config(system, next(iter(lengths), None), next(iter(speeds), None))

"""Units as sources write them (UN/CEFACT codes, symbols, words) turned into a contract's.

Codes and factors: UNECE Recommendation 20 (Codes for Units of Measure Used in International
Trade), revision 17, annexes II and III. A unit that is neither here nor the contract's own is
refused by whoever asks: a number in a unit nobody knows is no number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from data_access.contracts import DatasetContract
from data_access.spelling import tone_key
from language import told


class UnknownUnit(ValueError):
    """A unit cannot be turned into the one asked for; the message says which."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`quantity` is what can be turned into one another; value * factor + offset is its base."""

    quantity: str
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversion:
    """value * factor + offset."""

    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, number: float) -> float:
        """Return the number in the other unit."""
        if self == SAME:
            return number
        return float(f"{number * self.factor + self.offset:.12g}")  # not 26.850000000000023


SAME = Conversion()

_CODES: dict[str, str] = {
    # length, area, volume
    "MTR": "m", "CMT": "cm", "MMT": "mm", "KMT": "km", "INH": "in", "FOT": "ft", "SMI": "mile",
    "MTK": "m²", "KMK": "km²", "HAR": "ha", "MTQ": "m³", "LTR": "l",
    # speed, flow, rate of rain
    "KMH": "km/h", "MTS": "m/s", "HM": "mph", "KNT": "kn",
    "MQS": "m³/s", "MQH": "m³/h", "G51": "l/s", "L2": "l/min", "H67": "mm/h",
    # concentration by mass
    "GQ": "µg/m³", "GP": "mg/m³", "A93": "g/m³", "H29": "µg/l", "M1": "mg/l",
    # fractions
    "C62": "1", "P1": "%", "59": "ppm", "61": "ppb",
    # temperature, pressure
    "CEL": "°C", "KEL": "K", "FAH": "°F",
    "A97": "hPa", "MBR": "mbar", "PAL": "Pa", "KPA": "kPa", "BAR": "bar",
    # time
    "SEC": "s", "C26": "ms", "MIN": "min", "HUR": "h", "DAY": "d",
    # mass, energy, power
    "KGM": "kg", "GRM": "g", "MGM": "mg", "TNE": "t",
    "WTT": "W", "KWT": "kW", "MAW": "MW", "KWH": "kWh", "MWH": "MWh", "GWH": "GWh",
    # light, sound, angle, chemistry, conductivity
    "LUX": "lx", "2N": "dB", "DD": "°", "C81": "rad", "Q30": "pH",
    "D10": "S/m", "H61": "mS/cm", "G42": "µS/cm",
}  # fmt: skip

_UNITS: dict[str, Unit] = {
    "m": Unit("length"), "cm": Unit("length", 0.01), "mm": Unit("length", 0.001),
    "km": Unit("length", 1000), "in": Unit("length", 0.0254), "ft": Unit("length", 0.3048),
    "mile": Unit("length", 1609.344),
    "m²": Unit("area"), "ha": Unit("area", 1e4), "km²": Unit("area", 1e6),
    "l": Unit("volume", 0.001), "m³": Unit("volume"),
    "m/s": Unit("speed"), "km/h": Unit("speed", 1 / 3.6), "mph": Unit("speed", 0.44704),
    "kn": Unit("speed", 1852 / 3600),
    "m³/s": Unit("flow"), "m³/h": Unit("flow", 1 / 3600), "l/s": Unit("flow", 0.001),
    "l/min": Unit("flow", 0.001 / 60),
    "mm/h": Unit("rate of rain"),
    "µg/m³": Unit("concentration"), "mg/m³": Unit("concentration", 1e3),
    "g/m³": Unit("concentration", 1e6), "µg/l": Unit("concentration", 1e3),
    "mg/l": Unit("concentration", 1e6),
    "1": Unit("fraction"), "%": Unit("fraction", 0.01), "‰": Unit("fraction", 0.001),
    "ppm": Unit("fraction", 1e-6), "ppb": Unit("fraction", 1e-9),
    "K": Unit("temperature"), "°C": Unit("temperature", 1, 273.15),
    "°F": Unit("temperature", 5 / 9, 273.15 - 32 * 5 / 9),
    "Pa": Unit("pressure"), "hPa": Unit("pressure", 100), "mbar": Unit("pressure", 100),
    "kPa": Unit("pressure", 1e3), "bar": Unit("pressure", 1e5),
    "ms": Unit("time", 0.001), "s": Unit("time"), "min": Unit("time", 60), "h": Unit("time", 3600),
    "d": Unit("time", 86400),
    "mg": Unit("mass", 1e-6), "g": Unit("mass", 0.001), "kg": Unit("mass"), "t": Unit("mass", 1e3),
    "W": Unit("power"), "kW": Unit("power", 1e3), "MW": Unit("power", 1e6),
    "kWh": Unit("energy", 3.6e6), "MWh": Unit("energy", 3.6e9), "GWh": Unit("energy", 3.6e12),
    "lx": Unit("light"), "dB": Unit("sound"), "pH": Unit("acidity"),
    "°": Unit("angle"), "rad": Unit("angle", 57.29577951308232),
    "S/m": Unit("conductivity"), "mS/cm": Unit("conductivity", 0.1),
    "µS/cm": Unit("conductivity", 1e-4),
    "đ": Unit("VND"), "USD": Unit("USD"),
}  # fmt: skip

_WORDS: dict[str, str] = {
    "đồng": "đ", "vnđ": "đ", "vnd": "đ", "đô la mỹ": "USD", "đô la": "USD", "usd": "USD",
    "tấn": "t", "tạ": "100 kg", "gram": "g", "gam": "g", "lít": "l", "mét": "m", "giây": "s",
    "phút": "min", "giờ": "h", "ngày": "d", "phần trăm": "%", "percent": "%", "độ c": "°C",
    "db(a)": "dB", "dba": "dB", "kmh": "km/h", "kph": "km/h", "ug/m3": "µg/m³", "m3": "m³",
    "m2": "m²", "km2": "km²", "m3/s": "m³/s",
}  # fmt: skip

_MULTIPLES = {"trăm": 1e2, "nghìn": 1e3, "ngàn": 1e3, "triệu": 1e6, "tỷ": 1e9, "tỉ": 1e9}
_MULTIPLES_KEYS = {tone_key(word): factor for word, factor in _MULTIPLES.items()}
_COUNTS = frozenset({"", "1"})


def conversion(given: str, wanted: str) -> Conversion:
    """Return how a number in `given` becomes one in `wanted`; raises UnknownUnit.

    Counts have no unit of their own: "C62" or none fits whatever is counted ("ca", "xe").
    """
    return _conversion(given.strip(), wanted.strip())


def conversions(given: Mapping[str, str], contract: DatasetContract) -> dict[str, Conversion]:
    """Return how numbers of indicators become the contract's, `given` being the unit of each.

    Raises UnknownUnit, as registry.verify does before anything is read.
    """
    unknown = sorted(given.keys() - contract.indicators.keys())
    if unknown:
        raise UnknownUnit(told("{name} is no indicator", name=unknown[0]))
    return {name: conversion(unit, contract.indicators[name].unit) for name, unit in given.items()}


def is_unit(text: str) -> bool:
    """Tell whether a text is a unit known here, or a multiple of one ("nghìn tấn")."""
    if _symbol(text.strip()) in _UNITS:
        return text.strip() != "1"
    word, _, rest = _symbol(text.strip()).partition(" ")
    return tone_key(word) in _MULTIPLES_KEYS and bool(rest) and is_unit(rest)


@lru_cache(maxsize=1024)
def _conversion(given: str, wanted: str) -> Conversion:
    if _plain(given) == _plain(wanted):
        return SAME
    source, target = _read(given), _read(wanted)
    if source.quantity == target.quantity:
        factor = source.factor / target.factor
        return Conversion(factor, (source.offset - target.offset) / target.factor)
    if _symbol(given) in _COUNTS and _symbol(wanted) not in _UNITS:
        return Conversion(1 / target.factor)  # "C62" of a thing counted in thousands
    raise UnknownUnit(
        told("{given!r} cannot be turned into {wanted!r}", given=given[:40], wanted=wanted)
    )


def _read(text: str) -> Unit:
    """Return what a text says: a known unit, a multiple of one, or a thing by its own name."""
    symbol = _symbol(text)
    if symbol in _UNITS:
        return _UNITS[symbol]
    word, _, rest = symbol.partition(" ")
    factor = _MULTIPLES_KEYS.get(tone_key(word))
    if factor is None and word.isdecimal() and rest:
        factor = float(word)
    if factor is None:
        return Unit(tone_key(symbol))
    inner = _read(rest) if rest else _UNITS["1"]
    return Unit(inner.quantity, inner.factor * factor, inner.offset)


def _symbol(text: str) -> str:
    """Return the one spelling of a code, symbol or word; what is none of them stays."""
    if text in _CODES:
        return _CODES[text]
    plain = _plain(text)
    for table in (_SYMBOLS, _FOLDED):
        if plain in table:
            return table[plain]
        plain = plain.casefold()
    return text


def _plain(text: str) -> str:
    """Return a unit without what only looks different: "μg/m^3" and "µg/m³" are equal."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).replace("^", "").strip()


_SYMBOLS = {_plain(symbol): symbol for symbol in _UNITS}
_FOLDED = {_plain(symbol).casefold(): symbol for symbol in reversed(_UNITS)} | {
    _plain(word).casefold(): symbol for word, symbol in _WORDS.items()
}

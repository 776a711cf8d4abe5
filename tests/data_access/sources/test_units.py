"""Units: codes, symbols and words, and that one unknown is refused, not guessed."""

from __future__ import annotations

import pytest

from data_access.sources.units import UnknownUnit, conversion


@pytest.mark.parametrize(
    ("given", "wanted", "number", "expected"),
    [
        ("GP", "µg/m³", 0.5, 500),
        ("GQ", "μg/m3", 3, 3),  # another mu, another three
        ("M1", "µg/m³", 1, 1_000_000),
        ("C62", "%", 0.54, 54),
        ("P1", "%", 54, 54),
        ("CEL", "°C", 26.85, 26.85),
        ("KEL", "°C", 300, 26.85),
        ("FAH", "°C", 212, 100),
        ("FAH", "°C", -40, -40),
        ("MTS", "km/h", 10, 36),
        ("KNT", "km/h", 1, 1.852),
        ("HM", "km/h", 1, 1.609344),
        ("MTR", "mm", 1.5, 1500),
        ("SEC", "min", 90, 1.5),
        ("A97", "kPa", 1013, 101.3),
        ("C62", "lượt", 3, 3),
        ("C62", "nghìn lượt", 2000, 2),
        ("Tỷ đồng", "triệu đồng", 2, 2000),
        ("nghìn tỷ đồng", "tỷ đồng", 2, 2000),
        ("Triệu USD", "USD", 1, 1_000_000),
        ("Nghìn tấn", "t", 2, 2000),
        ("tạ", "kg", 2, 200),
        ("ca", "ca", 7, 7),
    ],
)
def test_a_number_becomes_one_in_the_contract_s_unit(
    given: str, wanted: str, number: float, expected: float
) -> None:
    assert conversion(given, wanted)(number) == expected


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("KMH", "°C"), ("XYZ", "km/h"), ("lượt", "ca"), ("59", "µg/m³"), ("tỷ đồng", "USD")],
)
def test_a_unit_of_something_else_is_refused(given: str, wanted: str) -> None:
    with pytest.raises(UnknownUnit, match="cannot be turned into"):
        conversion(given, wanted)


@pytest.mark.parametrize("code", ["KMH", "GQ", "CEL", "MMT", "P1"])
def test_there_and_back_is_the_same(code: str) -> None:
    there, back = {"KMH": "MTS", "GQ": "GP", "CEL": "FAH", "MMT": "INH", "P1": "C62"}, conversion
    assert back(there[code], code)(back(code, there[code])(12.5)) == pytest.approx(12.5)

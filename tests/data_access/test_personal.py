"""What is shown of rows tells nobody who somebody is."""

from __future__ import annotations

import pytest

from data_access.personal import MASK, masked, masked_text


@pytest.mark.parametrize(
    "personal", ["0912345678", "0912 345 678", "+84 24 3825 0000", "an.nguyen@mail.example.vn"]
)
def test_telephones_and_addresses_are_masked_in_any_text(personal):
    assert masked_text(f"gọi {personal} nhé") == f"gọi {MASK} nhé"


@pytest.mark.parametrize(
    "figure", ["2026-09-21T02:14:00+07:00", "0.123456789012", "1790000000000", "21.0287,105.8524"]
)
def test_times_and_figures_stay(figure):
    assert masked_text(figure) == figure


def test_fields_that_name_people_are_masked_however_deep():
    row = {"body": {"Author": "An", "more": [{"phone": "1"}]}, "email": "", "value": 3.5}
    assert masked(row) == {
        "body": {"Author": MASK, "more": [{"phone": MASK}]},
        "email": "",
        "value": 3.5,
    }


def test_what_is_nested_without_end_is_cut():
    row: dict = {}
    inner = row
    for _ in range(50):
        inner["a"] = inner = {}
    assert MASK in str(masked(row))

"""Public posts: what they are about and how far they reach, and nothing of who wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data_access.errors import SourceWrongFormat
from tests.data_access.sources.conftest import Reader, reasons

DATASET = "feedback.social"


def _page(*numbers: int, **more: Any) -> str:
    posts = [
        {
            "type": "Create",
            "actor": "https://social.vi-du.vn/users/an",
            "to": "as:Public",
            "published": f"2026-08-01T00:0{number}:00Z",
            "object": {"id": f"https://social.vi-du.vn/users/an/{number}", "content": "Ngập sâu"},
        }
        for number in numbers
    ]
    return json.dumps({"type": "OrderedCollectionPage", "orderedItems": posts} | more)


def test_who_wrote_is_not_kept(read_small: Reader) -> None:
    batch = read_small(DATASET, "social_activity*")
    assert batch.records
    assert not any(name in str(batch.records) for name in ("an.nguyen", "binh.tran", "0912"))


def test_pages_are_read_together_each_with_what_it_says_of_its_posts(read_file: Reader) -> None:
    one, other = {"generator": {"name": "Mạng A"}}, {"generator": {"name": "Mạng B"}}
    batch = read_file(DATASET, f"{_page(1, 2, **one)}\n{_page(3, **other)}\n")
    assert [each.body["platform"] for each in batch.records] == ["Mạng A", "Mạng A", "Mạng B"]
    assert [each.source_ref for each in batch.records] == ["file.dat#1", "file.dat#2", "file.dat#3"]


def test_a_line_that_is_cut_off_costs_itself(read_file: Reader) -> None:
    batch = read_file(DATASET, f"{_page(1)}\n{_page(2)}\n{_page(3)[:40]}")
    assert len(batch.records) == 2
    assert reasons(batch) == {"file.dat:3": "badLine"}


@pytest.mark.parametrize("text", ['{"items": 3}', "[]", '{"items": ["x"]}'])
def test_what_is_no_list_of_posts_is_refused(read_file: Reader, text: str) -> None:
    with pytest.raises(SourceWrongFormat):
        read_file(DATASET, text)

"""The same thing reported by several is one; the same words about another are not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest

from analytics.voices.duplicates import Duplicates
from analytics.voices.places import Gazetteer
from analytics.voices.reports import Report, report, reports_of, words_of
from benchmarks.report_flood import flood
from data_access.rollup import HOUR_US

HERE = (21.03, 105.85)
KNOWN = Gazetteer.of(["Hoa Bằng", "Hàng Bạc", "Hàng Bài"])


def told(*texts: str, point=HERE, hours: float = 1.0, category="drainage") -> list[Report]:
    return [
        report(f"r{at}", text, at_us=int(at * hours * HOUR_US), category=category, point=point,
               gazetteer=KNOWN)
        for at, text in enumerate(texts)
    ]  # fmt: skip


def clusters(reports: Sequence[Report]) -> list[list[str]]:
    found = Duplicates()
    found.add(reports)
    return [[each.report_id for each in cluster.reports] for cluster in found.clusters]


def test_spellings_of_one_report_are_one_thing():
    said = "Nước ngập đến nửa bánh xe ở phố Hoa Bằng"
    marks = unicodedata.normalize("NFD", said)
    plain = "nuoc ngap den nua banh xe o pho hoa bang 😡 0912345678"
    assert clusters(told(said, marks, plain, said.upper())) == [["r0", "r1", "r2", "r3"]]


def test_two_streets_with_one_wording_are_two_things():
    said = "Nước ngập đến nửa bánh xe ở phố {}"
    assert clusters(told(said.format("Hàng Bạc"), said.format("Hàng Bài"))) == [["r0"], ["r1"]]
    apart = told(said.format("Hàng Bạc"), said.format("Hàng Bài"), point=None)
    assert clusters(apart) == [["r0"], ["r1"]]


def test_two_matters_at_one_spot_are_two_things():
    one = told("Nước ngập sâu ở phố Hoa Bằng")
    other = told("", "Quán karaoke phố Hoa Bằng ồn quá khuya", category="environment")[1:]
    assert clusters([*one, *other]) == [["r0"], ["r1"]]


def test_the_same_long_after_is_another_thing():
    said = "Cây đổ chắn ngang phố Hoa Bằng"
    assert clusters(told(said, said, hours=24)) == [["r0", "r1"]]
    assert clusters(told(said, said, hours=100)) == [["r0"], ["r1"]]


def test_neighbours_do_not_chain_along_a_street():
    said = "Đèn đường tắt cả đoạn phố Hoa Bằng"
    along = [
        report(f"r{at}", said, at_us=at, category="lighting", gazetteer=KNOWN,
               point=(HERE[0] + at * 0.0015, HERE[1]))
        for at in range(12)
    ]  # fmt: skip
    assert max(map(len, clusters(along))) <= 3


def test_a_report_that_comes_twice_counts_once():
    one = told("Cây đổ chắn ngang phố Hoa Bằng")
    assert clusters([*one, *one]) == [["r0"]]


def test_without_a_place_only_the_very_words_again_are_the_same():
    long = "Chúng tôi đã gọi nhiều lần mà xe ép rác vẫn đỗ nổ máy dưới cửa sổ mỗi đêm"
    assert clusters(told(long, long, point=None)) == [["r0", "r1"]]
    assert clusters(told("Mất nước từ đêm qua", "Mất nước từ đêm qua", point=None)) == [
        ["r0"],
        ["r1"],
    ]


@pytest.mark.parametrize(
    "hostile", ["", "😀", "0912345678", "\u200b", "a" * 1_000_000, "ngập " * 10]
)
def test_hostile_texts_join_nothing_and_break_nothing(hostile):
    said = "Cây đổ chắn ngang phố Hoa Bằng"
    found = clusters(told(said, hostile, said))
    assert ["r0", "r2"] in found
    assert sum(map(len, found)) == 3


def test_a_position_that_many_addresses_share_is_none():
    lives = [
        each.life
        for each in flood(60, seed=3)
        if each.life.geometry is not None and each.life.body["address"]
    ][:8]
    office = {"type": "Point", "coordinates": [105.8, 21.0]}
    for at, life in enumerate(lives):
        object.__setattr__(life, "geometry", office)
        life.body["address"] = f"Phố {at}"
    assert all(each.spot.point is None for each in reports_of(lives, KNOWN))


def test_reports_in_parts_make_the_same_things_as_at_once():
    lives = [each.life for each in flood(300, seed=5)]
    names = Gazetteer.of([], [words_of(life.body) for life in lives])
    reports = reports_of(lives, names)
    parts = Duplicates()
    for begin in range(0, len(reports), 7):
        parts.add(reports[begin : begin + 7])
    got = [[each.report_id for each in cluster.reports] for cluster in parts.clusters]
    assert got == clusters(reports)


def test_a_flood_of_reports_is_told_apart():
    told_of = flood(600, seed=11)
    event = {each.life.base_id: each.event for each in told_of}
    lives = [each.life for each in told_of]
    names = Gazetteer.of([], [words_of(life.body) for life in lives])
    found = clusters(reports_of(lives, names))
    pairs = right = 0
    for members in found:
        for at, one in enumerate(members):
            for other in members[at + 1 :]:
                pairs += 1
                right += event[one] == event[other]
    assert pairs > 500
    assert right / pairs >= 0.9

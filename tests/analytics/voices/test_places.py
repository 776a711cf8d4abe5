"""Names of places in what people write, and whether two mean one spot."""

from __future__ import annotations

import pytest

from analytics.voices.places import Gazetteer, mentions, network_names
from analytics.voices.spots import Spot, relation, spot_of
from data_access.city import load_city
from tests.still_city import CITY

KNOWN = Gazetteer.of(["Hoa Bằng", "Lê Lợi", "Lê Lai", "Nguyễn Trãi"])


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Ngập ở phố Hàng Bạc, đề nghị xử lý", {"hang bac"}),
        ("phố Huế ngập. Nước dâng", {"hue"}),
        ("Ngã tư Kim Mã ùn tắc", {"kim ma"}),
        ("cầu Giấy tắc", {"cau giay"}),
        ("tắc ở cầu Giấy", {"cau giay"}),
        ("Chợ Hôm nhiều rác", {"cho hom"}),
        ("đường ngập sâu", set()),
        ("DUONG LE LOI NGAP SAU", {"le loi"}),
        ("hoa bang lai ngap", {"hoa bang"}),
        ("ở phường Láng ngập", set()),
        ("P. Láng, đường Hoa Bằng", {"hoa bang"}),
        ("ngõ 12 Lê Lợi mất nước", {"le loi"}),
        ("ngõ Trạm mất nước", {"ngo tram"}),
        ("", set()),
    ],
)
def test_names_of_places_are_found(said, names):
    assert mentions(said, KNOWN).names == names


def test_lanes_doors_and_hamlets_are_numbers_of_their_own():
    found = mentions("số nhà 45 ngõ 12/34 Lê Lợi, tổ dân phố số 5", KNOWN)
    assert (found.doors, found.lanes, found.hamlets) == ({45}, {12}, {"5"})
    assert "le" not in found.others


def test_what_reports_spell_out_often_enough_is_a_name_in_small_letters_too():
    texts = [f"{word} ở phố Tạ Hiện" for word in ("Ngập", "Rác", "Ồn")]
    assert mentions("ta hien on ao", Gazetteer.of([], texts)).names == {"ta hien"}
    assert mentions("ta hien on ao", Gazetteer.of([], texts[:2] * 5)).names == set()


def test_the_network_of_the_city_names_streets():
    assert {"Kim Mã", "Giảng Võ"} <= set(network_names(load_city(CITY).network))


def spot(said: str, **more) -> Spot:
    return spot_of(mentions(said, KNOWN), mentions(""), gazetteer=KNOWN, **more)


HERE, NEAR, FAR = (21.0, 105.8), (21.0009, 105.8), (21.003, 105.8)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (spot("", point=HERE), spot("", point=NEAR), "same"),
        (spot("", point=HERE), spot("", point=FAR), "other"),
        (spot("phố Lê Lợi", point=HERE), spot("phố Lê Lai", point=NEAR), "other"),
        (spot("phố Lê Lợi", area="1"), spot("đường Lê Lợi", area="1"), "same"),
        (spot("phố Lê Lợi", area="1"), spot("đường Lê Lợi", area="2"), "other"),
        (spot("ngõ 12 Lê Lợi"), spot("ngõ 84 Lê Lợi"), "other"),
        (spot("số 3 Lê Lợi"), spot("số 15 Lê Lợi"), "same"),
        (spot("số 3 Lê Lợi"), spot("số 150 Lê Lợi"), "other"),
        (spot("phố Nguyễn Trãii"), spot("phố Nguyễn Trãi"), "unknown"),  # a slip, or another
        (spot("", area="1"), spot("", area="1"), "unknown"),
        (spot(""), spot("phố Lê Lợi", point=HERE), "unknown"),
    ],
)
def test_two_reports_are_of_one_spot(one, other, expected):
    assert relation(one, other) == expected
    assert relation(other, one) == expected


def test_a_hamlet_is_one_only_within_its_unit():
    one, other = (spot("tổ dân phố số 5", area=area) for area in ("1", "2"))
    assert relation(one, other) == "other"
    assert relation(one, one) == "same"

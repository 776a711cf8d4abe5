"""The catalogue for other catalogues: DCAT-AP in JSON-LD, and what each class of sharing allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from data_access import dcat
from data_access.city import City, load_city
from data_access.contracts import GROUPS
from tests.conftest import ROOT

ADDRESS = "https://ioc.example.vn"
NOW_MS = 1_790_000_000_000.0


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


def of(city: City, dataset: str, **changed: Any) -> dict[str, Any]:
    contract = replace(city.datasets[dataset], **changed)
    return dcat.dataset(city, contract, address=ADDRESS, modified_ms=NOW_MS)


def terms(found: Any) -> Iterator[str]:
    """Yield every name and every type that is used."""
    if isinstance(found, list):
        for each in found:
            yield from terms(each)
    elif isinstance(found, dict):
        for name, each in found.items():
            if name == "@type":
                yield from [each] if isinstance(each, str) else each
            elif not name.startswith("@"):
                yield name
            yield from terms(each)


def test_the_catalogue_has_every_dataset_and_only_terms_of_its_context(city: City) -> None:
    made = dcat.catalogue(city, city.datasets.values(), address=ADDRESS, modified_ms={})
    assert made["@type"] == "dcat:Catalog"
    told = [each["dct:identifier"] for each in made["dcat:dataset"]]
    assert told == list(city.datasets)
    body = {name: each for name, each in made.items() if name != "@context"}
    assert {term.split(":")[0] for term in terms(body)} <= set(dcat.CONTEXT)
    ids = [each["@id"] for each in made["dcat:dataset"]]
    assert len(set(ids)) == len(ids)


def test_a_dataset_says_who_publishes_it_whom_to_ask_how_often_and_how_new(city: City) -> None:
    made = of(city, "environment.air", phone="024 3333 4444")
    owner = city.agencies["nong-nghiep-moi-truong"].name
    assert {"@language": "vi", "@value": owner["vi"]} in made["dct:publisher"]["foaf:name"]
    assert made["dcat:contactPoint"]["vcard:hasTelephone"] == {"@id": "tel:02433334444"}
    assert made["dct:accrualPeriodicity"]["@id"].endswith("/frequency/HOURLY")
    assert made["dcat:temporalResolution"]["@value"] == "PT1H"
    assert made["dct:modified"]["@value"].startswith("2026-09-21T")
    assert {"@language": "en", "@value": "PM2.5"} in made["dcat:keyword"]


@pytest.mark.parametrize(
    ("share", "right", "may_be_asked_for"),
    [("open", "PUBLIC", True), ("shared", "RESTRICTED", True), ("private", "NON_PUBLIC", False)],
)
def test_r08_a_class_of_sharing_is_an_access_right_and_what_is_private_has_no_distribution(
    city: City, share: str, right: str, may_be_asked_for: bool
) -> None:
    made = of(city, "environment.air", share=share)
    assert made["dct:accessRights"]["@id"].endswith(f"/access-right/{right}")
    assert ("dcat:distribution" in made) is may_be_asked_for


def test_what_nobody_has_said_is_left_out_and_nothing_is_offered(city: City) -> None:
    made = of(city, "environment.air", share=None, licence=None, system_of_record=None)
    left_out = {"dct:accessRights", "dct:license", "dct:provenance", "dcat:distribution"}
    assert not left_out & set(made)


def test_every_group_has_a_theme() -> None:
    assert set(dcat.THEMES) == set(GROUPS)

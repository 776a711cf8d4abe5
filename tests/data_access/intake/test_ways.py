"""What the city's files may say of live sources, and what is refused there."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from data_access.contracts import SourceSpec
from data_access.pictures import WAYS, Pictures
from tests.conftest import ROOT

SPEC = TypeAdapter(SourceSpec)
PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
CHAPTER, PICTURES = PAGE.split("## Pictures of cameras")
EXAMPLES = re.findall(r"```toml\n(.*?)```", CHAPTER, re.DOTALL)


def source(**ways: Any) -> SourceSpec:
    return SPEC.validate_python({"format": "open311", **ways})


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_page_about_sources_are_taken(example: str) -> None:
    found = SPEC.validate_python(tomllib.loads(example)["dataset"]["source"])
    assert found.ways


def test_the_camera_of_the_page_about_sources_has_every_way_to_its_picture() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PICTURES, re.DOTALL)
    found = tomllib.loads(example)["dataset"]["pictures"]
    (camera,) = TypeAdapter(Pictures).validate_python(found).cameras.values()
    assert camera.ways == WAYS


def test_an_address_alone_is_enough() -> None:
    way = source(url="https://a.test/list.json").url
    assert way is not None
    assert (way.address, way.every, way.paging) == ("https://a.test/list.json", None, "none")


def test_what_only_sounds_like_a_secret_is_taken() -> None:
    params = {"key": "station", "tokenize": "1", "design": "x", "jurisdiction_id": "hn"}
    assert source(url={"address": "https://a.test/?sort=key", "params": params}).url is not None


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ({"url": "ftp://a.test/x"}, "is no address such as"),
        ({"url": "https://ioc:hunter2@a.test/x"}, "must hold no user or password"),
        ({"url": {"address": "https://a.test", "every": "PT0S"}}, "shorter than a second"),
        ({"url": {"address": "https://a.test", "paging": "offset"}}, "needs page_size"),
        ({"url": {"address": "https://a.test", "secret_in": "body"}}, "pattern"),
        ({"url": {"address": "https://a.test", "secrt": "x"}}, "nexpected keyword"),
        ({"url": "https://a.test/x?api_key=hunter2"}, "must hold no secret (api_key)"),
        ({"url": "https://a.test/x?sig=hunter2"}, "must hold no secret (sig)"),
        (
            {"url": {"address": "https://a.test", "params": {"access_token": "hunter2"}}},
            "params must hold no secret (access_token)",
        ),
        (
            {"url": {"address": "https://a.test", "headers": {"X-Api-Key": "hunter2"}}},
            "headers must hold no secret (X-Api-Key)",
        ),
        (
            {"url": {"address": "https://a.test", "headers": {"Authorization": "Basic x"}}},
            "headers must hold no secret (Authorization)",
        ),
        ({"query": {"database": "postgresql://a:hunter2@db/x", "sql": "x"}}, "without a password"),
        (
            {"query": {"database": "postgresql://db/x?password=hunter2", "sql": "x"}},
            "no password in its parameters",
        ),
        (
            {"query": {"database": "mssql+pyodbc:///?odbc_connect=UID%3Da%3BPWD%3Dx", "sql": "x"}},
            "no password in its parameters",
        ),
        ({"query": {"database": "db", "sql": "x"}}, "must be a SQLAlchemy URL"),
        (
            {"query": {"database": "sqlite://", "sql": "SELECT 1", "watermark": "at"}},
            "needs `begin`, and :watermark",
        ),
        (
            {
                "query": {
                    "database": "sqlite://",
                    "sql": ":watermark",
                    "watermark": "at",
                    "begin": 1,
                    "replaces": "all",
                }
            },
            "is of a while",
        ),
        (
            {"url": {"address": "https://a.test", "paging": "page", "replaces": "span"}},
            "no other paging",
        ),
        ({"parquet": {"path": "air"}}, "sql"),
        ({"parquet": {"path": "gs://lake/air", "sql": "x"}}, "neither a folder nor an address"),
        ({"parquet": {"path": "s3://lake/../air", "sql": "x"}}, "no address such as s3://lake/air"),
        ({}, "expected paths, or a live way: url"),
    ],
)
def test_what_is_wrong_is_refused(way: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        source(**way)
    assert why in str(refused.value)

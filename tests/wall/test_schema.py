from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wall.schema import first_problem


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = Field(1, ge=0, le=9)


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: dict[str, str] | None = None
    numbers: list[str] = Field(min_length=1, max_length=3)
    legend: Literal["corner", "none"] = "none"
    inner: Inner = Inner()
    share: float = Field(0.5, gt=0, lt=1)
    name: str = Field("a", pattern="^[a-z]+$", max_length=4)


SCHEMA = Options.model_json_schema()


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({}, "options.numbers: is missing"),
        ({"numbers": "x"}, "options.numbers"),
        ({"numbers": []}, "options.numbers"),
        ({"numbers": ["a"] * 4}, "options.numbers"),
        ({"numbers": [1]}, "options.numbers[0]"),
        ({"numbers": ["a"], "extra": 1}, "options.extra: is not a known option"),
        ({"numbers": ["a"], "legend": "left"}, "options.legend"),
        ({"numbers": ["a"], "inner": {"size": 10}}, "options.inner.size"),
        ({"numbers": ["a"], "inner": {"size": True}}, "options.inner.size"),
        ({"numbers": ["a"], "share": 1}, "options.share"),
        ({"numbers": ["a"], "name": "A"}, "options.name"),
        ({"numbers": ["a"], "title": {"vi": 1}}, "options.title.vi"),
    ],
)
def test_the_first_problem_says_where(options: Any, where: str) -> None:
    problem = first_problem(options, SCHEMA)
    assert problem is not None
    assert problem.startswith(where)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 12) | st.floats(0, 1) | st.sampled_from("aAb"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["size", "numbers", "legend", "inner", "share", "vi"]), inner
        )
    ),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(["title", "numbers", "legend", "inner", "share", "name", "odd"]), VALUES
)


@given(FIELDS)
def test_it_agrees_with_pydantic(options: dict[str, Any]) -> None:
    try:
        Options.model_validate(options, strict=True)
        is_valid = True
    except ValidationError:
        is_valid = False
    assert (first_problem(options, SCHEMA) is None) == is_valid


def test_a_schema_that_refers_to_itself_ends() -> None:
    loop = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert first_problem(1, loop) is None

"""What counts as a change of a source's schema, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from data_access.errors import SchemaChanged
from data_access.promises import FieldType
from data_access.schema import Notes, Schema, fits, noting, type_of_text
from data_access.sources.payload import load

KNOWN: Schema = {
    "a list / name": ["text"],
    "a list / value": ["number"],
    "a list / at": ["instant"],
}


def table(
    columns: Mapping[str, list[str]], promised: Mapping[str, FieldType] | None = None
) -> Notes:
    notes = Notes(promised or {})
    notes.table("f.csv", "a list", columns)
    return notes


def tree(document: Any, promised: Mapping[str, FieldType] | None = None) -> Notes:
    notes = Notes(promised or {})
    notes.tree("f.json", document)
    return notes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12", "integer"), ("-3", "integer"), ("1.5", "number"), ("2e3", "number"),
        ("nan", "text"), ("1_000", "text"), ("12,5", "text"), ("true", "boolean"),
        ("2026-11-20T10:00:00+07:00", "instant"), ("20/11/2026", "instant"),
        ("2026-11-20", "instant"), ("20261120", "integer"), ("Ba Đình", "text"),
    ],
)  # fmt: skip
def test_a_cell_looks_like_something(text: str, kind: str) -> None:
    assert type_of_text(text) == kind


def test_the_same_columns_and_blanks_are_no_change() -> None:
    table({"name": ["Ba Đình"], "value": ["3", "4.5", ""], "at": ["2026-11-20", "-"]}).check(KNOWN)
    table({"name": ["12"], "value": ["", "NA"], "at": ["20/11/2026"]}).check(KNOWN)


def test_a_few_bad_cells_are_for_the_row_check() -> None:
    table({"name": [""], "value": ["3", "x", "4"], "at": ["2026-11-20"]}).check(KNOWN)


def test_a_column_of_another_type_is_named_with_an_example() -> None:
    with pytest.raises(SchemaChanged) as caught:
        table({"name": ["a"], "value": ["3,5", "cao"], "at": ["2026-11-20"]}).check(KNOWN)
    assert str(caught.value) == "f.csv: value that is text ('3,5'); expected number, as before"


def test_a_column_that_is_gone_is_a_change_and_a_new_one_is_none() -> None:
    with pytest.raises(SchemaChanged, match="no value; expected value, as before"):
        table({"name": ["a"], "at": ["2026-11-20"]}).check(KNOWN)
    more = table({"name": ["a"], "value": ["1"], "at": ["2026-11-20"], "note": ["x"]})
    more.check(KNOWN)
    assert more.schema(KNOWN) == {name: list(types) for name, types in KNOWN.items()} | {
        "a list / note": ["text"],
        "a list / value": ["integer", "number"],
    }


def test_tables_of_different_things_are_not_compared() -> None:
    notes = Notes()
    notes.table("g.csv", "something else", {"value": ["x"]})
    notes.check(KNOWN)


def test_the_contract_promises_columns_and_types() -> None:
    good = {"name": ["a"], "value": ["1", "2.5"]}
    table(good, {"value": "number"}).check({})
    with pytest.raises(
        SchemaChanged, match="no unit; expected value \\(number\\), unit \\(text\\)"
    ):
        table(good, {"value": "number", "unit": "text"}).check({})
    with pytest.raises(SchemaChanged, match="value that is no integer"):
        table({"value": ["1.5", "2.5", "3"]}, {"value": "integer"}).check({})


def test_a_column_nobody_reads_may_be_promised() -> None:
    notes = Notes({"unit": "text"})
    notes.table("f.csv", "a list", {"value": ["1"]}, headings=["value", "unit"])
    notes.check({})


def test_json_has_types_of_its_own() -> None:
    known = tree([{"id": "a1", "lat": 21.0, "is_open": True, "note": None}]).schema({})
    assert known == {"id": ["text"], "is_open": ["boolean"], "lat": ["number"]}
    tree([{"id": "a2"}, {"id": "a3", "lat": 21, "note": "x"}]).check(known)
    with pytest.raises(SchemaChanged, match=r"lat that is text \('bắc'\)"):
        tree([{"id": "a4", "lat": "bắc"}]).check(known)
    with pytest.raises(SchemaChanged, match="is_open that is number"):
        tree([{"id": "a4", "is_open": 1}]).check(known)


def test_a_number_written_as_a_text_is_the_same_number() -> None:
    known = tree([{"id": "7", "lat": 21.0}]).schema({})
    assert known == {"id": ["text"], "lat": ["number"]}
    tree([{"id": 8, "lat": "21.03"}]).check(known)


def test_what_two_files_had_from_the_start_is_no_change_later() -> None:
    notes = Notes()
    notes.tree("sf.json", [{"lat": 1.0}])
    notes.tree("chicago.json", [{"lat": "north"}])
    known = notes.schema({})
    assert known == {"lat": ["number", "text"]}
    tree([{"lat": "south"}]).check(known)


def test_entities_of_different_types_are_told_apart() -> None:
    known = tree([{"type": "Sensor", "value": 1.0}]).schema({})
    tree({"data": [{"type": "Alert", "value": "high"}]}).check(known)
    with pytest.raises(SchemaChanged):
        tree({"data": [{"type": "Sensor", "value": "high"}]}).check(known)


def test_keys_that_are_data_are_one_field() -> None:
    many = {f"s{n}": n for n in range(200)}
    found = tree({"series": {"0:1": {"observations": {"0": [1.5], "1": [2]}}}, "by": many}).schema(
        {}
    )
    assert found == {"by.*": ["number"], "series.*.observations.*": ["number"]}


def test_a_huge_document_costs_little() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = {"x": deep}
    found = tree([{"id": n, "deep": deep} for n in range(100_000)]).schema({})
    assert found == {"id": ["number"]}


def test_json_keeps_what_the_contract_promises() -> None:
    with pytest.raises(SchemaChanged, match="that is no number"):
        tree([{"value": "high"}], {"value": "number"}).check({})
    with pytest.raises(SchemaChanged, match="no value"):
        tree([{"other": 1}], {"value": "number"}).check({})
    tree([], {"value": "number"}).check({})


@pytest.mark.parametrize(
    ("value", "promised", "is_fit"),
    [
        (3, "integer", True), (3.0, "integer", True), (3.5, "integer", False),
        ("3", "number", True), ("3,5", "number", False), (True, "number", False),
        (True, "boolean", True), ("2026-11-20T00:00Z", "instant", True), ("soon", "instant", False),
        ({"vi": "a"}, "text", True),
    ],
)  # fmt: skip
def test_a_value_fits_its_type_or_not(value: Any, promised: FieldType, is_fit: bool) -> None:
    assert fits(value, promised) is is_fit


def test_payloads_note_what_they_parse(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,value\nHồ Tây,1\nHo\u0302\u0300 Gươm,2\n", "utf-8")
    (tmp_path / "b.json").write_bytes(orjson.dumps([{"lat": 1.5}]))
    (tmp_path / "c.xml").write_text('<a><level unit="m">high</level></a>', "utf-8")
    with noting({"level": "number"}) as notes:
        frame, _ = load(tmp_path / "a.csv").table(["name"], expected="a list")
        load(tmp_path / "b.json").json()
        load(tmp_path / "c.xml").xml()
    assert frame["name"].tolist() == ["Hồ Tây", "Hồ Gươm"]
    assert notes.schema({}) == {"a list / name": ["text"], "lat": ["number"]}
    assert notes.denormal == {"a.csv": 1}
    with pytest.raises(SchemaChanged, match="level that is no number"):
        notes.check({})


def test_without_anybody_noting_nothing_is_noted(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(b"[1]")
    assert load(tmp_path / "b.json").json() == [1]

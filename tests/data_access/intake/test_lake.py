"""Partitions of a lake: only new and changed ones are aggregated, in DuckDB, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_access.errors import IntakeError
from data_access.intake import lake
from data_access.intake.lake import LakeFetch
from data_access.intake.lake_folder import LakeFolder, partitions
from data_access.intake.polling import Fetched
from data_access.intake.ways import LakeWay

SQL = """
SELECT date_trunc('hour', measured_at) AS hour, station, avg(pm25) AS pm25, count(*) AS rows
FROM lake GROUP BY ALL ORDER BY ALL
"""
Look = Callable[..., Fetched]


def write(folder: Path, day: str, *, rows: int = 120, name: str = "part-0.parquet") -> Path:
    """Write a partition: a row a minute of station a."""
    file = folder / f"day={day}" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    form = "parquet" if name.endswith("parquet") else "csv"
    begin = f"TIMESTAMPTZ '{day} 00:00:00Z'"
    measured = (
        f"SELECT 'a' AS station, {begin} + to_minutes(i) AS measured_at, 10.0 + i % 60 AS pm25"
    )
    duckdb.execute(f"COPY ({measured} FROM range({rows}) t(i)) TO '{file}' (FORMAT {form})")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "air" / "readings"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def look(tmp_path: Path, folder: Path) -> Look:
    def looked(
        state: dict[str, Any] | None = None,
        *,
        kind: Any = "parquet",
        now_s: float = 1.0,
        table: Path = folder,
        **way: Any,
    ) -> Fetched:
        spec = LakeWay(path="air/readings", **{"sql": SQL, **way})
        fetch = LakeFetch(spec, kind, LakeFolder(table), tmp_path / "scan", lambda: now_s)
        return asyncio.run(fetch(state or {}))

    return looked


def lines(fetched: Fetched) -> list[list[str]]:
    return [each.body.decode().splitlines() for each in fetched.payloads]


def test_a_partition_is_aggregated_where_it_lies_and_named(folder: Path, look: Look) -> None:
    write(folder, "2026-11-22")
    assert lines(look()) == [
        [
            "hour,station,pm25,rows,source_ref",
            "2026-11-22T00:00:00+00:00,a,39.5,60,readings/day=2026-11-22",
            "2026-11-22T01:00:00+00:00,a,39.5,60,readings/day=2026-11-22",
        ]
    ]


def test_only_what_is_new_or_changed_is_aggregated(folder: Path, look: Look) -> None:
    write(folder, "2026-11-21")
    first = look()
    assert lines(look(dict(first.state))) == []
    write(folder, "2026-11-22")
    second = look(dict(first.state))
    assert [each[1][-10:] for each in lines(second)] == ["2026-11-22"]
    write(folder, "2026-11-21", rows=60, name="part-1.parquet")  # late rows of an hour there was
    third = look(dict(second.state))
    assert [each[1] for each in lines(third)] == [
        "2026-11-21T00:00:00+00:00,a,39.5,120,readings/day=2026-11-21"
    ]
    assert look(dict(third.state)).state == third.state


def test_partition_keys_are_columns_and_csv_is_read_too(folder: Path, look: Look) -> None:
    write(folder, "2026-11-22", name="part-0.csv")
    sql = "SELECT day, count(*) AS rows FROM lake GROUP BY day"
    assert lines(look(kind="csv", sql=sql))[0][1].startswith("2026-11-22,120,")
    assert lines(look(sql=sql)) == []  # no Parquet there


def test_each_answer_names_the_partition_that_it_is_all_of(folder: Path, look: Look) -> None:
    write(folder, "2026-11-21")
    write(folder, "2026-11-22")
    assert {each.part for each in look().payloads} == {
        "readings/day=2026-11-21",
        "readings/day=2026-11-22",
    }
    sql = "SELECT station, count(*) AS rows, 'own' AS source_ref FROM lake GROUP BY station"
    assert {each[1].partition(",120,")[2] for each in lines(look(sql=sql))} == {
        "readings/day=2026-11-21#own",
        "readings/day=2026-11-22#own",
    }


def test_a_partition_that_has_no_row_any_more_says_so_and_one_that_never_had_any_does_not(
    folder: Path, look: Look
) -> None:
    write(folder, "2026-11-21")
    write(folder, "2026-11-22", rows=0)
    first = look()
    assert [each.part for each in first.payloads] == ["readings/day=2026-11-21"]
    write(folder, "2026-11-21", rows=0)
    second = look(dict(first.state))
    assert lines(second) == [["hour,station,pm25,rows,source_ref"]]
    assert second.payloads[0].part == "readings/day=2026-11-21"
    assert lines(look(dict(second.state))) == []


def test_what_other_programs_write_for_themselves_is_not_looked_at(folder: Path) -> None:
    write(folder, "2026-11-22")
    for name in ("_temporary/0/part.parquet", "day=2026-11-22/.part.parquet.crc", "_SUCCESS"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (folder / "day=2026-11-22" / "empty.parquet").touch()
    (found,) = partitions(folder, "parquet")
    assert [Path(file.path).name for file in found.files] == ["part-0.parquet"]


def test_a_partition_that_is_still_being_written_costs_only_itself(
    folder: Path, look: Look
) -> None:
    write(folder, "2026-11-21")
    whole = write(folder, "2026-11-22").read_bytes()
    half = folder / "day=2026-11-22" / "part-0.parquet"
    half.write_bytes(whole[: len(whole) // 2])
    first = look()
    assert [each[1][-10:] for each in lines(first)] == ["2026-11-21"]
    assert first.error.startswith("readings/day=2026-11-22: ")
    half.write_bytes(whole)
    assert [each[1][-10:] for each in lines(look(dict(first.state)))] == ["2026-11-22"]


def test_wrong_sql_and_too_long_answers_are_said(folder: Path, look: Look) -> None:
    write(folder, "2026-11-22")
    assert "no_such" in look(sql="SELECT no_such FROM lake").error
    assert look(sql="SELECT * FROM lake", max_rows=10).error.endswith("gives more than 10 rows")


def test_sql_reaches_nothing_but_the_lake(folder: Path, look: Look, tmp_path: Path) -> None:
    write(folder, "2026-11-22")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    assert "disabled" in look(sql=f"SELECT * FROM read_csv('{tmp_path}/secret.csv')").error
    assert look(sql="INSTALL httpfs").error


def test_a_backlog_is_done_in_bounded_pieces_the_newest_first(
    folder: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "MOST_AT_ONCE", 2)
    days = ["2026-11-19", "2026-11-20", "2026-11-21"]
    for day in days:
        write(folder, day, rows=1)
    first = look()
    assert [each[1][-10:] for each in lines(first)] == ["2026-11-21", "2026-11-20"]
    assert first.more
    second = look(dict(first.state))
    assert [each[1][-10:] for each in lines(second)] == ["2026-11-19"]
    assert not second.more


def test_what_takes_too_long_is_ended(folder: Path, look: Look) -> None:
    write(folder, "2026-11-22")
    sql = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b, lake"
    with pytest.raises(IntakeError, match="did not answer within 1 s"):
        look(sql=sql, timeout="PT1S")


def test_a_lake_that_is_away_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="no folder"):
        list(partitions(tmp_path / "none", "parquet"))


# ---------------------------------------------------------------- partitions that are away


def words(fetched: Fetched) -> list[str]:
    return [each.part for each in fetched.payloads if each.framing == "gone"]


@pytest.fixture
def state(folder: Path, look: Look) -> dict[str, Any]:
    """Two partitions that were read, of which one went."""
    write(folder, "2026-11-21")
    write(folder, "2026-11-22")
    kept = dict(look().state)
    (folder / "day=2026-11-21" / "part-0.parquet").unlink()
    return kept


def test_a_partition_is_said_to_be_gone_when_it_has_been_away_long_enough_and_once(
    look: Look, state: dict[str, Any]
) -> None:
    first = look(state, now_s=1000)
    assert words(first) == []
    assert words(look(dict(first.state), now_s=1599)) == []
    last = look(dict(first.state), now_s=1600)
    assert words(last) == ["readings/day=2026-11-21"]
    assert words(look(dict(last.state), now_s=9000)) == []


def test_a_partition_that_comes_back_as_it_was_is_not_read_again(
    folder: Path, look: Look, state: dict[str, Any], tmp_path: Path
) -> None:
    aside = tmp_path / "aside"
    (folder / "day=2026-11-22").rename(aside)
    write(folder, "2026-11-23")
    away = look(state, now_s=1000)
    aside.rename(folder / "day=2026-11-22")
    back = look(dict(away.state), now_s=9000)
    assert words(back) == ["readings/day=2026-11-21"]
    assert lines(back) == [[]]


def test_nothing_is_gone_of_a_lake_that_is_empty_away_or_another(
    folder: Path, look: Look, state: dict[str, Any], tmp_path: Path
) -> None:
    away = dict(look(state, now_s=1000).state)
    other = tmp_path / "other" / "readings"
    write(other, "2026-11-23")
    assert words(look(away, now_s=9000, table=other)) == []
    assert words(look(away, now_s=9000, gone="kept")) == []
    (folder / "day=2026-11-22" / "part-0.parquet").unlink()
    with pytest.raises(IntakeError, match="air/readings is empty; what it said stays"):
        look(away, now_s=9000)


def test_nothing_is_gone_while_what_is_there_cannot_be_read(
    folder: Path, look: Look, state: dict[str, Any]
) -> None:
    away = dict(look(state, now_s=1000).state)
    half = folder / "day=2026-11-23" / "part-0.parquet"
    half.parent.mkdir()
    half.write_bytes(b"PAR1")
    assert words(look(away, now_s=9000)) == []
    write(folder, "2026-11-23")
    found = look(away, now_s=9000)
    assert [each.part[-10:] for each in found.payloads] == ["2026-11-23", "2026-11-21"]


def test_a_partition_may_be_the_folder_itself(folder: Path, look: Look) -> None:
    write(folder, "2026-11-21").rename(folder / "all.parquet")
    assert {each.part for each in look().payloads} == {"readings"}

"""SQL in the lake's own database: only what is new travels, from where it ended the last time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from data_access.errors import IntakeError
from data_access.intake.polling import Fetched
from data_access.intake.query import QueryFetch, place_of
from data_access.intake.ways import QueryWay

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
SQL = """
SELECT ward, date_trunc('hour', at) AS hour, count(*) AS visits, max(changed_at) AS changed_at
FROM visit
WHERE (ward, date_trunc('hour', at)) IN
    (SELECT ward, date_trunc('hour', at) FROM visit WHERE changed_at > :watermark)
GROUP BY ward, date_trunc('hour', at) ORDER BY ward, hour
"""


@pytest.fixture
def visits(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE visit (ward text, at timestamptz, changed_at timestamptz)")
        )
        connection.execute(text("CREATE SEQUENCE ticket"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE visit; DROP SEQUENCE ticket"))
    engine.dispose()


def add(engine: Engine, ward: str, hour: float, changed: float, count: int = 1) -> None:
    at, changed_at = BEGIN + timedelta(hours=hour), BEGIN + timedelta(hours=changed)
    with engine.begin() as connection:
        for _ in range(count):
            connection.execute(
                text("INSERT INTO visit VALUES (:w, :a, :c)"),
                {"w": ward, "a": at, "c": changed_at},
            )


def lines(fetched: Fetched) -> list[str]:
    return [line for each in fetched.payloads for line in each.body.decode().splitlines()[1:]]


Ask = Callable[..., Fetched]


def asking(database: str, *, secret: str | None = None, **way: Any) -> Ask:
    fetch = QueryFetch(QueryWay(database=database, **way), lambda: BEGIN.timestamp(), secret)

    def ask(state: Any = None) -> Fetched:
        return asyncio.run(fetch(state or {}))

    return ask


def test_groups_with_something_new_are_counted_anew_and_others_do_not_travel(
    visits: Engine, postgres_url: str
) -> None:
    ask = asking(postgres_url, sql=SQL, watermark="changed_at", begin=BEGIN, overlap="PT0S")
    add(visits, "00070", 0, 1, count=3)
    add(visits, "00082", 0, 1)
    first = ask()
    assert [line.split(",")[::2] for line in lines(first)] == [["00070", "3"], ["00082", "1"]]
    assert lines(ask(first.state)) == []
    add(visits, "00070", 0.5, 2)  # a late row of an hour that was counted
    second = ask(first.state)
    assert [line.split(",")[::2] for line in lines(second)] == [["00070", "4"]]
    assert lines(ask(second.state)) == []


def test_what_was_committed_late_is_found_within_the_overlap(
    visits: Engine, postgres_url: str
) -> None:
    ask = asking(postgres_url, sql=SQL, watermark="changed_at", begin=BEGIN, overlap="PT1H")
    add(visits, "00070", 0, 2)
    first = ask()
    add(visits, "00082", 0, 1.5)  # changed before the watermark, committed after it was read
    assert [line[:5] for line in lines(ask(first.state))] == ["00070", "00082"]


def test_an_answer_is_not_sent_on_twice_and_an_empty_one_not_at_all(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lake.sqlite'}"
    ask = asking(url, sql="SELECT 1 AS a WHERE 1")
    first = ask()
    assert first.payloads[0].name == "query@20261122T000000Z.csv"
    assert first.payloads[0].body == b"a\r\n1\r\n"
    assert lines(ask(first.state)) == []
    assert asking(url, sql="SELECT 1 AS a WHERE 0")().payloads == ()


def test_watermarks_may_be_numbers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lake.sqlite'}"
    sql = "SELECT value AS id FROM json_each('[1, 2, 3]') WHERE value > :watermark"
    ask = asking(url, sql=sql, watermark="id", begin=1)
    first = ask()
    assert lines(first) == ["2", "3"]
    second = ask(first.state)
    assert lines(second) == []
    assert second.state["watermark"] == {"kind": "plain", "value": 3}


def test_it_can_only_read(visits: Engine, postgres_url: str) -> None:
    with pytest.raises(IntakeError, match="read-only transaction"):
        asking(postgres_url, sql="SELECT nextval('ticket')")()


def test_a_database_that_does_not_answer_is_not_asked_a_second_time_meanwhile(
    postgres_url: str,
) -> None:
    fetch = QueryFetch(QueryWay(database=postgres_url, sql="SELECT 1", timeout="PT1S"), lambda: 0.0)
    released = threading.Event()
    fetch._engine = create_engine(postgres_url, poolclass=NullPool)
    event.listen(fetch._engine, "before_cursor_execute", lambda *_: released.wait(30))

    async def twice() -> None:
        with pytest.raises(IntakeError, match="did not answer within 1 s"):
            await fetch({})
        with pytest.raises(IntakeError, match="has not answered the question before"):
            await fetch({})

    asyncio.run(twice())
    assert fetch._under_way is not None
    released.set()
    assert fetch._under_way.result(30)[1:] == [[1]]


def test_a_question_that_takes_too_long_is_ended_by_the_database(postgres_url: str) -> None:
    ask = asking(postgres_url, sql="SELECT pg_sleep(60)", timeout="PT1S")
    with pytest.raises(IntakeError, match="statement timeout"):
        ask()


def test_answers_that_are_too_long_are_refused(postgres_url: str) -> None:
    ask = asking(postgres_url, sql="SELECT generate_series(1, 100000) AS a", max_rows=1000)
    with pytest.raises(IntakeError, match="gives more than 1000 rows"):
        ask()


def test_errors_hold_no_secret() -> None:
    ask = asking("postgresql+psycopg://ioc@127.0.0.1:1/hunter2", sql="SELECT 1", secret="hunter2")
    with pytest.raises(IntakeError) as refused:
        ask()
    assert "hunter2" not in str(refused.value)
    with pytest.raises(IntakeError, match="no driver is installed for mysql"):
        asking("mysql://ioc@db/his", sql="SELECT 1")()


def test_a_database_is_shown_without_user_and_query() -> None:
    assert place_of("postgresql+psycopg://ioc@db/his?sslkey=x") == "postgresql+psycopg://db/his"

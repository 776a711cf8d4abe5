"""Asking a database of the lake by SQL: it aggregates, only its answer travels.

Knows SQLAlchemy URLs of any kind whose driver is installed. A database that does not answer holds
a thread of its own, nothing else, and is not asked a second question meanwhile.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data_access.durations import duration_s
from data_access.errors import IntakeError
from data_access.intake.polling import Fetched
from data_access.intake.spool import Arrival
from data_access.intake.ways import QueryWay
from language import Told, told

CONNECT_S = 10
GRACE_S = 1.0  # in which a database that ends long questions itself does so
_BATCH = 5_000


@dataclass(slots=True)
class QueryFetch:
    """Asks one question again and again; a Fetch of Polling. `secret` was looked up before."""

    way: QueryWay
    clock: Callable[[], float]
    secret: str | None = None
    _engine: Engine | None = None
    _under_way: Future[list[list[Any]]] | None = None

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Return the answer when it is new; raises IntakeError without any secret in it."""
        if self._under_way is not None and not self._under_way.done():
            raise IntakeError(told("the database has not answered the question before"))
        begun_s = self.clock()
        watermark = _decoded(state["watermark"]) if "watermark" in state else self.way.begin
        timeout_s = duration_s(self.way.timeout)
        self._under_way = _aside(lambda: self._ask(watermark))
        try:
            async with asyncio.timeout(timeout_s + GRACE_S):
                names, *rows = await asyncio.wrap_future(self._under_way)
        except TimeoutError as error:
            raise IntakeError(
                told("the database did not answer within {timeout_s:g} s", timeout_s=timeout_s)
            ) from error
        except (SQLAlchemyError, ImportError) as error:
            raise IntakeError(self._without_secret(error)) from error
        body = _csv([names, *rows])
        kept: dict[str, Any] = {"digest": hashlib.sha256(body).hexdigest()}
        if self.way.watermark is not None:
            highest = _highest(self.way.watermark, names, rows, watermark)
            kept["watermark"] = _encoded(highest)
        says = rows or self.way.replaces == "all"  # then, that there is nothing
        if not says or kept["digest"] == state.get("digest"):
            return Fetched((), kept, len(body))
        at = datetime.fromtimestamp(begun_s, UTC).strftime("%Y%m%dT%H%M%SZ")
        part = "" if self.way.replaces == "nothing" else "query@"
        arrival = Arrival(f"query@{at}.csv", body, int(begun_s * 1_000_000), part=part)
        return Fetched([arrival], kept, len(body))

    def _ask(self, watermark: Any) -> list[list[Any]]:
        """Return the heading and the rows. Runs in a thread of its own."""
        if self._engine is None:
            self._engine = create_engine(**_arguments(self.way, self.secret))
        if isinstance(watermark, datetime):
            watermark = watermark - timedelta(seconds=duration_s(self.way.overlap))
        values = {} if self.way.watermark is None else {"watermark": watermark}
        rows: list[list[Any]] = []
        with self._engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True)
            with streaming.execute(text(self.way.sql), values) as answer:
                rows.append(list(answer.keys()))
                while batch := answer.fetchmany(_BATCH):
                    rows += [list(row) for row in batch]
                    if len(rows) > self.way.max_rows + 1:
                        most = self.way.max_rows
                        raise IntakeError(told("the SQL gives more than {most} rows", most=most))
        return rows

    def _without_secret(self, error: Exception) -> Told:
        if isinstance(error, NoSuchModuleError | ImportError):
            name = make_url(self.way.database).drivername
            return told("no driver is installed for {name}", name=name)
        said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        said = " ".join(said.split())[:300]
        said = said.replace(self.secret, "…") if self.secret else said
        return told("the database refuses: {said}", said=said)


def place_of(database: str) -> str:
    """Return a database as it may be shown."""
    url = make_url(database)
    return str(URL.create(url.drivername, host=url.host, port=url.port, database=url.database))


def _arguments(way: QueryWay, secret: str | None) -> dict[str, Any]:
    """Return what an engine is made with: it connects for each question, bounded where possible."""
    url: URL = make_url(way.database)
    if secret is not None:
        url = url.set(password=secret)
    arguments: dict[str, Any] = {"url": url, "poolclass": NullPool}
    if url.get_backend_name() == "postgresql":
        limit_ms = round(duration_s(way.timeout) * 1000)
        options = f"-c statement_timeout={limit_ms} -c default_transaction_read_only=on"
        arguments["connect_args"] = {"connect_timeout": CONNECT_S, "options": options}
    return arguments


def _aside(work: Callable[[], Any]) -> Future[Any]:
    """Run in a thread that nobody waits for at the end."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  whoever waits gets it
            future.set_exception(error)

    threading.Thread(target=run, name="query", daemon=True).start()
    return future


def _highest(column: str, names: Sequence[str], rows: Sequence[Sequence[Any]], before: Any) -> Any:
    """Return the highest watermark of an answer, the one before when it has none."""
    if column not in names:
        raise IntakeError(told("the answer has no column {column}", column=column))
    at = list(names).index(column)
    try:
        return max((row[at] for row in rows if row[at] is not None), default=before)
    except TypeError as error:
        raise IntakeError(told("watermarks that cannot be compared")) from error


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_text(each) for each in row] for row in rows)
    return out.getvalue().encode()


def _text(found: Any) -> Any:
    if found is None:
        return ""
    return found.isoformat() if isinstance(found, date) else found


def _encoded(watermark: Any) -> dict[str, Any]:
    if isinstance(watermark, date):
        return {"kind": type(watermark).__name__, "value": watermark.isoformat()}
    if isinstance(watermark, int | float | str):
        return {"kind": "plain", "value": watermark}
    return {"kind": "plain", "value": float(watermark)}  # a database's decimal


def _decoded(kept: Mapping[str, Any]) -> Any:
    kinds = {"datetime": datetime.fromisoformat, "date": date.fromisoformat}
    return kinds[kept["kind"]](kept["value"]) if kept["kind"] in kinds else kept["value"]

"""A feed killed in the middle changes no number: a batch is there with its roll-up, or not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.store import StoreReader, StoreWriter, open_engine
from data_access.store.engine import migrate, transaction
from tests.data_access.store.conftest import ZONE
from tests.data_access.store.killed import DATASET, ingest

ROOT = Path(__file__).resolve().parents[3]
CELLS = (
    "SELECT s.indicator, s.kind, s.name, c.step, c.slot, c.suspect, c.rows, c.sum_micro, c.low,"
    " c.high FROM cell c JOIN series s ON s.id = c.series_id ORDER BY 1, 2, 3, 4, 5, 6"
)
CURRENT = (
    "SELECT s.name, o.at_us, o.value FROM observation o JOIN series s ON s.id = o.series_id"
    " WHERE o.revision = (SELECT max(revision) FROM observation n"
    " WHERE n.series_id = o.series_id AND n.at_us = o.at_us) ORDER BY 1, 2"
)
COUNTS = "SELECT observations, revisions, done_us FROM stream"


def run(url: str, fatal: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "tests.data_access.store.killed", url, str(fatal)]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


def content(url: str) -> list[list[tuple]]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = [
            [tuple(row) for row in connection.exec_driver_sql(query)]
            for query in (CELLS, CURRENT, COUNTS)
        ]
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, list[list[tuple]]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('whole') / 'o.sqlite'}"
    done = run(url, 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout), content(url)


@pytest.mark.parametrize("share", [0.15, 0.4, 0.62, 0.93])
def test_killed_at_any_statement_it_goes_on_to_the_same_numbers(
    tmp_path: Path, whole: tuple[int, list[list[tuple]]], share: float
) -> None:
    statements, expected = whole
    url = f"sqlite:///{tmp_path / 'o.sqlite'}"
    died = run(url, round(statements * share))
    assert died.returncode == -signal.SIGKILL, died.stderr
    left = content(url)
    batches = left[2][0][2] if left[2] else None
    assert batches is None or 0 < batches < 9

    # What is left is what those batches make, no more and no less …
    migrate(engine := open_engine(again := f"sqlite:///{tmp_path / 'again.sqlite'}"))
    engine.dispose()
    _ingest_first(again, batches or 0)
    assert left[:2] == content(again)[:2]

    # … and going on, even from the start, ends where an undisturbed run does.
    ingest(url, after=batches or 0)
    assert content(url)[:2] == expected[:2]
    with StoreReader(open_engine(url, read_only=True)).snapshot() as snapshot:
        current = snapshot.current(DATASET)
    assert current is not None
    assert current.observations == expected[2][0][0]


def _ingest_first(url: str, batches: int) -> None:
    from tests.data_access.store import killed

    kept = killed.BATCHES[:]
    try:
        killed.BATCHES[:] = kept[:batches]
        ingest(url)
    finally:
        killed.BATCHES[:] = kept


def test_the_writer_of_a_killed_feed_finds_its_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'o.sqlite'}"
    run(url, 40)
    writer = StoreWriter(open_engine(url), ZONE)
    assert writer.open_stream("live", DATASET, origin="replay", place="/lake").id == 1
    writer.close()

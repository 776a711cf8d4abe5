"""A writer killed while it withdraws what an answer leaves out leaves all of it or nothing."""

from __future__ import annotations

import json
import subprocess
import sys

from data_access.store import StoreWriter
from tests.conftest import ROOT


def test_killed_at_any_write_of_an_answer_nothing_of_it_is_there(
    store_url: str, writer: StoreWriter
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.data_access.store.killed_parts", store_url],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    rows, newest, lives, counted, counts, answer = told["left"]
    assert told["deaths"] > 10
    assert rows == newest == ["a", "d"]
    assert lives == [["a", "open"], ["c", "open"]]  # that it was closed is said no more
    assert counted == [["open", "waste", "00070", 2]]
    assert counts == [4, 2, 6]  # four rows, two of which went; four versions, two of which went
    assert answer == 2

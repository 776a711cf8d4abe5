"""Asking: durable, the same twice is one, done before is answered, too much is refused."""

from __future__ import annotations

import sqlite3

import pytest

from jobs.canonical import MOST_INPUT_BYTES, pack
from jobs.claims import Made
from jobs.errors import Refused, UnknownKind
from jobs.job import State
from jobs.store import MOST_OF_ONE, MOST_WAITING, JobStore
from tests.jobs.conftest import KINDS, NOW_MS, TITLE


@pytest.fixture
def ask(store):
    def asking(kind="add", inputs=None, *, who="hoa", at_ms=NOW_MS):
        return store.ask(kind, inputs or {"a": 1, "b": 2}, who, at_ms, title=TITLE)

    return asking


def finish(claims, job, result=b"{}"):
    claim = claims.claim("w", KINDS, NOW_MS, job_id=job.id)
    made = Made(pack(result), "h", len(result), job.versions, claim.key)
    claims.finish(claim, made, NOW_MS + 1000)


def test_what_was_asked_is_on_the_disk_when_it_is_acknowledged(ask, settings):
    job = ask()
    file = sqlite3.connect(settings.operations_url.removeprefix("sqlite:///"))
    assert file.execute("SELECT id, state FROM job").fetchall() == [(job.id, "queued")]
    file.close()


def test_the_same_that_waits_or_runs_is_the_same_job(ask, claims):
    job = ask(inputs={"b": 2, "a": 1})
    assert ask(inputs={"a": 1, "b": 2}, who="binh").id == job.id
    claims.claim("w", KINDS, NOW_MS)
    assert ask().id == job.id
    assert ask(inputs={"a": 1, "b": 3}).id != job.id


def test_the_same_done_before_is_answered_from_the_store(ask, claims, store):
    job = ask()
    finish(claims, job, b'{"sum":3}')
    again = ask(at_ms=NOW_MS + 5000)
    assert (again.id, again.state, again.result) == (job.id, State.DONE, {"sum": 3})
    assert again.took_s == 1.0
    assert len(store.recent()) == 1


def test_what_rows_decide_is_worked_at_again(ask, claims):
    job = ask("fresh")
    finish(claims, job)
    assert ask("fresh").id != job.id


def test_what_failed_is_worked_at_again(ask, claims):
    job = ask()
    claims.fail(claims.claim("w", KINDS, NOW_MS), "engine", "no outlet", NOW_MS)
    assert ask().id != job.id


def test_under_other_versions_it_is_other_work(ask, claims, engine, tmp_path):
    kinds = {"add": KINDS["add"].__class__("add", KINDS["add"].work, 60, city_files=("*.toml",))}
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "traffic.toml").write_text("a = 1")
    store = JobStore(engine, city=folder, kinds=kinds)
    first = store.ask("add", {}, "hoa", NOW_MS, title=TITLE)
    assert store.ask("add", {}, "hoa", NOW_MS, title=TITLE).id == first.id
    (folder / "traffic.toml").write_text("a = 2")
    assert store.ask("add", {}, "hoa", NOW_MS, title=TITLE).id != first.id


def test_a_kind_whose_module_is_not_there_is_not_offered(ask):
    for kind in ("nobody", "unheard"):
        with pytest.raises(UnknownKind):
            ask(kind)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"at": {1, 2}}, "notPlain"),
        ({1: 2}, "notPlain"),
        (["a"], "notPlain"),
        ({"text": "x" * MOST_INPUT_BYTES}, "inputTooLarge"),
    ],
)
def test_inputs_that_are_no_plain_json_or_too_large_are_refused(ask, inputs, code):
    with pytest.raises(Refused) as refused:
        ask(inputs=inputs)
    assert refused.value.code == code


def test_nobody_fills_the_queue_alone_nor_all_together(ask):
    for number in range(MOST_OF_ONE):
        ask(inputs={"n": number})
    with pytest.raises(Refused, match="of them yours"):
        ask(inputs={"n": "more"})
    for number in range(MOST_WAITING - MOST_OF_ONE):
        ask(inputs={"n": number + 100}, who=f"person {number}")
    with pytest.raises(Refused) as refused:
        ask(inputs={"n": "last"}, who="somebody else")
    assert refused.value.code == "queueFull"


def test_cancelling_what_waits_ends_it_and_what_has_ended_stays(ask, store, claims):
    job = ask()
    assert store.cancel(job.id, NOW_MS).state == State.CANCELLED
    assert claims.claim("w", KINDS, NOW_MS) is None
    other = ask()
    finish(claims, other)
    assert store.cancel(other.id, NOW_MS).state == State.DONE
    assert store.cancel("0" * 32, NOW_MS) is None


def test_what_is_told_to_end_answers_nobody_who_asks_again(ask, store, claims):
    job = ask()
    claims.claim("w", KINDS, NOW_MS)
    assert store.cancel(job.id, NOW_MS).state == State.RUNNING
    assert ask().id != job.id


def test_lists_are_the_newest_first_without_results(ask, claims, store):
    first = ask(inputs={"n": 1})
    finish(claims, first)
    second = ask("wait", {"n": 2}, at_ms=NOW_MS + 1)
    assert [job.id for job in store.recent()] == [second.id, first.id]
    assert [job.id for job in store.recent(["add"])] == [first.id]
    assert store.recent()[1].result is None
    assert [job.id for job in store.recent(limit=1)] == [second.id]

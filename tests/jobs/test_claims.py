"""One job, one worker: on SQLite and on PostgreSQL, whoever dies when."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from jobs.canonical import pack
from jobs.claims import ATTEMPTS, Claims, Made
from jobs.errors import LeaseLost
from jobs.findings import FindingStore
from jobs.job import State
from jobs.store import JobStore
from permissions.database import SCHEMA, connect_operations, open_operations
from tests.data_access import postgres
from tests.jobs.conftest import KINDS, NOW_MS, TITLE
from tests.jobs.found import finding

LATER_MS = NOW_MS + 60_000


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.running(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, settings) -> str:
    if request.param == "sqlite":
        return settings.operations_url
    found = str(request.getfixturevalue("postgres_url"))
    engine = connect_operations(found)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE")
    engine.dispose()
    return found


@pytest.fixture
def engine(url) -> Iterator[Engine]:
    opened = open_operations(url)
    yield opened
    opened.dispose()


@pytest.fixture
def ask(store):
    return lambda n=0, **more: store.ask("add", {"n": n}, f"p{n}", NOW_MS + n, title=TITLE, **more)


def test_two_claimers_never_both_get_a_job(store, engine, url, ask):
    wanted = {ask(number).id for number in range(30)}
    other = connect_operations(url)

    def take(where: Engine, name: str) -> list[str]:
        claims, taken = Claims(where), []
        while (claim := claims.claim(name, KINDS, NOW_MS)) is not None:
            taken.append(claim.job.id)
        return taken

    with ThreadPoolExecutor(4) as threads:
        places = (engine, other, engine, other)
        lists = list(threads.map(take, places, ["a", "b", "c", "d"]))
    other.dispose()
    taken = [each for found in lists for each in found]
    assert len(taken) == len(wanted)
    assert set(taken) == wanted


def test_the_same_asked_by_many_at_once_is_one_job(engine, url):
    other = connect_operations(url)
    stores = [JobStore(where, kinds=KINDS) for where in (engine, other) * 3]
    with ThreadPoolExecutor(6) as threads:
        asked = threads.map(lambda each: each.ask("add", {}, "hoa", NOW_MS, title=TITLE), stores)
        assert len({job.id for job in asked}) == 1
    other.dispose()


def test_peoples_jobs_go_before_what_runs_by_itself(ask, claims):
    by_itself = ask(1, is_scheduled=True)
    later, latest = ask(2), ask(3)
    assert claims.claim("w", KINDS, NOW_MS, takes_scheduled=False).job.id == later.id
    assert claims.claim("w", KINDS, NOW_MS).job.id == latest.id
    assert claims.claim("w", KINDS, NOW_MS, takes_scheduled=False) is None
    assert claims.claim("w", KINDS, NOW_MS).job.id == by_itself.id


def test_a_worker_takes_only_kinds_it_can_do(ask, claims):
    ask()
    assert claims.claim("w", ["wait"], NOW_MS) is None


def test_a_dead_workers_job_is_done_once_more_then_it_is_said(ask, claims, store):
    job = ask()
    for attempt in range(1, ATTEMPTS + 1):
        claim = claims.claim("w", KINDS, NOW_MS)
        assert claim.job.attempt == attempt
        assert claims.reap(NOW_MS) == 0
        assert claims.reap(LATER_MS) == 1
    failed = store.find(job.id)
    assert (failed.state, failed.code) == (State.FAILED, "workerKilled")


def test_a_worker_that_goes_on_keeps_its_job(ask, claims):
    ask()
    claim = claims.claim("w", KINDS, NOW_MS)
    claims.go_on(claim, LATER_MS)
    assert claims.reap(LATER_MS + 1000) == 0


def test_who_was_thought_dead_changes_nothing(ask, claims, store):
    job = ask()
    late = claims.claim("w", KINDS, NOW_MS)
    claims.reap(LATER_MS)
    mine = claims.claim("w", KINDS, LATER_MS)  # by the same name, too
    made = Made(pack(b'{"sum":1}'), "h", 9, {}, late.key)
    for say in (
        lambda: claims.finish(late, made, LATER_MS),
        lambda: claims.fail(late, "engine", "", LATER_MS),
        lambda: claims.progress(late, 0.5, "adding"),
        lambda: claims.partial(late, b""),
        lambda: claims.go_on(late, LATER_MS),
        lambda: claims.is_wanted(late),
        lambda: claims.died(late, LATER_MS),
        lambda: claims.give_back(late),
    ):
        with pytest.raises(LeaseLost):
            say()
    assert store.find(job.id).state == State.RUNNING
    claims.finish(mine, made, LATER_MS)
    assert store.find(job.id).result == {"sum": 1}


def test_a_worker_that_begins_anew_takes_back_what_it_had(ask, claims, store):
    mine, others = ask(1), ask(2)
    claims.claim("w", KINDS, NOW_MS, job_id=mine.id)
    claims.claim("v", KINDS, NOW_MS, job_id=others.id)
    assert claims.take_back("w", NOW_MS) == 1
    assert store.find(mine.id).state == State.QUEUED
    assert store.find(others.id).state == State.RUNNING


def test_what_was_told_to_end_is_not_done_once_more(ask, claims, store):
    job = ask()
    claim = claims.claim("w", KINDS, NOW_MS)
    store.cancel(job.id, NOW_MS)
    assert not claims.is_wanted(claim)
    claims.reap(LATER_MS)
    assert store.find(job.id).state == State.CANCELLED


def test_what_waits_is_told_in_the_order_it_is_taken(ask, claims):
    scheduled, person = ask(1, is_scheduled=True), ask(2)
    assert [each.job_id for each in claims.waiting()] == [person.id, scheduled.id]


def test_findings_of_many_at_once_each_have_a_version_of_their_own(engine, url):
    other = connect_operations(url)
    stores = [FindingStore(where) for where in (engine, other) * 3]
    with ThreadPoolExecutor(6) as threads:
        said = threads.map(lambda each: each.publish(finding("brief.now", 1), "j", NOW_MS), stores)
        versions = list(said)
    assert sorted(versions) == [int(NOW_MS) + number for number in range(6)]
    assert stores[0].versions() == {"brief.now": max(versions)}
    other.dispose()


def test_a_result_of_other_versions_answers_only_these(ask, claims, store):
    job = ask()
    claim = claims.claim("w", KINDS, NOW_MS)
    claims.finish(claim, Made(pack(b"{}"), "h", 2, {"code": "newer"}, "k" * 64), NOW_MS)
    assert store.find(job.id).versions == {"code": "newer"}
    assert ask().id != job.id


def test_an_id_that_no_database_takes_is_of_no_job(store: JobStore) -> None:
    assert store.find("a\0b") is None

"""A lake in a bucket: listed once a look, read under the ETag it was listed with, told of plainly.

Against a real S3 server on loopback; one of the module's, emptied before each test.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from data_access.errors import IntakeError
from data_access.intake.bucket import Bucket, options_of
from data_access.intake.lake import LakeFetch
from data_access.intake.lake_folder import LakeFolder
from data_access.intake.polling import Fetched
from data_access.intake.ways import LakeWay
from settings import ObjectStore, SettingsError
from tests.certificates import make_certificates
from tests.data_access.feed.conftest import free_port
from tests.data_access.intake.object_store import S3Server, copied, s3_server
from tests.data_access.intake.test_lake import SQL, lines, write

Look = Callable[..., Fetched]
AIR = "s3://lake/hà nội/readings"
KEY = "hà nội/readings/day=2026-11-22/part-0.parquet"


@pytest.fixture(scope="module")
def serving() -> Iterator[S3Server]:
    with s3_server() as site:
        yield site


@pytest.fixture
def site(serving: S3Server) -> S3Server:
    serving.forget()
    serving.make("lake")
    return serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lake" / "hà nội" / "readings"


@pytest.fixture
def upload(site: S3Server, tmp_path: Path) -> Callable[[], None]:
    def uploaded() -> None:
        copied(site, "lake", tmp_path / "lake")
        site.asked.clear()

    return uploaded


@pytest.fixture
def look(tmp_path: Path, site: S3Server) -> Look:
    def looked(
        state: dict[str, Any] | None = None,
        *,
        store: ObjectStore | None = None,
        address: str = AIR,
        kind: Any = "parquet",
        **way: Any,
    ) -> Fetched:
        spec = LakeWay(path=address, **{"sql": SQL, **way})
        place = Bucket(address, options_of(store or site.settings()), 20)
        fetch = LakeFetch(spec, kind, place, tmp_path / "scan", lambda: 1.0)
        return asyncio.run(fetch(state or {}))

    return looked


def test_a_bucket_says_what_the_folder_of_the_same_files_says(
    folder: Path, upload: Callable[[], None], look: Look, tmp_path: Path
) -> None:
    write(folder, "2026-11-21")
    write(folder, "2026-11-22", name="part-[0] lạ*.parquet")
    write(folder, "2026-11-22", rows=60, name="b.parquet")
    for name in ("_temporary/0/part.parquet", "day=2026-11-22/.part.parquet", "_SUCCESS"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    upload()
    way = LakeWay(path=str(folder), sql=SQL)
    of_folder = LakeFetch(way, "parquet", LakeFolder(folder), tmp_path / "scan", lambda: 1.0)
    said, there = asyncio.run(of_folder({})), look()
    assert sorted(lines(there)) == sorted(lines(said))
    assert {each.part for each in there.payloads} == {each.part for each in said.payloads}


def test_only_what_is_new_or_changed_is_read_and_a_look_is_one_request(
    site: S3Server, folder: Path, upload: Callable[[], None], look: Look
) -> None:
    write(folder, "2026-11-21")
    write(folder, "2026-11-22")
    upload()
    first = look()
    assert len(first.payloads) == 2
    lists = [query for _, path, query in site.asked if "list-type=2" in query]
    assert len(lists) == 1
    site.asked.clear()
    assert not look(dict(first.state)).payloads
    assert [path for _, path, _ in site.asked] == ["/lake"]
    write(folder, "2026-11-22", rows=60)
    site.put("lake", KEY, (folder / "day=2026-11-22" / "part-0.parquet").read_bytes())
    second = look(dict(first.state))
    assert [each[1] for each in lines(second)] == [
        "2026-11-22T00:00:00+00:00,a,39.5,60,readings/day=2026-11-22"
    ]
    read = {path for method, path, query in site.asked if method == "GET" and not query}
    assert read == {f"/lake/{KEY}"}


def test_csv_plain_and_packed_is_read_too(
    folder: Path, upload: Callable[[], None], look: Look
) -> None:
    write(folder, "2026-11-21", name="part-0.csv")
    write(folder, "2026-11-22", name="part-0.csv.gz")
    upload()
    sql = "SELECT day, count(*) AS rows FROM lake GROUP BY day"
    found = sorted(each[1] for each in lines(look(kind="csv", sql=sql)))
    assert [each.split(",")[:2] for each in found] == [["2026-11-21", "120"], ["2026-11-22", "120"]]


def test_sql_reaches_no_other_object_and_no_file(
    site: S3Server, folder: Path, upload: Callable[[], None], look: Look, tmp_path: Path
) -> None:
    write(folder, "2026-11-22")
    write(tmp_path / "lake" / "secret", "2026-11-22")
    (tmp_path / "own.csv").write_text("a\n1\n")
    upload()
    others = ("s3://lake/secret/day=2026-11-22/part-0.parquet", f"{AIR}/../secret/x.parquet")
    for other in (*others, str(tmp_path / "own.csv")):
        reader = "read_csv" if other.endswith("csv") else "read_parquet"
        assert look(sql=f"SELECT * FROM {reader}('{other}')").error, other
    assert not [path for _, path, _ in site.asked if "secret" in path]


@pytest.mark.parametrize("is_deleted", [True, False])
def test_an_object_deleted_or_replaced_while_it_is_read_costs_only_its_partition(
    site: S3Server, folder: Path, upload: Callable[[], None], look: Look, is_deleted: bool
) -> None:
    other = write(folder, "2026-11-21").read_bytes()
    whole = write(folder, "2026-11-22").read_bytes()
    upload()

    def before(method: str, path: str, _: str) -> None:
        if method != "GET" or not path.endswith(KEY):
            return
        site.before = lambda *_: None
        site.delete("lake", KEY) if is_deleted else site.put("lake", KEY, other)

    site.before = before
    found = look()
    assert [each.part for each in found.payloads] == ["readings/day=2026-11-21"]
    assert "readings/day=2026-11-22: an object went away, or was replaced" in str(found.error)
    assert "readings/day=2026-11-22" not in found.state
    site.put("lake", KEY, whole)
    assert [each.part for each in look(dict(found.state)).payloads] == ["readings/day=2026-11-22"]


def test_what_is_wrong_with_a_store_is_said_in_a_sentence_without_any_secret(
    site: S3Server, folder: Path, upload: Callable[[], None], look: Look
) -> None:
    write(folder, "2026-11-22")
    upload()
    down = site.settings(endpoint=f"http://127.0.0.1:{free_port()}")
    wrong: dict[str, dict[str, Any]] = {
        "no bucket nolake": {"address": "s3://nolake/air"},
        f"127.0.0.1:{down.endpoint.rpartition(':')[2]} cannot be reached": {"store": down},
    }
    for said, way in wrong.items():
        with pytest.raises(IntakeError, match=said):
            look(**way)
    site.checks_keys(True)
    try:
        with pytest.raises(IntakeError) as refused:
            look()
    finally:
        site.checks_keys(False)
    assert str(refused.value) == "the object store refuses the key (InvalidAccessKeyId)"


def test_a_store_that_says_nothing_is_not_waited_for(
    site: S3Server, folder: Path, upload: Callable[[], None], tmp_path: Path
) -> None:
    write(folder, "2026-11-22")
    upload()
    answers = threading.Event()
    site.before = lambda *_: answers.wait(5) and None
    place = Bucket(AIR, options_of(site.settings()), 0.3)
    with pytest.raises(IntakeError, match=r"did not answer within 0.3 s"):
        asyncio.run(place.partitions("parquet"))
    answers.set()


def test_keys_of_a_public_bucket_are_not_needed(
    site: S3Server, folder: Path, upload: Callable[[], None], look: Look
) -> None:
    written = write(folder, "2026-11-22")
    upload()
    keyless = ObjectStore(endpoint=site.url)
    assert "no key is set (AWS_ACCESS_KEY_ID)" in str(look(store=keyless).error)
    site.publish("lake", KEY, written.read_bytes())
    assert len(look(store=keyless).payloads) == 1


def test_a_bucket_with_more_files_than_is_reasonable_is_refused(
    folder: Path, upload: Callable[[], None], look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2026-11-21", "2026-11-22"):
        write(folder, day, rows=1)
    upload()
    monkeypatch.setattr("data_access.intake.bucket.MOST_FILES", 1)
    with pytest.raises(IntakeError, match="more than 1 files in s3://lake/hà nội/readings"):
        look()


def test_tls_of_an_authority_of_ones_own_is_trusted_when_it_is_named(
    folder: Path, tmp_path: Path, look: Look
) -> None:
    write(folder, "2026-11-22")
    made = make_certificates(tmp_path)
    with s3_server(made) as secure, s3_server() as plain:  # both have the same buckets
        plain.make("lake")
        copied(plain, "lake", tmp_path / "lake")
        with pytest.raises(IntakeError, match="certificate of the object store is not trusted"):
            look(store=secure.settings())
        assert len(look(store=secure.settings(ca=made.authority)).payloads) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"endpoint": "minio:9000"}, "AWS_ENDPOINT_URL is wrong"),
        ({"secret_key": None}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set both or"),
        ({"ca": Path("/none.pem")}, "AWS_CA_BUNDLE cannot be read: /none.pem"),
    ],
)
def test_settings_that_open_no_store_are_refused(wrong: dict[str, Any], said: str) -> None:
    given = {"access_key": SecretStr("key"), "secret_key": SecretStr("secret"), **wrong}
    with pytest.raises(SettingsError, match=said):
        options_of(ObjectStore(**given))


def test_a_room_without_a_bucket_loads_nothing_for_one() -> None:
    loads = "import sys, data_access.intake.intake; print([m for m in sys.modules if m in "
    program = f"{loads}('obstore', 'fsspec', 'pyarrow', 'botocore')])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr

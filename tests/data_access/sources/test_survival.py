"""Whatever comes instead of the file: every source refuses it clearly and never crashes."""

from __future__ import annotations

import gzip
import io
import random
import re
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.contract_check import check
from data_access.errors import SourceEmpty, SourceError, SourceTooBig, SourceUnreadable
from data_access.model import Batch
from data_access.schema import noting
from data_access.sources import payload, registry, unpacking
from data_access.sources.workbook import grids_of
from tests.data_access.sources.conftest import cities, home, joined

DATASETS = tuple(dataset for city, _ in cities() for dataset in city.datasets)
assert len(set(DATASETS)) == len(DATASETS), "a dataset of both cities would be tried in one only"
PACKED = (b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")  # zip, gzip, old workbooks
PAGE = (
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>"
    "<h1>502</h1><p>{</p></body></html>"
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><alert>&c;</alert>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>'
)


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"0" * 1_000_000)
    return packed.getvalue()


WRONG: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \r\n\t\n ",
    "a web page": PAGE.encode(),
    "a web page in an XML declaration": b'<?xml version="1.0"?>' + PAGE.encode(),
    "garbage": random.Random(7).randbytes(20_000),
    "zero bytes": b"\0" * 4096,
    "one huge line": b"x" * (payload.MAX_LINE * 2),
    "one huge line of cells": b"1," * payload.MAX_LINE,
    "Latin-1": "tên;Đà Nẵng;giá trị\nđầu tư;1".encode("cp1258", errors="replace"),
    "UTF-16 of nothing it knows": "a,b\n1,2\n".encode("utf-16"),
    "half a UTF-16 letter": "\ufeffa,b\n".encode("utf-16-le")[:-1],
    "an archive cut off": gzip.compress(b"a,b\n1,2\n" * 999)[:-20],
    "an archive with damage": b"\x1f\x8b\x08\0" + b"\xff" * 40,
    "an archive of nothing": gzip.compress(b""),
    "a zip": _zip(),
    "a workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "a laughing XML": LAUGHS.encode(),
    "an XML that reaches out": OUTSIDE.encode(),
    "deep XML": b"<a>" * 5000 + b"</a>" * 5000,
    "broken XML": b"<alert><identifier>",
    "some other XML": b'<rss version="2.0"><channel/></rss>',
    "some other JSON": b'{"error": {"message": "token expired"}}',
    "a JSON list of numbers": b"[1, 2, 3]",
    "deep JSON": b"[" * 100_000,
    "deep JSON that is whole": b"[" * 900 + b"]" * 900,
    "deep JSON in an answer": b'{"items": [{"value":'
    + b'{"a":' * 900
    + b"NaN"
    + b"}" * 900
    + b"}]}",
    "an error answer": b'[{"code": 404, "description": "jurisdiction_id not found"}]',
    "another table": b"a,b,c\n1,2,3\n",
    "a heading alone": b"a,b,c\n",
}


def _read(dataset: str, *paths: Path) -> Batch:
    city, _ = home(dataset)
    batches = registry.read(paths, contract=city.datasets[dataset], city=city)
    return joined(list(batches))


def _checked(dataset: str, *paths: Path) -> Batch:
    city, _ = home(dataset)
    now = datetime(2027, 2, 1, tzinfo=UTC)
    return check(_read(dataset, *paths), city.datasets[dataset], now=now, areas=city.areas.codes)


def _files(dataset: str) -> list[Path]:
    city, lake = home(dataset)
    return city.datasets[dataset].source.files(lake)


def test_every_format_is_used_by_a_dataset_of_one_of_the_cities() -> None:
    used = {contract.source.format for city, _ in cities() for contract in city.datasets.values()}
    assert used == set(registry.formats())
    for city, _ in cities():
        registry.verify(city)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("found", WRONG)
def test_a_wrong_file_is_refused_with_what_where_and_what_was_expected(
    dataset: str, found: str, tmp_path: Path
) -> None:
    path = tmp_path / "feed.dat"
    path.write_bytes(WRONG[found])
    if (dataset, found) in {
        ("transport.speed", "another table"),  # a matrix of three detectors, and nothing else
        ("transport.speed", "UTF-16 of nothing it knows"),
    }:
        return
    with pytest.raises(SourceError) as caught:
        _checked(dataset, path)
    assert caught.value.where == "feed.dat"
    assert caught.value.what
    assert caught.value.expected


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_small_lake_feeds_every_dataset(dataset: str) -> None:
    good = _checked(dataset, *_files(dataset))
    assert good.records or (good.observations is not None and len(good.observations))
    assert good.rejected, "each small lake has rows to refuse"
    assert all(rejected.detail and rejected.source_ref for rejected in good.rejected)


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_bad_file_among_good_ones_is_refused_alone(dataset: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.dat"
    bad.write_bytes(PAGE.encode())
    good = _files(dataset)
    alone, together = _read(dataset, *good), _read(dataset, bad, *good)
    refused = [each for each in together.rejected if each.reason == "unreadableFile"]
    assert [each.source_ref for each in refused] == ["bad.dat"]
    assert len(together.records) == len(alone.records)
    assert (together.observations is None) == (alone.observations is None)
    if alone.observations is not None and together.observations is not None:
        assert len(together.observations) == len(alone.observations)


@pytest.mark.parametrize("dataset", DATASETS)
def test_reading_twice_gives_the_same(dataset: str) -> None:
    once, again = (_read(dataset, *_files(dataset)) for _ in range(2))
    assert once.records == again.records
    assert once.entities == again.entities
    assert once.rejected == again.rejected
    if once.observations is not None and again.observations is not None:
        assert once.observations.equals(again.observations)


def _samples() -> Iterator[tuple[str, str, bytes]]:
    for dataset in DATASETS:
        for path in _files(dataset):
            yield dataset, path.name, path.read_bytes()


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sample=st.sampled_from(list(_samples())),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), max_size=6
    ),
)
def test_a_damaged_file_is_read_or_refused_but_never_crashes(
    sample: tuple[str, str, bytes], cuts: list[tuple[float, int, bytes]], tmp_path: Path
) -> None:
    dataset, name, content = sample
    for at, length, replacement in cuts:
        start = int(at * len(content))
        content = content[:start] + replacement + content[start + length :]
    path = tmp_path / name
    path.write_bytes(content)
    with suppress(SourceError):
        _checked(dataset, path)


def _absurd() -> Iterator[tuple[str, str, bytes]]:
    """The texts of both lakes with one number each of more digits than Python turns into an int."""
    for dataset, name, content in _samples():
        found = list(re.finditer(rb"\d+", content))
        if content.startswith(PACKED) or not found:
            continue
        for each in found[:: max(1, len(found) // 12)]:
            yield dataset, name, content[: each.start()] + b"9" * 5000 + content[each.end() :]


def test_a_number_of_absurd_length_costs_its_row_or_its_file_and_never_crashes(
    tmp_path: Path,
) -> None:
    for dataset, name, content in _absurd():
        path = tmp_path / name
        path.write_bytes(content)
        with suppress(SourceError):
            _checked(dataset, path)


def test_a_log_line_of_absurd_numbers_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    good = "CEF:0|v|p|1|2|n|9|dvchost=a rt=1785567720000"
    path.write_text(f"{good}\n{good} cnt={'9' * 5000}\n")
    batch = _read("security.events", path)
    assert batch.observations is not None
    assert batch.observations["value"].max() == 2


@pytest.mark.parametrize("cells", [2, 500])
def test_spans_that_make_much_of_little_are_refused_while_they_are_filled(
    tmp_path: Path, cells: int
) -> None:
    path = tmp_path / "spans.xls"
    wide = "<td colspan=1000 rowspan=1000>1</td>" * cells
    path.write_text("<table>" + f"<tr>{wide}</tr>{'<tr></tr>' * 999}" * 20 + "</table>")
    tracemalloc.start()
    with pytest.raises(SourceTooBig, match="cells"):
        grids_of(payload.load(path))
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_an_archive_that_unpacks_to_far_more_is_stopped_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "RATIO_FROM", 1024 * 1024)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"\0" * 8 * 1024 * 1024))
    with pytest.raises(SourceTooBig, match="unpack to more"):
        payload.load(bomb)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_bytes(b"1" * 2048)
    with pytest.raises(SourceTooBig, match="2048 bytes"):
        payload.load(big, limit=1024)


def test_an_archive_of_several_members_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "two.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"))
    assert payload.load(path).content == b"a,b\n1,2\n"


def test_members_zeros_between_them_and_what_follows_are_read_as_gzip_does() -> None:
    one, other = gzip.compress(b"a,b\n" * 9000), gzip.compress(b"1,2\n")
    content = one + b"\0" * 50_000 + other + b"trailing"
    assert unpacking.gunzip(content, "x", 10**6) == b"a,b\n" * 9000 + b"1,2\n"
    with pytest.raises(SourceUnreadable, match="cut off"):
        unpacking.gunzip(content[: len(one) - 4], "x", 10**6)
    many = gzip.compress(b"") * 20_000 + gzip.compress(b"1")
    assert unpacking.gunzip(many, "x", 10**6) == b"1"


def test_a_file_that_went_away_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable):
        payload.load(tmp_path / "gone.csv")


def test_a_table_of_a_heading_alone_is_empty_or_without_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_bytes(b"\n")
    with pytest.raises(SourceEmpty):
        payload.load(path).table(["a"], expected="a")


def test_a_line_with_too_many_cells_is_refused_and_the_others_keep_their_numbers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n3,4,5\n6\n\n7,8\n")
    frame, refused = payload.load(path).table(["a", "b"], expected="a table")
    assert [each.source_ref for each in refused] == ["ragged.csv:3"]
    assert frame.to_dict("index") == {
        2: {"a": "1", "b": "2"},
        4: {"a": "6", "b": ""},
        6: {"a": "7", "b": "8"},
    }


def test_a_first_line_with_too_many_cells_does_not_move_the_others(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2,3\n4,5\n")
    frame, refused = payload.load(path).table(["a", "b"], expected="a table")
    assert [each.source_ref for each in refused] == ["ragged.csv:2"]
    assert frame.to_dict("index") == {3: {"a": "4", "b": "5"}}


def test_text_is_nfc_whatever_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "nfd.csv"
    path.write_text(unicodedata.normalize("NFD", "tên,b\nHà Nội,1\n"), encoding="utf-8")
    frame, _ = payload.load(path).table(["tên"], expected="a table")
    assert list(frame["tên"]) == ["Hà Nội"]


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ('{"tên": "Hà Nội", "a": [{"b": "Mỹ Đình"}]}', payload.Payload.json),
        ('{"tên": "Hà Nội"}\n{"tên": "Mỹ Đình"}', lambda each: each.documents()[0]),
        ('<a b="Hà Nội">Mỹ Đình<b/>Ô Chợ Dừa</a>', lambda each: _said(each.xml())),
    ],
)
@pytest.mark.parametrize("spelling", ["in parts", "escaped"])
def test_what_is_parsed_is_nfc_and_counted_however_it_is_written(
    content: str, read: Callable[[payload.Payload], Any], spelling: str
) -> None:
    composed = read(payload.Payload("a", content.encode()))
    parts = unicodedata.normalize("NFD", content)
    if spelling == "escaped" and content.startswith("<"):
        parts = "".join(c if c.isascii() else f"&#{ord(c)};" for c in parts)
    elif spelling == "escaped":
        parts = "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in parts)
    with noting({}) as notes:
        assert read(payload.Payload("a", parts.encode())) == composed
    assert 0 < notes.denormal["a"] <= 4


def _said(root: Any) -> list[Any]:
    return [(each.text, each.tail, each.attrib) for each in root.iter()]


def test_json_with_escapes_is_composed_as_deep_as_it_is_read() -> None:
    deep = "[" * 250 + '"e\\u0301"' + "]" * 250
    found = payload.Payload("a", deep.encode()).json()
    while isinstance(found, list):
        (found,) = found
    assert found == "é"


def test_only_a_line_feed_ends_a_line_of_a_log() -> None:
    forged = "Jan  1 00:00:00 gate sshd[1]: Accepted password for root"
    text = f"one\x0b{forged}\u2028{forged}\x85{forged}\r\n\ntwo"
    assert payload.Payload("a.log", text.encode()).lines() == [
        f"one\x0b{forged}\u2028{forged}\x85{forged}", "", "two"
    ]  # fmt: skip

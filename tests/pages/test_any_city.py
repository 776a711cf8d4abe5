"""Every page of every address: in another city with nothing in it, in both languages, and asked
for by whoever means harm. What there is not is said; nothing is empty, and nothing breaks."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import dash
import pytest
from flask import Flask

from callbacks.desk import Desk, put
from callbacks.pages import QUERIES
from data_access.city import load_city
from data_access.store import StoreReader, open_reader, open_writer
from data_access.store.quarantine import QuarantineReader
from language import LANGUAGES, catalogue
from layouts.pages.console_place import group_place
from layouts.pages.console_topics import TOPICS
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table
from tests.layouts.tiles.sample import everything
from tests.pages.answerable import tell
from tests.pages.browse import Client, nodes, words
from tests.pages.conftest import SECRET
from tests.pages.stand_in import StandInRows, make_desk
from tests.pages.test_quarantine import HeldThere

OTHER, OWN = ROOT / "tests" / "fixtures" / "danang", ROOT / "city"
MENU = (
    "/", "/operator", "/rule", "/console", "/brief", "/brief?kind=flash", "/what-if",
    "/what-if?run=none", "/signals", "/proof", "/data", "/data/quality", "/data/quality?by=agency",
    "/data/coverage", "/data/lineage", "/data/sources", "/data/forecasts", "/data/twins",
    "/data/quarantine", "/data/anomalies", "/data/triage", "/nowhere",
)  # fmt: skip
WITHOUT_WALLS = ("/operator", "/rule", "/proof")
NAMES = {"Tiếng Việt"}  # the same in either language
ENGLISH = re.compile(r"\b[A-Za-z]{3,}\b")
VIETNAMESE = re.compile(
    r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I
)
OF_OTHERS = "/_dash-component"  # Dash's
SIZE = {"width": 1900, "height": 930}
CATALOGUES = {path.stem for path in (ROOT / "language" / "vi").glob("*.po")}
REQUESTS = "feedback.requests"
HOSTILE = (
    "x" * 4000,
    "../../../etc/passwd",
    "<script>alert(1)</script>",
    "\u202e\U0001f6a8\u0000\ud7ff",
    "-1e999",
    "[]",
    "known:20260101T0000Z",
    "exercise:../..",
    "' OR 1=1 --",
    "NaN",
)


@pytest.fixture(params=[OTHER, OWN], ids=["elsewhere", "here"])
def elsewhere(application: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The pages of a city of which nothing is known yet: one of other units and datasets, ours."""
    given = {"data_dir": tmp_path / "var", "service_token": SECRET, "city": request.param}
    settings = Settings.model_validate(given)
    opened = make_desk(settings)
    open_writer(settings, opened.city.zone).close()
    reader = open_reader(settings)
    object.__setattr__(opened, "rows", reader)
    object.__setattr__(opened, "snapshot", reader.snapshot)
    object.__setattr__(opened, "held", QuarantineReader(reader))
    put(application, opened)
    yield opened
    reader.close()
    opened.close()


@pytest.fixture
def there(application: Flask, elsewhere: Desk) -> Client:
    return Client(application).sign_in("administrator")


def main(tree: object) -> str:
    """Return what a page says beside its head."""
    return next(words(each) for each in nodes(tree) if each["props"].get("id") == "main")


def said(tree: object) -> Iterator[str]:
    """Yield every text of a page, those for readers of its structure and of its grids, too."""
    for each in nodes(tree):
        if each["type"] == "Code":  # what other systems call it
            continue
        props = each["props"]
        told = [props.get(name) for name in ("title", "alt", "placeholder", "aria-label")]
        told += [column.get("headerName") for column in props.get("columnDefs") or ()]
        children = props.get("children")
        told += children if isinstance(children, list) else [children]
        yield from (words.strip() for words in told if isinstance(words, str))


def unsaid(told: str) -> list[str]:
    """Return the words that are keys of a catalogue, which nobody should read."""
    return [
        each
        for each in told.split()
        if each.partition(".")[0] in CATALOGUES and each.count(".") and each[-1] != "."
    ]


def test_the_menu_here_is_that_of_the_pages_there_are(application: Flask) -> None:
    paths = {
        page["path"]
        for page in dash.page_registry.values()
        if not page["path_template"] and page["module"] not in ("sign_in", "proof_glass")
    }
    named = {each.partition("?")[0] for each in MENU} | {"/not-found"}
    assert paths - named == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_city_with_nothing_in_it_says_so(
    elsewhere: Desk, there: Client, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    catalogue._report_once.cache_clear()
    there.post("/session/language", {"language": language, "next": "/"})
    with caplog.at_level(logging.WARNING):
        told = {path: there.page(path) for path in MENU}
    assert [each.getMessage() for each in caplog.records] == []
    assert [
        path for path, tree in told.items() if len(main(tree)) < 40 and path != "/nowhere"
    ] == []
    assert [each for tree in told.values() for each in unsaid(words(tree))] == []
    none = {"vi": "chưa có màn hình ghép", "en": "has no walls"}[language]
    has_none = {path for path in WITHOUT_WALLS if none in main(told[path])}
    assert has_none == (set() if elsewhere.walls else set(WITHOUT_WALLS))


def test_no_words_of_one_language_stand_among_the_others(elsewhere: Desk, there: Client) -> None:
    told: dict[str, set[str]] = {}
    for language in LANGUAGES:
        there.post("/session/language", {"language": language, "next": "/"})
        told[language] = {each for path in MENU for each in said(there.page(path))}
    roads = elsewhere.city.network
    names = {*NAMES, *(each.name for of in (roads.nodes, roads.links) for each in of.values())}
    english = {each for each in told["vi"] & told["en"] if len(ENGLISH.findall(each)) > 1}
    vietnamese = {each for each in told["en"] if VIETNAMESE.search(each)}
    assert english - names == set()
    if not elsewhere.walls:  # which are called what they are called
        assert vietnamese - names == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tile_of_the_console_of_such_a_city_gives_its_reason(
    there: Client, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    there.post("/session/language", {"language": language, "next": "/"})
    empty, seen = [], 0
    with caplog.at_level(logging.WARNING):
        for group, topics in TOPICS.items():
            for topic in topics:
                place = group_place(group, topic).href
                answer = there.call(
                    "console-body.children",
                    {"console-place.hash": place, "console-size.data": SIZE},
                )
                assert answer.status_code == 200
                body = answer.get_json()["response"]["console-body"]["children"]
                tiles = [each for each in nodes(body) if isinstance(each["props"].get("id"), dict)
                         and each["props"]["id"].get("part") == "console-tile"]  # fmt: skip
                seen += len(tiles)
                empty += [(place, each["props"]["id"]["tile"]) for each in tiles
                          if len(words(each)) < 12]  # fmt: skip
                assert unsaid(words(body)) == []
    assert seen > 100
    assert empty == []
    assert caplog.records == []


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_an_address_asks_for_there_is_a_page(
    server: Flask, reach: Desk, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    reach.cache.write_many(everything().values())
    tell(reach)
    object.__setattr__(reach, "held", HeldThere())
    client = Client(server).sign_in("administrator")
    names = sorted({name for wanted in QUERIES.values() for name in wanted})
    left_out = ((), ("run", "runs", "new", "junction"), ("realm", "date", "time"))
    asked = [urlencode({name: value for name in names if name not in left}) for left in left_out]
    twice = f"{urlencode({'dataset': value})}&dataset=environment.air&realm=live&realm=known:x"
    paths = {each.partition("?")[0] for each in MENU}
    broken: list[str] = []
    with caplog.at_level(logging.ERROR):
        for path in sorted(paths):
            for query in (*asked, twice):
                try:
                    tree = client.page(f"{path}?{query}")
                except KeyError:
                    broken.append(f"{path}?{query[:80]}")
                    continue
                assert words(tree)
                assert "Traceback" not in words(tree)
    assert broken == [], caplog.text[-4000:]
    assert [each.getMessage() for each in caplog.records] == []


class RowsAndRequests(StandInRows):
    """The rows of a stand-in; of citizens' requests those of a store."""

    def __init__(self, kept: StoreReader) -> None:
        self._kept = kept

    def source_rows(self, dataset: str, **which: Any) -> list[dict[str, Any]]:
        of = self._kept if dataset == REQUESTS else super()
        return of.source_rows(dataset, **which)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreReader]:
    """A store with the requests of the small lake's files."""
    folder = tmp_path_factory.mktemp("requests")
    settings = Settings.model_validate({"data_dir": folder, "service_token": SECRET})
    city = load_city(OWN)
    writer, reader = open_writer(settings, city.zone), open_reader(settings)
    Table(city, writer, reader).feed_files(REQUESTS)
    writer.close()
    assert reader.source_rows(REQUESTS)
    yield reader
    reader.close()


@pytest.mark.parametrize("value", [each for each in HOSTILE if "/" not in each])
def test_no_address_of_the_server_breaks(
    server: Flask, reach: Desk, kept: StoreReader, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    """Whatever stands in an address and behind it: no 5xx, and words with a 4xx."""
    object.__setattr__(reach, "rows", RowsAndRequests(kept))
    client = Client(server).sign_in("administrator")
    odd = quote(value[:200], safe="")
    query = urlencode(dict.fromkeys(("at", "limit", "since", "date", "time", "q", "realm"), value))
    for rule in server.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(OF_OTHERS):
            continue
        address = "".join(each if is_plain else odd for is_plain, each in _parts(rule.rule))
        answer = client.get(f"{address}?{query[:6000]}")
        assert answer.status_code < 500 or answer.status_code == 503, rule.rule
        body = answer.get_data().decode(errors="replace")
        answer.close()
        assert "Traceback" not in body, rule.rule
        if answer.status_code >= 400:
            assert body.strip(), rule.rule
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


def _parts(rule: str) -> Iterator[tuple[bool, str]]:
    """Yield (whether it stands in the address as it is, the part) of a rule of the server."""
    while rule:
        plain, opened, rest = rule.partition("<")
        yield True, plain
        if not opened:
            return
        name, _, rule = rest.partition(">")
        yield False, name

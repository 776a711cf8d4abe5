"""Asking an address: only what is new, page by page, bounded, no secret told to anybody else."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import orjson
import pytest

from data_access.errors import IntakeError
from data_access.intake.polling import Fetched
from data_access.intake.url import UrlFetch, place_of
from data_access.intake.ways import UrlWay
from tests.data_access.intake.web_server import Asked, Says, WebServer, web_server

NOW_S = 1_795_000_000.0
LIST = orjson.dumps([{"id": 1}])


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server(lambda _: Says(body=LIST)) as opened:
        yield opened


@pytest.fixture
def ask(site: WebServer) -> Callable[..., Fetched]:
    """Ask the site once; `secret` and `state` apart, the arguments are the way's."""

    def asked(
        *, path: str = "/list.json", state: dict[str, Any] | None = None,
        secret: str | None = None, **way: Any,
    ) -> Fetched:  # fmt: skip
        async def once() -> Fetched:
            async with aiohttp.ClientSession() as session:
                fetch = UrlFetch(
                    UrlWay(address=site.url + path, **way),
                    session,
                    lambda: NOW_S,
                    secret,
                    first_wait_s=0.001,
                )
                return await fetch(state or {})

        return asyncio.run(once())

    return asked


Ask = Callable[..., Fetched]


def bodies(fetched: Fetched) -> list[bytes]:
    return [each.body for each in fetched.payloads]


def test_an_answer_is_named_after_its_address_and_the_instant_it_was_asked_for(ask: Ask) -> None:
    fetched = ask()
    assert bodies(fetched) == [LIST]
    assert fetched.payloads[0].name == "list@20261118T110640Z.json"
    assert fetched.payloads[0].received_us == NOW_S * 1e6


def test_what_has_not_changed_is_not_sent_again(site: WebServer, ask: Ask) -> None:
    def answer(asked: Asked) -> Says:
        same = asked.headers.get("If-None-Match") == '"7"'
        return Says(304) if same else Says(body=LIST, headers={"ETag": '"7"', "Last-Modified": "x"})

    site.answer = answer
    first = ask()
    again = ask(state=dict(first.state))
    assert (bodies(again), again.state) == ([], first.state)
    assert site.asked[1].headers["If-Modified-Since"] == "x"


def test_the_same_answer_of_a_server_without_validators_is_nothing_new(ask: Ask) -> None:
    first = ask()
    assert bodies(ask(state=dict(first.state))) == []


def test_pages_are_asked_for_by_number_until_one_is_not_full(site: WebServer, ask: Ask) -> None:
    pages = {"1": b"[1,2]", "2": b"[3,4]", "3": b"[5]"}
    site.answer = lambda asked: Says(body=pages[asked.query["page"]])
    assert bodies(ask(paging="page", page_size=2)) == list(pages.values())
    assert site.asked[0].query == {"page": "1", "page_size": "2"}


def test_links_and_notes_beside_the_items_do_not_end_pages_early(site: WebServer, ask: Ask) -> None:
    def answer(asked: Asked) -> Says:
        items = {"1": [1, 2, 3], "2": [4]}[asked.query["page"]]
        return Says(body=orjson.dumps({"links": [{}], "warnings": ["slow"], "data": items}))

    site.answer = answer
    assert len(bodies(ask(paging="page", page_size=3))) == 2


def test_pages_without_a_size_end_at_an_empty_one_in_xml_too(site: WebServer, ask: Ask) -> None:
    pages = {"1": b"<a><b/></a>", "2": b"<a></a>"}
    site.answer = lambda asked: Says(body=pages[asked.query["page"]])
    assert bodies(ask(paging="page")) == list(pages.values())


def test_pages_by_offset_go_on_where_the_last_one_ended(site: WebServer, ask: Ask) -> None:
    everything = list(range(5))

    def answer(asked: Asked) -> Says:
        begin = int(asked.query["offset"])
        return Says(body=orjson.dumps(everything[begin : begin + int(asked.query["limit"])]))

    site.answer = answer
    fetched = ask(paging="offset", size_param="limit", page_size=2)
    assert bodies(fetched) == [b"[0,1]", b"[2,3]", b"[4]"]


def test_links_are_followed_on_the_same_host_only(site: WebServer, ask: Ask) -> None:
    def answer(asked: Asked) -> Says:
        if asked.query.get("cursor") == "b%2F":
            return Says(body=b"[2]")
        return Says(body=b"[1]", headers={"Link": '</list.json?cursor=b%252F>; rel="next"'})

    site.answer = answer
    assert bodies(ask(paging="link")) == [b"[1]", b"[2]"]
    site.answer = lambda _: Says(body=b"[1]", headers={"Link": '<http://b.test/x>; rel="next"'})
    with pytest.raises(IntakeError, match="another host"):
        ask(paging="link")


NEXT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "FHIR": ({"link": [{"relation": "self", "url": "/a"}, {"relation": "next", "url": "/b?p=2"}]},
             {"link": [{"relation": "self", "url": "/b?p=2"}]}),
    "OGC API": ({"links": [{"rel": "alternate", "href": "/x"}, {"rel": "next", "href": "/b"}]},
                {"links": []}),
    "JSON:API": ({"links": {"self": "/a", "next": "b"}}, {"links": {"next": None}}),
    "Activity Streams": ({"next": "/b", "partOf": "/all"}, {"next": None}),
    "HAL": ({"_links": {"next": {"href": "/b"}}}, {"_links": {}}),
    "OData": ({"@odata.nextLink": "b?$skiptoken=%2Fx", "value": []}, {"value": []}),
    "SensorThings": ({"@iot.nextLink": "/b"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEXT)
def test_json_that_names_its_next_page_is_followed_and_kept_as_one_payload(
    site: WebServer, ask: Ask, kind: str
) -> None:
    first, last = NEXT[kind]
    written = orjson.dumps(first, option=orjson.OPT_INDENT_2).replace(b"\n", b"\r\n")
    pages = {"/a": b"\xef\xbb\xbf" + written, "/b": orjson.dumps(last)}
    site.answer = lambda asked: Says(body=pages[asked.path])
    (body,) = bodies(ask(path="/a", paging="next", secret="hunter2", secret_in="query:key"))
    assert [orjson.loads(line) for line in body.splitlines()] == [first, last]
    assert [asked.query.pop("key") for asked in site.asked] == ["hunter2", "hunter2"]
    assert site.asked[1].query == {"FHIR": {"p": "2"}, "OData": {"$skiptoken": "/x"}}.get(kind, {})


def test_a_path_says_where_a_page_names_the_next_one(site: WebServer, ask: Ask) -> None:
    pages = {"/a": b'{"meta":{"after":"/b"},"next":"/c"}', "/b": b'{"meta":{"after":""}}'}
    site.answer = lambda asked: Says(body=pages[asked.path])
    assert bodies(ask(path="/a", paging="next", next_in="meta.after")) == [
        b"\n".join(pages.values())
    ]


def test_one_page_stays_as_it_is_and_an_unchanged_answer_is_nothing_new(
    site: WebServer, ask: Ask
) -> None:
    page = b'{\n "entry": []\n}\n'
    site.answer = lambda _: Says(body=page)
    once = ask(paging="next")
    assert bodies(once) == [page]
    assert bodies(ask(paging="next", state=dict(once.state))) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"[1]", "no JSON object"),
        (b"<a/>", "cannot be read"),
        (b'{"next": "http://10.0.0.1/x"}', "another host"),
        (b'{"next": "http://[bad"}', "no address"),
    ],
)
def test_a_page_that_leads_elsewhere_or_nowhere_is_refused(
    site: WebServer, ask: Ask, page: bytes, said: str
) -> None:
    site.answer = lambda _: Says(body=page)
    with pytest.raises(IntakeError, match=said):
        ask(paging="next")


def test_a_server_that_does_not_know_pages_is_not_asked_for_ever(site: WebServer, ask: Ask) -> None:
    assert bodies(ask(paging="page", page_size=1)) == [LIST]
    assert len(site.asked) == 2


def test_endless_pages_are_refused(site: WebServer, ask: Ask) -> None:
    site.answer = lambda asked: Says(body=orjson.dumps([asked.query["page"]]))
    with pytest.raises(IntakeError, match="more than 5 pages"):
        ask(paging="page", max_pages=5)


FEED = """<feed xmlns="http://www.w3.org/2005/Atom">
<entry><link href="/web/1"/><link type="application/cap+xml" href="/cap/1.xml"/>
<updated>{first}</updated></entry>
<entry><link href="cap/2.xml"/><updated>2026-11-30T08:00:00Z</updated></entry></feed>"""


def test_a_feed_s_new_and_changed_entries_are_fetched_and_one_that_fails_again(
    site: WebServer, ask: Ask
) -> None:
    broken, first = {"/cap/2.xml"}, "2026-11-30T07:00:00Z"

    def says(asked: Asked) -> Says:
        if asked.path == "/alerts.atom":
            return Says(body=FEED.format(first=first).encode(), headers={"ETag": '"1"'})
        return Says(404) if asked.path in broken else Says(body=asked.path.encode())

    site.answer = says
    way = {"path": "/alerts.atom", "paging": "entries"}
    once = ask(**way)
    assert (bodies(once), once.error) == ([b"/cap/1.xml"], "1 of 2 entries: HTTP 404")
    broken.clear()
    twice = ask(**way, state=dict(once.state))
    assert bodies(twice) == [b"/cap/2.xml"]
    assert "If-None-Match" not in site.asked[-2].headers  # something was missing
    first = "2026-11-30T09:00:00Z"
    assert bodies(ask(**way, state=dict(twice.state))) == [b"/cap/1.xml"]
    assert site.asked[-2].headers["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (b"<rss><channel><item><link>http://10.0.0.1/x</link></item></channel></rss>", "10.0.0.1"),
        (b"<alert/>", "no Atom"),
        (b"{}", "cannot be read"),
    ],
)
def test_a_feed_that_is_none_or_leads_elsewhere_is_refused(
    site: WebServer, ask: Ask, feed: bytes, said: str
) -> None:
    site.answer = lambda _: Says(body=feed)
    with pytest.raises(IntakeError, match=said):
        ask(path="/alerts.atom", paging="entries")


def test_since_is_the_last_success_less_the_overlap_and_history_before_the_first(
    site: WebServer, ask: Ask
) -> None:
    params = {"start_date": "{since}", "end_date": "{now}"}
    first = ask(params=params, history="P90D")
    assert site.asked[0].query["start_date"] == "2026-08-20T11:06:40Z"
    assert site.asked[0].query["end_date"] == "2026-11-18T11:06:40Z"
    ask(params=params, overlap="PT1H", state=dict(first.state))
    assert site.asked[1].query["start_date"] == "2026-11-18T10:06:40Z"


@pytest.mark.parametrize(
    ("secret_in", "name", "sent"),
    [
        ("bearer", "Authorization", "Bearer hunter2"),
        ("header:X-Key", "X-Key", "hunter2"),
        ("basic:ioc", "Authorization", "Basic aW9jOmh1bnRlcjI="),
    ],
)
def test_a_secret_goes_where_it_shall(
    site: WebServer, ask: Ask, secret_in: str, name: str, sent: str
) -> None:
    ask(secret="hunter2", secret_in=secret_in)
    assert site.asked[0].headers[name] == sent


def test_a_secret_in_the_query_is_in_no_error(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(403)
    with pytest.raises(IntakeError) as refused:
        ask(secret="hunter2", secret_in="query:key")
    assert site.asked[0].query == {"key": "hunter2"}
    assert "hunter2" not in repr(refused.value)
    assert str(refused.value) == "HTTP 403 (access is refused)"


def test_a_redirect_is_followed_and_shows_no_other_host_the_secret(
    site: WebServer, ask: Ask
) -> None:
    with web_server(lambda _: Says(body=b"[9]")) as other:
        site.answer = lambda _: Says(302, headers={"Location": f"{other.url}/moved"})
        assert bodies(ask(secret="hunter2", secret_in="header:X-Key")) == [b"[9]"]
        assert "X-Key" not in other.asked[0].headers


def test_redirects_in_a_circle_end(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(302, headers={"Location": "/list.json"})
    with pytest.raises(IntakeError, match="more than 5 redirects"):
        ask()
    site.answer = lambda _: Says(302, headers={"Location": "file:///etc/passwd"})
    with pytest.raises(IntakeError, match="redirects to file"):
        ask()


def test_what_may_pass_is_tried_again(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(503) if len(site.asked) < 3 else Says(body=LIST)
    assert bodies(ask()) == [LIST]
    assert len(site.asked) == 3


def test_what_will_not_pass_is_not(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(404)
    with pytest.raises(IntakeError, match="HTTP 404"):
        ask()
    assert len(site.asked) == 1


def test_a_server_that_asks_for_patience_is_left_alone(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(429, headers={"Retry-After": "120"})
    with pytest.raises(IntakeError) as refused:
        ask()
    assert refused.value.retry_after_s == 120
    assert len(site.asked) == 1


def test_too_much_is_refused_before_it_is_all_here(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(body=b"x" * 3_000_000)
    with pytest.raises(IntakeError, match="more than 1 MB"):
        ask(max_mb=1)


def test_a_bomb_is_refused_before_it_is_unpacked(site: WebServer, ask: Ask) -> None:
    bomb = gzip.compress(bytes(300_000_000), 1)
    site.answer = lambda _: Says(body=bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(IntakeError, match="more than 2 MB"):
        ask(max_mb=2)


def test_a_server_that_never_ends_is_given_up(site: WebServer, ask: Ask) -> None:
    gone = threading.Event()

    def drip(out: Any) -> None:
        while not gone.wait(0.05):
            out.write(b"5\r\n     \r\n")

    site.answer = lambda _: Says(headers={"Transfer-Encoding": "chunked"}, raw=drip)
    with pytest.raises(IntakeError, match="no whole answer within 1 s"):
        ask(timeout="PT1S")
    gone.set()


def test_an_answer_that_breaks_off_is_no_answer(site: WebServer, ask: Ask) -> None:
    site.answer = lambda _: Says(headers={"Content-Length": "100"}, raw=lambda out: out.write(b"["))
    with pytest.raises(IntakeError, match="broke off"):
        ask()


def test_who_is_not_there_is_said_by_host_and_port(site: WebServer, ask: Ask) -> None:
    with web_server(lambda _: Says()) as gone:
        url = gone.url
    site.url = url
    with pytest.raises(IntakeError, match=r"cannot connect to 127\.0\.0\.1:\d+ \(Connect"):
        ask(secret="hunter2", secret_in="query:key")


def test_an_address_is_shown_without_its_query() -> None:
    assert place_of("https://a.test/list.json?key=hunter2#x") == "https://a.test/list.json"

"""Headers, origin, CSRF and hosts: what every answer and every change must carry."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from callbacks.security import policy
from settings import Settings
from tests.pages.browse import HTML, ORIGIN, Client

PAGES = (
    "/",
    "/operator",
    "/console",
    "/proof",
    "/sign-in",
    "/wall/le-lai/a1",
    "/wall/le-lai/view/program",
)


def _policy(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split("; "))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_strict_policy(operator, path):
    policy = _policy(operator.get(path))
    scripts = policy["script-src"]
    assert scripts[0] == "'self'"
    assert scripts[1:]
    assert all(re.fullmatch(r"'sha256-[\w+/=]+'", each) for each in scripts[1:])
    assert policy["default-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "ws://127.0.0.1:8051"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]


def test_every_inline_script_of_the_index_is_in_the_policy(operator):
    import base64
    import hashlib

    answer = operator.get("/")
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>",
        answer.text,
        re.DOTALL,
    )
    allowed = _policy(answer)["script-src"]
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def test_the_other_headers_are_there(operator):
    headers = operator.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/_dash-layout", "/session/wall-token", "/healthz"])
def test_answers_with_data_are_not_kept(operator, path):
    answer = operator.get(path)
    assert answer.headers["Content-Security-Policy"]
    assert answer.mimetype == "text/plain" or answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_the_index_names_no_foreign_host(operator, path):
    html = operator.get(path).text
    assert not re.findall(r"(?:src|href|url\()\s*=?\s*[\"'(]?\s*(?:https?:)?//", html)
    assert "://" not in html


def test_a_form_without_the_token_is_refused(stranger):
    form = {"user": "operator", "password": "operator-demo"}
    assert stranger.post("/session/sign-in", form, token="").status_code == 403
    for token in ("made-up", "bịa"):
        assert stranger.post("/session/sign-in", form, token=token).status_code == 403


def test_a_cookie_we_did_not_sign_is_worth_nothing(server):
    client = Client(server)
    client._client.set_cookie("ioc_csrf", "chosen-by-a-stranger", domain="127.0.0.1")
    form = {"user": "operator", "password": "operator-demo"}
    answer = client.post("/session/sign-in", form, token="chosen-by-a-stranger")
    assert answer.status_code == 403


def test_a_callback_without_the_token_is_refused(operator):
    values = {"live-poll.n_intervals": 1}
    assert operator.call("versions.data", values).status_code == 200
    for token in ("made-up", "b\xe9"):
        assert operator.call("versions.data", values, token=token).status_code == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:9999", "http://localhost:8050", "null"]
)
def test_a_post_from_another_page_is_refused(operator, origin):
    answer = operator.post("/session/sign-out", Origin=origin)
    assert answer.status_code == 403
    assert operator.get("/session/wall-token").status_code == 200


def test_on_loopback_a_rebound_name_is_not_served(server):
    client = server.test_client()
    assert client.get("/sign-in", base_url="http://evil.example:8050").status_code == 400
    assert client.get("/sign-in", base_url="http://localhost:8050").status_code == 200


def test_cookies_are_held_back_from_scripts_and_other_sites(server):
    client = server.test_client()
    answer = client.get("/sign-in", base_url=ORIGIN, headers=HTML)
    token = client.get_cookie("ioc_csrf", domain="127.0.0.1").value
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    answer = client.post(
        "/session/sign-in",
        data={"user": "operator", "password": "operator-demo", "csrf_token": token},
        base_url=ORIGIN,
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("ioc_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_cookies_are_secure_and_bound_to_the_host(public):
    server, _ = public
    client = server.test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "ioc.example.org", **HTML}
    answer = client.get("/sign-in", base_url="http://127.0.0.1:8050", headers=headers)
    assert answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ioc_csrf=")
    assert "Secure" in cookie
    assert _policy(answer)["connect-src"] == ["'self'", "wss://ioc.example.org"]


def test_a_page_may_open_links_to_the_standbys_too():
    app = Flask(__name__)
    alternates = ("ws://b.example:8051/ws", "wss://c.example/ws")
    with app.test_request_context(base_url="http://127.0.0.1:8050"):
        found = policy(Settings(wall_standby_urls=alternates), ())
    sources = "ws://127.0.0.1:8051 ws://b.example:8051 wss://c.example"
    assert f"connect-src 'self' {sources};" in found


def test_a_huge_body_is_refused(stranger):
    form = {"user": "x" * (1 << 21), "password": "y"}
    assert stranger.post("/session/sign-in", form).status_code == 413


def test_files_come_in_parallel_without_changing_the_token(server):
    client = server.test_client()
    client.get("/sign-in", base_url=ORIGIN, headers=HTML)
    before = client.get_cookie("ioc_csrf", domain="127.0.0.1").value
    for path in ("/assets/00-tokens.css", "/healthz", "/_dash-layout", "/sign-in"):
        client.get(path, base_url=ORIGIN, headers=HTML).close()
    assert client.get_cookie("ioc_csrf", domain="127.0.0.1").value == before
    with server.test_client().get("/assets/00-tokens.css", base_url=ORIGIN) as file:
        assert "Set-Cookie" not in file.headers


def test_dash_offers_neither_tools_nor_its_own_sockets(operator):
    assert operator.get("/_mcp").mimetype == "text/html"  # any path is a page: no such endpoint
    assert '"plotly_cloud' in operator.get("/").text
    assert "hot_reload" not in operator.get("/").text


def test_a_form_that_was_open_too_long_is_given_anew(stranger, operator):
    html = {"Accept": "text/html"}
    form = {"user": "operator", "password": "operator-demo", "next": "/operator"}
    answer = stranger.post("/session/sign-in", form, token="made-up", **html)
    assert answer.status_code == 303
    assert answer.location == "/sign-in?refused=staleForm&next=%2Foperator"
    answer = operator.post("/session/sign-out", token="made-up", **html)
    assert (answer.status_code, answer.location) == (303, "/")
    assert operator.get("/operator").status_code == 200  # nothing was done


def test_a_form_with_a_nul_is_refused_before_any_store_sees_it(stranger, reach, monkeypatch):
    monkeypatch.setattr(reach.people, "sign_in", pytest.fail)
    form = {"user": "oper\0ator", "password": "x"}
    assert stranger.post("/session/sign-in", form).status_code == 400

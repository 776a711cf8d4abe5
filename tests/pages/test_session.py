"""Who gets in, what strangers may see, and what a session can ask for."""

from __future__ import annotations

import pytest

from callbacks.names import people_names
from jobs.job import BY_SCHEDULE
from permissions.identity import SHORTEST_PASSWORD
from permissions.throttle import PAIR
from tests.pages.browse import Client, words
from tests.pages.stand_in import NOW_MS
from wall import tokens


@pytest.mark.parametrize(("language", "words"), [("vi", "theo lịch"), ("en", "by schedule")])
def test_what_runs_by_itself_has_a_name_among_people(reach, language, words):
    assert people_names(reach, language)[BY_SCHEDULE] == words


@pytest.mark.parametrize("path", ["/", "/operator", "/console", "/nowhere"])
def test_a_stranger_is_sent_to_sign_in(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_the_page_one_wanted_is_remembered(stranger):
    assert stranger.get("/operator?wall=le-lai").location == (
        "/sign-in?next=%2Foperator%3Fwall%3Dle-lai"
    )


@pytest.mark.parametrize(
    "path", ["/session/wall-token", "/session/view-token?wall=le-lai&view=program"]
)
def test_a_stranger_gets_no_token(stranger, path):
    assert stranger.get(path, Accept="application/json").status_code == 401


@pytest.mark.parametrize("path", ["/", "/operator", "/console"])
def test_a_stranger_gets_no_page_through_the_router_either(stranger, path):
    answer = stranger.call(
        "_pages_content.children",
        {"_pages_location.pathname": path, "_pages_location.search": ""},
    )
    assert answer.status_code == 401


def test_a_stranger_calls_no_callback(stranger, link):
    answer = stranger.call("operator-result.children", {"operator-take.n_clicks": 1})
    assert answer.status_code == 401
    assert link.asked == []


def test_a_router_request_that_smuggles_a_public_path_gets_that_page_only(stranger):
    tree = stranger.page("/wall/le-lai/a1")
    assert "slot-00" in str(tree)


@pytest.mark.parametrize("path", ["/wall/le-lai/a1", "/wall/le-lai/view/program"])
def test_players_hold_no_data_and_need_no_sign_in(stranger, link, path):
    assert stranger.get(path).status_code == 200
    tree = stranger.page(path)
    assert words(tree) == ""
    assert link.asked == []


def test_sign_in_opens_a_new_session_each_time(server):
    client = Client(server).sign_in("operator")
    first = client.cookie("ioc_session")
    client.sign_in("operator")
    assert client.cookie("ioc_session") != first
    client._client.set_cookie("ioc_session", first, domain="127.0.0.1")
    assert client.get("/session/wall-token").status_code == 401  # the one before is dead


def test_a_session_cannot_be_fixed_in_advance(server, reach):
    victim = Client(server)
    victim._client.set_cookie("ioc_session", "chosen-by-a-stranger", domain="127.0.0.1")
    victim.sign_in("viewer")
    assert victim.cookie("ioc_session") != "chosen-by-a-stranger"


def test_signing_out_ends_the_session_in_the_store(server):
    client = Client(server).sign_in("operator")
    kept = client.cookie("ioc_session")
    assert client.post("/session/sign-out").location == "/sign-in"
    client._client.set_cookie("ioc_session", kept, domain="127.0.0.1")
    assert client.get("/session/wall-token").status_code == 401


def test_a_wrong_password_says_so_in_words(stranger):
    answer = stranger.post("/session/sign-in", {"user": "operator", "password": "wrong"})
    assert answer.location.startswith("/sign-in?refused=wrongCredentials")
    tree = stranger.page(answer.location)
    assert "Tài khoản hoặc mật khẩu không đúng." in words(tree)


def test_too_many_failures_say_how_long_to_wait(stranger):
    for _ in range(PAIR.free):
        stranger.post("/session/sign-in", {"user": "operator", "password": "wrong"})
    answer = stranger.post("/session/sign-in", {"user": "operator", "password": "operator-demo"})
    assert "refused=tooManyAttempts" in answer.location
    assert "Hãy thử lại sau 2 giây." in words(stranger.page(answer.location))


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/session/sign-out",
        "operator",
    ],
)
def test_nobody_is_sent_to_a_foreign_page(stranger, onward):
    form = {"user": "operator", "password": "operator-demo", "next": onward}
    assert stranger.post("/session/sign-in", form).location == "/"


def test_one_is_sent_to_the_page_one_wanted(stranger):
    form = {"user": "operator", "password": "operator-demo", "next": "/operator?wall=le-lai"}
    assert stranger.post("/session/sign-in", form).location == "/operator?wall=le-lai"


def test_sign_ins_are_audited(server, reach):
    client = Client(server)
    client.post("/session/sign-in", {"user": "operator", "password": "wrong"})
    client.sign_in("operator")
    client.post("/session/sign-out")
    rows = [(row["action"], row["outcome"], row["actor"]) for row in reach.audit.recent()]
    assert rows == [
        ("signOut", "ok", "operator"),
        ("signIn", "ok", "operator"),
        ("signIn", "refused", "-"),
    ]
    assert reach.audit.broken_at() is None


def test_a_demo_account_is_one_tap_on_loopback(stranger):
    assert "Tài khoản dùng thử" in words(stranger.page("/sign-in"))
    assert stranger.post("/session/sign-in", {"demo": "leader"}).location == "/"
    assert stranger.get("/session/wall-token").status_code == 200


def test_there_are_no_demo_accounts_where_others_reach_us(public):
    server, _ = public
    origin = "https://ioc.example.org"
    client = Client(server, origin=origin, csrf_cookie="__Host-ioc_csrf")
    assert "dùng thử" not in words(client.page("/sign-in"))
    for form in ({"demo": "leader"}, {"user": "leader", "password": "leader-demo-1"}):
        assert "refused=wrongCredentials" in client.post("/session/sign-in", form).location
    assert SHORTEST_PASSWORD == 12


def test_the_language_is_one_tap_and_kept_with_the_account(server, reach):
    client = Client(server).sign_in("operator")
    assert "Đang phát" in words(client.page("/"))
    answer = client.post("/session/language", {"language": "en", "next": "/operator"})
    assert answer.location == "/operator"
    assert "On air" in words(client.page("/"))
    assert '<html lang="en"' in client.get("/").text
    assert reach.people.find("operator").language == "en"
    other = Client(server).sign_in("operator")
    assert "On air" in words(other.page("/"))


def test_strangers_choose_a_language_too(stranger):
    stranger.post("/session/language", {"language": "en", "next": "/sign-in"})
    assert "Sign in" in words(stranger.page("/sign-in"))
    assert stranger.post("/session/language", {"language": "fr"}).status_code == 400


def test_the_language_chosen_before_signing_in_stays_and_is_kept_with_the_account(stranger, reach):
    stranger.post("/session/language", {"language": "en", "next": "/sign-in"})
    stranger.sign_in("operator")
    assert "On air" in words(stranger.page("/"))
    assert reach.people.find("operator").language == "en"
    stranger.sign_in("leader")  # the next person at this browser has their own
    assert "Đang phát" in words(stranger.page("/"))


def test_a_console_token_says_who_and_up_to_what(operator, settings):
    token = operator.get("/session/wall-token").get_json()["token"]
    held = tokens.read_console_token(settings.secret(), token, now_s=NOW_MS / 1000 + 30)
    assert (held.user_id, held.role, held.site_id) == ("operator", "operator", "le-lai")
    assert held.ceiling.level == "restricted"


def test_another_site_gets_no_token(operator):
    assert operator.get("/session/wall-token", Sec_Fetch_Site="cross-site").status_code == 401


def test_a_view_token_opens_that_view(viewer, settings):
    answer = viewer.get("/session/view-token?wall=le-lai&view=program")
    held = tokens.read_view_token(
        settings.secret(), answer.get_json()["token"], now_s=NOW_MS / 1000
    )
    assert (held.wall_id, held.view, held.user_id) == ("le-lai", "program", "viewer")
    assert held.ceiling is not None
    assert (held.ceiling.level, held.ceiling.compartments) == ("internal", frozenset())


def test_r22_a_wall_above_ones_ceiling_opens_up_to_that_ceiling(viewer, reach, settings):
    secret = reach.walls["ngo-quyen"].ceiling
    answer = viewer.get("/session/view-token?wall=ngo-quyen&view=program")
    held = tokens.read_view_token(
        settings.secret(), answer.get_json()["token"], now_s=NOW_MS / 1000
    )
    assert held.ceiling is not None
    assert not secret.within(held.ceiling)


@pytest.mark.parametrize("query", ["wall=nowhere&view=program", "wall=le-lai&view=all", ""])
def test_there_is_no_token_for_what_there_is_not(operator, query):
    assert operator.get(f"/session/view-token?{query}").status_code == 404


def test_a_preview_is_for_those_who_may_command(viewer, operator):
    path = "/session/view-token?wall=le-lai&view=preview"
    assert viewer.get(path).status_code == 403
    assert operator.get(path).status_code == 200


@pytest.mark.parametrize(
    ("user", "path", "may"),
    [
        ("viewer", "/operator", False),
        ("leader", "/operator", False),
        ("operator", "/operator", True),
        ("administrator", "/operator", True),
        ("viewer", "/console", True),
        ("presenter", "/console", True),
    ],
)
def test_a_page_for_other_roles_says_so(server, user, path, may):
    tree = Client(server).sign_in(user).page(path)
    assert ("Trang này dành cho vai trò khác" in words(tree)) is not may


def test_an_unknown_page_says_so(operator):
    assert "Không có trang này" in words(operator.page("/no/such/page"))

"""Who is signed in, and the addresses that change it: sign-in, sign-out, language, link tokens.

Nothing but the sign-in page, the players' empty stages, health and files is served to strangers.
Not for what a role may do: `permissions.roles`.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from callbacks.desk import desk
from language import LANGUAGES
from permissions.audit import NOBODY, Entry
from permissions.demo import DEMO_ACCOUNTS, demo_allowed
from permissions.errors import SignInRefused, TooManyAttempts
from permissions.roles import Person, Right
from wall import tokens
from wall.classification import LEVELS
from wall.classification import Classification as WallClassification

SIGN_IN = "/sign-in"
PUBLIC_FILES = ("/assets/", "/_dash-component-suites/", "/vendor/", "/geometry/", "/_favicon.ico")
PUBLIC_ROUTES = ("/healthz", "/readyz", "/_dash-layout", "/_dash-dependencies")
PUBLIC_SESSION = ("/session/sign-in", "/session/language")
OWN_CHECK = "/camera/"  # for displays too, which have no session: callbacks/cameras.py sees to it
PAGE_ROUTER = "_pages_content.children"

log = logging.getLogger(__name__)
routes = Blueprint("session", __name__, url_prefix="/session")


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a person and the token of the session they came with."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        """Return what the cookie keeps: the session's token, never the account's name."""
        return self.token


def attach(app: Flask) -> None:
    """Hook sessions and the gate for strangers into `app`."""
    manager = LoginManager()
    manager.session_protection = None  # sessions live and end in our own store
    manager.init_app(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        person = desk().sessions.find(token, now_ms=desk().now_ms())
        return SignedIn(person, token) if person else None

    app.before_request(_refuse_strangers)
    app.register_blueprint(routes)


def person() -> Person | None:
    """Return who asks, None for a stranger."""
    return current_user.person if current_user.is_authenticated else None


def page_language() -> str:
    """Return the language of this request's pages: chosen here, else the account's, else ours."""
    chosen = session.get("language")
    if chosen not in LANGUAGES:
        who = person()
        chosen = who.language if who else None
    return chosen or desk().settings.language


def address() -> str:
    """Return where this request comes from, as the audit keeps it."""
    return request.remote_addr or "-"


def audit(who: Person | None, action: str, outcome: str, **fields: Any) -> int:
    """Add an audit row for this request."""
    entry = Entry(
        at_ms=desk().now_ms(),
        person=who or NOBODY,
        address=address(),
        action=action,
        outcome=outcome,
        **fields,
    )
    return desk().audit.append(entry)


def may_be_public(path: str) -> bool:
    """Tell whether a page or file is for strangers too: it holds no data."""
    if path == SIGN_IN or path.startswith(PUBLIC_FILES):
        return True
    return path.startswith("/wall/") or path in PUBLIC_ROUTES or path in PUBLIC_SESSION


def _refuse_strangers() -> Response | None:
    if may_be_public(request.path) or request.path.startswith(OWN_CHECK) or person() is not None:
        return None
    if request.path == "/_dash-update-component" and _asks_for_public_page():
        return None
    is_page = not request.path.startswith(("/session/", "/_dash"))
    if is_page and request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        query = urlencode({"next": request.full_path.rstrip("?")}) if request.path != "/" else ""
        return redirect(f"{SIGN_IN}?{query}".rstrip("?"), 303)  # type: ignore[return-value]
    return error("signedOut", 401)


def _asks_for_public_page() -> bool:
    """Tell whether a Dash callback is the page router's, for a page strangers may have."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or PAGE_ROUTER not in str(body.get("output", "")):
        return False
    inputs = body.get("inputs")
    for each in inputs if isinstance(inputs, list) else ():
        if isinstance(each, dict) and each.get("property") == "pathname":
            return may_be_public(str(each.get("value", "")))
    return False


@routes.post("/sign-in")
def sign_in() -> Response:
    """Open a session for an account and its password, or send back with the reason."""
    user_id, password = request.form.get("user", ""), request.form.get("password", "")
    demo = request.form.get("demo")
    if demo and demo_allowed(desk().settings):
        user_id = demo
        password = next((each.password for each in DEMO_ACCOUNTS if each.user_id == demo), "")
    onward = _local(request.form.get("next", "/"))
    try:
        who = desk().people.sign_in(user_id, password, address=address(), now_ms=desk().now_ms())
    except SignInRefused as refused:
        audit(None, "signIn", "refused", code=refused.code)
        query: dict[str, str | int] = {"refused": refused.code, "next": onward}
        if isinstance(refused, TooManyAttempts):
            query["wait"] = refused.retry_after_s
        return redirect(f"{SIGN_IN}?{urlencode(query)}", 303)  # type: ignore[return-value]
    chosen = session.get("language") if person() is None else None
    _end_session()
    token = desk().sessions.open(who, address=address(), now_ms=desk().now_ms())
    login_user(SignedIn(who, token))
    if chosen in LANGUAGES:  # on the page they signed in at: their newest word
        desk().people.set_language(who.user_id, chosen)
    if language := chosen or who.language:
        session["language"] = language
    audit(who, "signIn", "ok")
    return redirect(onward, 303)  # type: ignore[return-value]


@routes.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and in the store."""
    audit(person(), "signOut", "ok")
    _end_session()
    return redirect(SIGN_IN, 303)  # type: ignore[return-value]


@routes.post("/language")
def choose_language() -> Response:
    """Change the language of the pages, and keep it with the account."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400, "unknown language")
    who = person()
    if who is not None:
        desk().people.set_language(who.user_id, chosen)
    session["language"] = chosen
    return redirect(_local(request.form.get("next", "/")), 303)  # type: ignore[return-value]


@routes.get("/wall-token")
def wall_token() -> Response:
    """Return a fresh token for this person's console link."""
    who = _signed_in()
    holder = tokens.Person(who.user_id, who.role, who.site_id, _wall_ceiling(who))
    made = tokens.console_token(desk().settings.secret(), holder, now_s=desk().now_ms() / 1000)
    return jsonify(token=made)


@routes.get("/view-token")
def view_token() -> Response:
    """Return a token for a view of a wall, within the person's role.

    What is above their ceiling they are shown words in place of.
    """
    who = _signed_in()
    wall = desk().walls.get(request.args.get("wall", ""))
    view = request.args.get("view", "")
    if wall is None or view not in tokens.VIEWS:
        return error("unknownWall", 404)
    may_preview = view != "preview" or who.may_command(wall.control)
    if not (who.may(Right.SEE_ROOM) and may_preview):
        audit(who, "view", "refused", target=f"wall/{wall.wall_id}/{view}", code="forbidden")
        return error("forbidden", 403)
    viewer = tokens.Viewer(wall.wall_id, view, who.user_id, _wall_ceiling(who))
    made = tokens.view_token(desk().settings.secret(), viewer, now_s=desk().now_ms() / 1000)
    return jsonify(token=made)


def _signed_in() -> Person:
    who = person()
    if who is None or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(error("signedOut", 401))
    return who


def _wall_ceiling(who: Person) -> WallClassification:
    level = next(each for each in LEVELS if each == who.ceiling.level)
    return WallClassification(level, who.ceiling.compartments)


def _end_session() -> None:
    if current_user.is_authenticated:
        desk().sessions.close(current_user.token)
        logout_user()
    session.clear()


def _local(path: str) -> str:
    """Return `path` when it is one of ours, else the room: nobody is sent to a foreign page."""
    parts = urlsplit(path)
    foreign = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//")
    return "/" if foreign or "\\" in path or path.startswith("/session/") else path


def error(code: str, status: int, **more: Any) -> Response:
    """Return a refusal in the one shape all addresses have."""
    response = jsonify(error={"code": code, **more})
    response.status_code = status
    return response

"""What every answer and every changing request must carry: headers, origin, CSRF, known hosts.

Content-Security-Policy without inline scripts; a signed double-submit cookie besides the check of
`Origin`. Not for who somebody is: `callbacks.session`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, g, redirect, request
from itsdangerous import BadSignature, Signer
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from permissions.keys import key_for
from settings import Settings

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
LARGEST_BODY = 1 << 20
YEAR_S = 31_536_000
FEATURES_OFF = ("camera", "microphone", "geolocation", "payment", "usb", "serial", "midi")

ScriptHashes = Callable[[], Sequence[str]]
Played = Mapping[str, Sequence[str]]  # way -> origins
NOWHERE: Played = {}


def csrf_cookie(settings: Settings) -> str:
    """Return the cookie's name; under https its prefix keeps other hosts from setting it."""
    return "__Host-ioc_csrf" if settings.wall_public_url else "ioc_csrf"


def session_cookie(settings: Settings) -> str:
    """Return the name of the session's cookie."""
    return "__Host-ioc_session" if settings.wall_public_url else "ioc_session"


def secure(
    app: Flask, settings: Settings, *, script_hashes: ScriptHashes, played: Played = NOWHERE
) -> None:
    """Hook everything of this module into `app`; `script_hashes` is asked at each answer.

    `played` names the origins, by way, from which pages play the pictures of cameras.
    """
    https = settings.wall_public_url is not None
    app.secret_key = key_for(settings, "web session")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME=session_cookie(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        TRUSTED_HOSTS=_trusted_hosts(settings),
    )
    if https:  # one proxy in front, which says who asked and by which scheme
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    signer = Signer(key_for(settings, "csrf"), salt="ioc.csrf")
    name = csrf_cookie(settings)

    def check() -> Response | None:
        g.csrf_token = _read_csrf(signer, request.cookies.get(name))
        if request.method in SAFE_METHODS:
            return None
        if any("\0" in text for texts in request.form.listvalues() for text in texts):
            abort(400, "A field of the form holds a NUL.")  # PostgreSQL takes none
        _check_origin(settings)
        given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
        if g.csrf_token is None or not _is_same(given, g.csrf_token):
            if "text/html" in request.headers.get("Accept", ""):
                return _again()
            abort(403, "The page is too old; load it again.")
        return None

    def finish(response: Response) -> Response:
        # With pages only: files come in parallel, and would overwrite each other's cookie.
        if g.get("csrf_token") is None and response.mimetype == "text/html":
            made = signer.sign(secrets.token_urlsafe(24)).decode()
            response.set_cookie(name, made, secure=https, samesite="Lax", path="/")
        _set_headers(response, policy(settings, script_hashes(), played), settings)
        return response

    app.before_request(check)
    app.after_request(finish)


def _again() -> Response:
    """Send a form back that was open for too long: nothing was done, a fresh one follows."""
    if request.path != "/session/sign-in":
        return redirect("/", 303)  # type: ignore[return-value]
    query = {"refused": "staleForm", "next": request.form.get("next", "/")}
    return redirect(f"/sign-in?{urlencode(query)}", 303)  # type: ignore[return-value]


def csrf_token() -> str:
    """Return the token a form of this page sends back; empty before the cookie is set."""
    return g.get("csrf_token") or ""


def controller_sources(settings: Settings) -> str:
    """Return the controllers' addresses as `connect-src` names them, seen from this request."""
    elsewhere = [url for urls in settings.wall_peer_links.values() for url in urls]
    others = [url.removesuffix("/ws") for url in (*settings.page_links.split()[1:], *elsewhere)]
    return " ".join((_own_source(settings), *others))


def _own_source(settings: Settings) -> str:
    if settings.wall_public_url:
        return settings.wall_public_url.replace("https://", "wss://", 1)
    try:
        host = request.host
    except SecurityError:  # a name we do not answer to: this is the refusal's own policy
        return "'self'"
    host = host.rpartition(":")[0] if _has_port(host) else host
    scheme = "wss" if request.scheme == "https" else "ws"
    return f"{scheme}://{host}:{settings.wall_port}"


def policy(settings: Settings, hashes: Sequence[str], played: Played = NOWHERE) -> str:
    """Return the Content-Security-Policy. Styles need 'unsafe-inline': Dash sets style attributes.

    Rooms embed views of walls as frames of their own, hence frame-ancestors 'self'.
    """
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            _sources(f"connect-src 'self' {controller_sources(settings)}", played, "mjpeg"),
            _sources("media-src 'self' blob:", played, "hls"),
            "worker-src 'self'",
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
        )
    )


def _sources(directive: str, played: Played, way: str) -> str:
    return " ".join((directive, *played.get(way, ())))


def _read_csrf(signer: Signer, cookie: str | None) -> str | None:
    if not cookie:
        return None
    try:
        signer.unsign(cookie)
    except BadSignature:
        return None
    return cookie


def _is_same(given: str, token: str) -> bool:
    """Compare in constant time; bytes, since texts beyond ASCII are refused there."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _check_origin(settings: Settings) -> None:
    origin = request.headers.get("Origin")
    if origin is None:
        # Browsers send Origin with every POST; what does not is held by the CSRF token alone.
        return
    own = {f"{request.scheme}://{request.host}"}
    if settings.wall_public_url:
        own.add(settings.wall_public_url)
    if origin not in own:
        abort(403, "This request comes from another page.")


def _trusted_hosts(settings: Settings) -> list[str] | None:
    """Names this server answers to. On loopback that keeps rebound names of strangers out."""
    if settings.wall_public_url:
        return [*LOOPBACK_HOSTS, urlsplit(settings.wall_public_url).hostname or ""]
    return list(LOOPBACK_HOSTS) if settings.is_loopback else None


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


def _set_headers(response: Response, policy: str, settings: Settings) -> None:
    headers = response.headers
    headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = ", ".join(f"{feature}=()" for feature in FEATURES_OFF)
    if settings.wall_public_url:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
    if response.mimetype in ("text/html", "application/json") and not response.cache_control.public:
        headers["Cache-Control"] = "no-store"

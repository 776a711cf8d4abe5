"""The web role's application: Dash on Flask, with its pages, guards and files.

`create_app(settings)` builds everything, desk included, and must run in the process that serves:
under gunicorn in the worker, after the fork (`create_app(settings).server`; one worker, gthread).
A test gives a desk of its own.
"""

from __future__ import annotations

import atexit
import logging

import dash
from dash import html
from flask import Flask

from callbacks import (
    anomalies,
    brief,
    brief_pdf,
    calibration,
    cameras,
    catalogue,
    catalogue_api,
    console,
    coverage_board,
    desk,
    figures_api,
    files,
    forecasts,
    health,
    live,
    open311,
    operator,
    page_realm,
    pages,
    passport_again,
    passports,
    proof,
    proposal_page,
    proposals,
    quality_board,
    quarantine,
    record_pictures,
    room,
    rule_day,
    security,
    session,
    source_health,
    triage,
    usage,
    what_if,
    what_if_document,
)
from callbacks.desk import Desk
from callbacks.index import RoomApp
from data_access.cache import open_cache
from data_access.city import load_city
from data_access.passport import passport
from data_access.store.quarantine import QuarantineReader
from data_access.store.reader import open_reader
from layouts.pages.player import IMPORTED_ASSETS
from permissions.audit import AuditLog
from permissions.database import open_operations
from permissions.demo import add_demo_accounts, demo_allowed
from permissions.identity import Accounts
from permissions.keys import key_for
from permissions.sessions import Sessions
from permissions.usage import UsageLog
from settings import Settings
from wall.client import BlockingClient
from wall.geometry import read_walls
from wall.scene import read_scenes

log = logging.getLogger(__name__)

# What answers at addresses of its own; the session first, whose gate stands before all others.
ADDRESSES = (
    session,
    files,
    health,
    proof,
    catalogue_api,
    figures_api,
    cameras,
    open311,
    proposals,
    record_pictures,
    proposal_page,
    quarantine,
    anomalies,
    triage,
    brief_pdf,
    what_if_document,
)
CALLBACKS = (
    live,
    page_realm,
    room,
    operator,
    rule_day,
    console,
    passports,
    passport_again,
    quarantine,
    anomalies,
    brief,
    what_if,
    calibration,
    catalogue,
    quality_board,
    coverage_board,
    source_health,
    forecasts,
)


def create_app(settings: Settings, *, reach: Desk | None = None) -> dash.Dash:
    """Return the application; `reach` stands in for the desk `settings` would open."""
    reach = reach or open_desk(settings)
    app = RoomApp(
        "hanoi-ioc",
        assets_folder=str(files.ASSETS),
        assets_ignore=IMPORTED_ASSETS,
        pages_folder="",
        use_pages=True,
        external_stylesheets=[files.ICONS],
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        add_log_handler=False,
        update_title=None,  # type: ignore[arg-type]
        title=reach.city.room[settings.language],
        use_async=False,
        enable_mcp=False,
        csrf_token_name=security.csrf_cookie(settings),
        csrf_header_name=security.CSRF_HEADER,
        on_error=_log_error,
    )
    app.layout = html.Div(dash.page_container)
    server: Flask = app.server
    desk.put(server, reach)
    hashes: list[str] = []
    played = cameras.played_from(reach.city)
    security.secure(server, settings, script_hashes=lambda: hashes, played=played)
    for each in ADDRESSES:
        each.attach(server)
    pages.register(settings, walls=reach.walls, release=files.release(files.ASSETS))
    for module in CALLBACKS:
        module.register(app)
    # Dash adds its page router's scripts at the first request; only then are all hashes known.
    with server.test_client() as client:
        client.get("/sign-in", base_url=_own_url(settings))
    hashes.extend(app.csp_hashes())
    return app


def open_desk(settings: Settings) -> Desk:
    """Open everything the pages reach, and make the demo accounts where they may exist."""
    city = load_city(settings.city)
    walls, problems = read_walls(settings.city / "walls")
    scenes, scene_problems = read_scenes(settings.city / "scenes", walls)
    for problem in (*problems, *scene_problems):
        log.error("not used: %s", problem)
    engine = open_operations(settings.operations_url)
    people = Accounts(
        engine, key=key_for(settings, "throttle"), demo_allowed=demo_allowed(settings)
    )
    if demo_allowed(settings):
        site_id = city.sites[0].id if city.sites else None
        add_demo_accounts(people, site_id=site_id, now_ms=desk.now_ms())
    link = BlockingClient(
        settings.wall_urls,
        token=settings.secret(),
        service="web",
        release=files.release(files.ASSETS),
    )
    link.start()  # displays hear of a new release as soon as it is served
    cache = open_cache(settings)
    reader = open_reader(settings, {name: each.masks for name, each in city.datasets.items()})
    opened = Desk(
        settings=settings,
        city=city,
        walls=walls,
        scenes=scenes,
        cache=cache,
        rows=reader,
        link=link,
        engine=engine,
        people=people,
        sessions=Sessions(engine, people),
        audit=AuditLog(engine, key=key_for(settings, "audit")),
        usage=UsageLog(engine),
        snapshot=reader.snapshot,
        held=QuarantineReader(reader),
        trace=lambda envelope, address, basis: passport(
            envelope,
            address,
            city=city,
            reader=reader,
            shown=lambda name: cache.read(name, envelope.realm),
            basis=basis,
        ),
    )
    keeping = usage.Keeping(opened)
    keeping.start()
    atexit.register(opened.close)
    atexit.register(keeping.close)  # before it: what is registered last is called first
    return opened


def _own_url(settings: Settings) -> str:
    return settings.wall_public_url or f"http://127.0.0.1:{settings.web_port}"


def _log_error(error: Exception) -> None:
    """Log what a callback raised; its part of the page stays as it was."""
    context = dash.callback_context
    log.error("callback of %s failed", context.triggered_id, exc_info=error)

"""Which pages there are, and what stands in place of one that cannot be shown.

Layout functions build whole pages from values; they are cheap, and tolerate any query.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import dash
from dash import html

from callbacks import (
    anomalies,
    brief,
    calibration,
    catalogue,
    console,
    coverage_board,
    forecasts,
    lineage,
    operator_drawing,
    page_setting,
    proof,
    proposal_page,
    quality_board,
    quarantine,
    room,
    rule_day,
    security,
    session,
    source_health,
    triage,
    what_if,
)
from callbacks.desk import desk
from language import text
from layouts.pages import notice, sign_in
from layouts.pages.player import player_page
from layouts.pages.sign_in import Refusal
from permissions.demo import DEMO_ACCOUNTS, demo_allowed
from permissions.errors import Forbidden
from settings import Settings
from wall.geometry import Wall

WORLD = ("realm", "date", "time")  # which one a page shows: live, or which other
# What a layout takes of its address; whatever else stands there is left out.
QUERIES: dict[Callable[..., Any], tuple[str, ...]] = {
    room.layout: WORLD,
    console.layout: WORLD,
    operator_drawing.layout: ("wall",),
    rule_day.layout: ("rule", "wall", *WORLD),
    what_if.layout: ("twin", "model", "network", "run", "runs", "by", "map", "pair", *WORLD),
    proof.layout: ("wall", "at", "date", "time", "verify"),
    proof.glass: ("wall", "at"),
    brief.layout: ("kind", "state", "language", *WORLD),
    catalogue.layout: ("dataset", *WORLD),
    proposal_page.layout: (
        *("proposal", "new", "junction", "problem"),
        *("plan", "cycle", "splits", "offset", "reason", "run"),
        *WORLD,
    ),
    lineage.layout: ("dataset", *WORLD),
    coverage_board.layout: ("agency", *WORLD),
    source_health.layout: WORLD,
    calibration.layout: WORLD,
    forecasts.layout: ("forecast", "series", *WORLD),
    quality_board.layout: (
        *("by", "agency", "dataset", "criterion"),
        *("entity", "area", "indicator"),
        *WORLD,
    ),
    quarantine.layout: ("dataset", "agency", "reason", "state", "page", "problem", *WORLD),
    anomalies.layout: ("problem", *WORLD),
    triage.layout: ("problem", *WORLD),
}

log = logging.getLogger(__name__)


def register(settings: Settings, *, walls: Mapping[str, Wall], release: str) -> None:
    """Fill Dash's page registry; what another app of this process put there is dropped."""
    dash.page_registry.clear()
    player = player_page(
        wall_port=settings.wall_port,
        link_urls=settings.page_links,
        elsewhere={
            wall_id: " ".join(settings.wall_peer_links[wall.site_id])
            for wall_id, wall in walls.items()
            if wall.site_id in settings.wall_peer_links
        },
        release=release,
    )
    # The view first: its path would fit the output's pattern too.
    _add("view", player, title="wall", path_template="/wall/<wall_id>/view/<view>")
    _add("player", player, title="wall", path_template="/wall/<wall_id>/<output_id>")
    _add("sign_in", _sign_in, title="sign_in", path="/sign-in")
    _add("room", _guarded(room.layout), title="room", path="/")
    _add("operator", _guarded(operator_drawing.layout), title="operator", path="/operator")
    _add("rule_day", _guarded(rule_day.layout), title="rule_day", path="/rule")
    _add("console", _guarded(console.layout), title="console", path="/console")
    _add("brief", _guarded(brief.layout), title="brief", path="/brief")
    _add("what_if", _guarded(what_if.layout), title="what_if", path="/what-if")
    _add("catalogue", _guarded(catalogue.layout), title="data", path="/data")
    _add("quality", _guarded(quality_board.layout), title="quality", path="/data/quality")
    _add("coverage", _guarded(coverage_board.layout), title="coverage", path="/data/coverage")
    _add("lineage", _guarded(lineage.layout), title="lineage", path="/data/lineage")
    _add("sources", _guarded(source_health.layout), title="sources", path="/data/sources")
    _add("forecasts", _guarded(forecasts.layout), title="forecasts", path="/data/forecasts")
    _add("twins", _guarded(calibration.layout), title="twins", path="/data/twins")
    _add("signals", _guarded(proposal_page.layout), title="signals", path="/signals")
    _add("proof", _guarded(proof.layout), title="proof", path="/proof")
    _add("quarantine", _guarded(quarantine.layout), title="quarantine", path="/data/quarantine")
    _add("anomalies", _guarded(anomalies.layout), title="anomalies", path="/data/anomalies")
    _add("triage", _guarded(triage.layout), title="triage", path="/data/triage")
    _add("proof_glass", _guarded(proof.glass), title="proof", path="/proof/glass")
    _add("not_found_404", _guarded(_not_found), title="not_found", path="/not-found")


def _add(name: str, layout: Callable[..., Any], *, title: str, **where: str) -> None:
    def titled(**_variables: str) -> str:
        return text(f"pages.title.{title}", session.page_language())

    add: Any = dash.register_page  # untyped in Dash
    add(name, name=name, layout=layout, title=titled, **where)


def _guarded(layout: Callable[..., Any]) -> Callable[..., Any]:
    """Return `layout` for signed-in people whose role may have it; others are told why not."""

    def guarded(**query: Any) -> Any:
        if session.person() is None:
            return html.Div()  # the gate has sent the browser to the sign-in page
        try:
            wanted = QUERIES.get(layout, ())
            return layout(**{name: query[name] for name in wanted if _is_text(query, name)})
        except Forbidden:
            return notice.forbidden(page_setting.setting())

    return guarded


def _is_text(query: dict[str, Any], name: str) -> bool:
    return isinstance(query.get(name), str)


def _not_found() -> Any:
    return notice.not_found(page_setting.setting())


def _sign_in(**query: Any) -> Any:
    reach = desk()
    accounts = DEMO_ACCOUNTS if demo_allowed(reach.settings) else ()
    refused = query.get("refused")
    wait = str(query.get("wait", ""))
    onward = query.get("next")
    return sign_in.page(
        city=reach.city.name,
        room=reach.city.room,
        language=session.page_language(),
        csrf_token=security.csrf_token(),
        timezone=reach.city.timezone,
        onward=onward if isinstance(onward, str) else "/",
        demo_accounts=[(each.user_id, each.role) for each in accounts],
        refusal=Refusal(refused, int(wait) if wait.isdigit() else 0)
        if isinstance(refused, str)
        else None,
    )

"""The console's link, as a part of every signed-in page: what changed, and whether we would know.

`assets/console-link.mjs` opens the link and sets these stores; callbacks answer them. While the
link is lost an interval polls instead, and the page says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from language import text
from layouts import ids
from layouts.pages.attributes import attrs

POLL_MS = 15_000
STATES = ("connecting", "up", "lost", "refused", "silent")


def live(
    topics: Sequence[str],
    *,
    link_url: str,
    link_port: int,
    language: str,
    realm: str = "live",
) -> Component:
    """Build the invisible parts; `topics` are those of the wall protocol's `subscribe`.

    `realm` is the world whose numbers the page shows.
    """
    return html.Div(
        [
            dcc.Store(id=ids.VERSIONS),
            dcc.Store(id=ids.WALL_EVENT),
            dcc.Store(id=ids.PAGE_REALM, data=realm),
            dcc.Store(id=ids.LIVE_JOINED),
            dcc.Interval(id=ids.LIVE_POLL, interval=POLL_MS, disabled=True),
        ],
        id=ids.LIVE,
        hidden=True,
        **attrs(
            data_topics=json.dumps(list(topics)),
            data_link=link_url,
            data_link_port=str(link_port),
            data_realm=realm,
            data_words=json.dumps(
                {state: text(f"pages.link.{state}", language) for state in STATES},
                ensure_ascii=False,
            ),
        ),
    )


def live_state(language: str) -> Component:
    """Build the mark that says whether this page hears of changes at once."""
    return html.Div(
        [
            html.Span(className="live-mark", **attrs(aria_hidden="true")),
            html.Span(text("pages.link.connecting", language), className="live-words"),
        ],
        id=ids.LIVE_STATE,
        className="live-state is-connecting",
        role="status",
    )

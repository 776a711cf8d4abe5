"""The HTML that every page begins as: dark from the first paint, in the person's language.

Not for what is on a page (`layouts/pages`), nor for what an answer must carry
(`callbacks.security`).
"""

from __future__ import annotations

import re
from typing import Any

import dash
from flask import has_request_context, request

from callbacks import files, session
from language import text

DISPLAY_PAGES = ("/wall/", "/proof/glass")
GRAPH_PAGES = ("/console", "/data/forecasts", "/data/quality", "/data/twins", "/rule")
GRID_PAGES = ("/data",)
GRID_SCRIPTS = re.compile(r'<script src="[^"]*/dash_ag_grid/[^"]*"[^>]*></script>\n?')
PLOTLY = {"namespace": "plotly", "relative_package_path": "package_data/plotly.min.js"}


class RoomApp(dash.Dash):
    """Dash with our first screen."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Return the HTML every page begins as."""
        language = session.page_language() if has_request_context() else "vi"
        loading = text("pages.loading", language)
        return f"""<!DOCTYPE html>
<html lang="{language}" data-bs-theme="dark">
  <head>
    {parts["metas"]}
    <meta name="color-scheme" content="dark">
    <title>{parts["title"]}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/mark.svg">
    {self.plotly_script() if _is_on(DISPLAY_PAGES) else _bootstrap()}
    {parts["css"]}
    {self.plotly_ahead() if _is_on(GRAPH_PAGES) else ""}
  </head>
  <body>
    <div id="react-entry-point"><div class="first-screen" role="status">{loading}</div></div>
    <footer>{parts["config"]}{_with_grid(parts["scripts"])}{last(parts["renderer"])}</footer>
  </body>
</html>"""

    def plotly_script(self) -> str:
        """Return the script that has plotly.js there before a page begins, however long it takes.

        A graph would fetch it itself when it is first mounted, give it 30 s, and then never draw:
        too short for a display that starts with five hundred others, and stands for months. It
        runs in the order of the document, as `last` does; when it cannot be fetched, the page
        begins without, and a graph tries again.
        """
        return f'<script defer src="{self._plotly_address()}"></script>'

    def plotly_ahead(self) -> str:
        """Return what fetches plotly.js while a page begins, and runs nothing (assets/graphs.mjs).

        It takes a busy processor a second to run: a page is read before its graphs are drawn.
        """
        link = 'id="graphs" rel="preload" as="script" fetchpriority="low"'
        return f'<link {link} href="{self._plotly_address()}">'

    def _plotly_address(self) -> str:
        """Return Dash's own address with the mark of its version, kept by a browser for a year."""
        collect: Any = self._collect_and_register_resources  # untyped in Dash
        (address,) = collect([PLOTLY])
        return str(address)


def last(renderer: str) -> str:
    """Return the script that starts the page as a module: it runs when all of ours have run.

    A map looks its functions up when it is mounted, and never again (assets/maps.mjs).
    """
    return renderer.replace('type="application/javascript"', 'type="module"')


def _with_grid(scripts: str) -> str:
    """Return the scripts; the grid's 1.3 MB only where there may be one, never on a display."""
    return scripts if _is_on(GRID_PAGES) else GRID_SCRIPTS.sub("", scripts)


def _bootstrap() -> str:
    """Return Bootstrap as a layer, so that it outranks no rule of ours; displays have none."""
    return f'<style>@import url("{files.BOOTSTRAP}") layer(bootstrap);</style>'


def _is_on(pages: tuple[str, ...]) -> bool:
    return has_request_context() and request.path.startswith(pages)

"""The picture of a simulated camera: a junction as its simulated counts have it, and so marked.

There is no camera behind simulated counts. What is drawn moves with the clock and says in words
that it is drawn, so that nobody takes it for a picture.
"""

from __future__ import annotations

from html import escape
from math import floor

import language as lang
from callbacks.desk import Desk
from data_access.picture import Picture

WIDTH, HEIGHT = 960, 540
LANES = 3
CAR = (34, 16)
METRES = 400.0  # of road that the picture shows


def sketch(reach: Desk, dataset: str, name: str, *, language: str) -> Picture:
    """Draw one camera of a dataset at this instant."""
    envelope, now_ms = reach.cache.read(dataset), reach.now_ms()
    tables = envelope.payload.get("tables", {}) if envelope is not None else {}
    rows = tables["cameras"]["rows"] if "cameras" in tables else []
    row = next((each for each in rows if each.get("source", {}).get("entity") == name), {})
    queue_m, speed_kmh = float(row.get("queue") or 0), float(row.get("speed") or 0)
    at = lang.datetime_(now_ms, language=language, timezone=reach.city.timezone)
    title = escape(str(row.get("name") or name))
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#12161b"/>',
        f'<rect y="170" width="{WIDTH}" height="{HEIGHT - 270}" fill="#232a32"/>',
        *(_line(170 + (HEIGHT - 270) * n / LANES) for n in range(1, LANES)),
        f'<rect x="{WIDTH - 130}" y="170" width="8" height="{HEIGHT - 270}" fill="#aab4bf"/>',
        *(_cars(lane, queue_m, speed_kmh, now_ms) for lane in range(LANES)),
        _words(40, 64, 38, title),
        _words(40, 120, 30, f"{escape(at)} · {escape(lang.text('tiles.camera.drawn', language))}"),
    ]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    body = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'
    return Picture(body.encode(), "image/svg+xml")


def _cars(lane: int, queue_m: float, speed_kmh: float, now_ms: float) -> str:
    """Draw one lane: standing cars up to the line for the queue, behind them the moving ones."""
    stop, px_a_m = WIDTH - 140, (WIDTH - 140) / METRES
    y = 170 + (HEIGHT - 270) * (lane + 0.5) / LANES - CAR[1] / 2
    standing = min(floor(queue_m / 8), 45)
    xs = [stop - (n + 1) * 8 * px_a_m for n in range(standing)]
    gap_px, tail = 120.0 + 25 * lane, stop - queue_m * px_a_m
    shift = (now_ms / 1000 * speed_kmh / 3.6 * px_a_m) % gap_px
    x = shift - gap_px
    while x < tail - CAR[0]:
        xs.append(x)
        x += gap_px
    return "".join(
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{CAR[0] / 2:.0f}" height="{CAR[1]}" rx="3" '
        f'fill="#7f8b97"/>'
        for x in xs
    )


def _line(y: float) -> str:
    dashes = 'stroke="#3b4550" stroke-width="3" stroke-dasharray="24 18"'
    return f'<path d="M0 {y:.0f}H{WIDTH}" {dashes}/>'


def _words(x: int, y: int, size: int, words: str) -> str:
    face = f'font-family="sans-serif" font-size="{size}" fill="#c9d1d9"'
    return f'<text x="{x}" y="{y}" {face}>{words}</text>'

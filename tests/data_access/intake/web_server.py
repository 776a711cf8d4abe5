"""A web server on loopback that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Says:
    """One answer. `raw` is written after the head instead of the body, by the test itself."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[Any], None] | None = None


Answer = Callable[[Asked], Says]


@dataclass
class WebServer:
    """`answer` may be exchanged at any time."""

    url: str
    answer: Answer
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def web_server(answer: Answer) -> Iterator[WebServer]:
    """Serve until the block ends."""
    site = WebServer("", answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
            site.asked.append(asked)
            said = site.answer(asked)
            self.send_response(said.status)
            for name, text in said.headers.items():
                self.send_header(name, text)
            if "Content-Length" not in said.headers and said.raw is None:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            try:
                if said.raw is not None:
                    self.close_connection = True
                    said.raw(self.wfile)
                else:
                    self.wfile.write(said.body)
            except OSError:
                self.close_connection = True  # whoever asked has gone

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever asked has gone
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A real S3 server (moto) on loopback, which remembers what it was asked."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from moto.server import DomainDispatcherApplication, create_backend_app
from obstore.store import S3Store
from pydantic import SecretStr
from werkzeug.serving import WSGIRequestHandler, make_server

from settings import ObjectStore
from tests.certificates import Certificates


@dataclass
class S3Server:
    """`before` is called with each request's method, path and query, before it is answered."""

    url: str
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    before: Callable[[str, str, str], None] = lambda *_: None

    def settings(self, **changed: Any) -> ObjectStore:
        """Return what opens it."""
        keys = {"access_key": SecretStr("key"), "secret_key": SecretStr("secret")}
        return ObjectStore(**{"endpoint": self.url, **keys, **changed})

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        self._send(f"/{bucket}", "PUT")

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object."""
        obstore.put(self._store(bucket), key, body)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object."""
        obstore.delete(self._store(bucket), key)

    def publish(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object that anybody may read."""
        signed = obstore.sign(self._store(bucket), "PUT", key, timedelta(minutes=1))
        self._send(signed.removeprefix(self.url), "PUT", body, **{"x-amz-acl": "public-read"})

    def checks_keys(self, does: bool) -> None:
        """Have it refuse keys it does not know: there are none it knows."""
        self._send("/moto-api/reset-auth", "POST", b"0" if does else b"inf")

    def forget(self) -> None:
        """Have it forget all buckets."""
        self._send("/moto-api/reset", "POST")
        self.asked.clear()
        self.before = lambda *_: None

    def _store(self, bucket: str) -> S3Store:
        return S3Store(
            bucket,
            endpoint=self.url,
            access_key_id="key",
            secret_access_key="secret",
            region="us-east-1",
            client_options={"allow_http": True},
        )

    def _send(self, path: str, method: str, body: bytes = b"", **headers: str) -> None:
        plain = {"Content-Type": "text/plain", **headers}
        asked = urllib.request.Request(self.url + path, data=body, headers=plain, method=method)
        urllib.request.urlopen(asked).close()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def s3_server(certificates: Certificates | None = None) -> Iterator[S3Server]:
    """Serve until the block ends; by TLS with certificates."""
    answer = DomainDispatcherApplication(create_backend_app)
    site = S3Server("")

    def application(environ: dict[str, Any], start: Any) -> Any:
        asked = (
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].encode("latin-1").decode(),
            environ["QUERY_STRING"],
        )
        site.before(*asked)
        site.asked.append(asked)
        return answer(environ, start)

    files = None if certificates is None else (str(certificates.certificate), str(certificates.key))
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=_Silent, ssl_context=files
    )
    site.url = f"{'http' if files is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        if files is None:
            site.forget()  # what another server of this process had: they share it
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def copied(site: S3Server, bucket: str, folder: Path) -> None:
    """Put all files of a folder into a bucket."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            site.put(bucket, path.relative_to(folder).as_posix(), path.read_bytes())

"""Asking a camera, or what stands before it, for one picture, or with the first words of WHEP.

Bounded in time and bytes; no redirect is followed, since it could lead anywhere with our secret.
Not for who may see it (callbacks/cameras.py), nor for streams: those the browser plays itself.
"""

from __future__ import annotations

import base64
import http.client
import time
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from data_access.errors import PictureError
from data_access.pictures import Camera

TIMEOUT_S = 4.0
LARGEST_PICTURE = 4_000_000
LARGEST_SDP = 100_000
IMAGES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture, and what it is encoded as."""

    body: bytes
    mimetype: str


def snapshot(camera: Camera, *, secret: str | None, timeout_s: float = TIMEOUT_S) -> Picture:
    """Return the picture of now; raises PictureError."""
    if camera.snapshot is None:
        raise PictureError("the camera has no snapshot")
    kind, body = _ask(
        camera, camera.snapshot, secret=secret, most=LARGEST_PICTURE, timeout_s=timeout_s
    )
    if kind not in IMAGES or not body:
        raise PictureError(f"it answered {kind or 'nothing'}; expected {', '.join(IMAGES)}")
    return Picture(body, kind)


def offer(camera: Camera, sdp: bytes, *, secret: str | None, timeout_s: float = TIMEOUT_S) -> bytes:
    """Hand a browser's offer on to a camera's WHEP server, return its answer.

    Raises PictureError.
    """
    if camera.whep is None:
        raise PictureError("the camera has no whep")
    if len(sdp) > LARGEST_SDP:
        raise PictureError("the offer is too large")
    kind, answer = _ask(
        camera, camera.whep, secret=secret, most=LARGEST_SDP, timeout_s=timeout_s, sdp=sdp
    )
    if kind != "application/sdp":
        raise PictureError(f"it answered {kind or 'nothing'}; expected application/sdp")
    return answer


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = build_opener(_Stay, ProxyHandler({}))


def _ask(
    camera: Camera,
    address: str,
    *,
    secret: str | None,
    most: int,
    timeout_s: float,
    sdp: bytes | None = None,
) -> tuple[str, bytes]:
    """Return media type and body of an answer; with an offer it is posted."""
    headers = {"Accept": ", ".join(IMAGES)}
    if sdp is not None:
        headers = {"Content-Type": "application/sdp", "Accept": "application/sdp"}
    kind, _, name = camera.secret_in.partition(":")
    if secret is not None and kind == "query":
        address += ("&" if urlsplit(address).query else "?") + urlencode({name: secret})
    elif secret is not None:
        headers |= _shown(kind, name, secret)
    asked = Request(address, data=sdp, headers=headers)
    until_s = time.monotonic() + timeout_s
    body = bytearray()
    try:
        with _OPENER.open(asked, timeout=timeout_s) as answer:
            while part := answer.read1(65_536):
                body += part
                if len(body) > most:
                    raise PictureError(f"an answer of more than {most} bytes")
                if time.monotonic() > until_s:
                    raise PictureError(f"no whole answer within {timeout_s:g} s")
            return answer.headers.get_content_type(), bytes(body)
    except HTTPError as error:
        error.close()
        raise PictureError(f"HTTP {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Their texts may hold the address with a secret in its query: their kind must do.
        raise PictureError(f"no answer ({type(error).__name__})") from None


def _shown(kind: str, name: str, secret: str) -> dict[str, str]:
    if kind == "header":
        return {name: secret}
    if kind == "basic":
        both = base64.b64encode(f"{name}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {both}"}
    return {"Authorization": f"Bearer {secret}"}

"""A real camera on loopback: ffmpeg's test picture as HLS, MJPEG and snapshots, and how to stop it.

What a city's media server and our own relay answer (callbacks/cameras.py) stands here as small
routes; the streams are ffmpeg's own bytes.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
from flask import Flask, Response, abort, jsonify, send_from_directory

BOUNDARY = "ffmpeg"
STREAM = "/stream/mjpeg"  # without an end
FIRST_S = 20.0  # until ffmpeg has written something, on a busy machine


class TestCamera:
    """One ffmpeg. `ways` says what is answered of which address."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: list[bytes] = []
        self._news = threading.Condition()
        self._is_running = True
        encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10"]
        segments = ["-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "temp_file"]
        self._process = subprocess.Popen(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-re",
             "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10",
             *encoded, "-pix_fmt", "yuv420p", "-f", "hls", *segments, str(folder / "index.m3u8"),
             "-r", "5", "-q:v", "5", "-f", "mpjpeg", "-boundary_tag", BOUNDARY, "-"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        with self._news:
            assert self._news.wait_for(lambda: len(self.parts) > 1, FIRST_S), "ffmpeg says nothing"

    @property
    def is_playing(self) -> bool:
        """Whether the playlist names a segment."""
        return (self.folder / "index.m3u8").exists()

    def stop(self) -> None:
        """End ffmpeg: what streamed breaks off."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        """Take ffmpeg's multipart stream apart, by the lengths it says."""
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif line == b"\r\n" and length:
                with self._news:
                    self.parts.append(stream.read(length))
                    self._news.notify_all()
                length = 0
        with self._news:
            self._is_running = False
            self._news.notify_all()

    def multipart(self) -> Iterator[bytes]:
        """Yield what ffmpeg makes from now on, as a camera sends it."""
        told = len(self.parts)
        while True:
            with self._news:
                self._news.wait_for(lambda at=told: len(self.parts) > at or not self._is_running)
                if len(self.parts) <= told:
                    return
                part, told = self.parts[-1], len(self.parts)
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(part)}\r\n\r\n"
            )
            yield head.encode() + part + b"\r\n"


class Relay:
    """Answers of `/camera/…` and of a media server, on a page's own server."""

    def __init__(self) -> None:
        self.camera: TestCamera | None = None
        self.ways: dict[str, str] = {}

    def attach(self, app: Flask) -> None:
        """Serve the camera from `app`."""
        app.add_url_rule("/camera/of/test", "ways", lambda: jsonify(self.ways))
        app.add_url_rule("/camera/of/test/snapshot", "snapshot", self._snapshot)
        app.add_url_rule("/stream/<file>", "stream", self._stream)

    def _snapshot(self) -> Response:
        if self.camera is None:
            abort(503)
        return Response(self.camera.parts[-1], mimetype="image/jpeg")

    def _stream(self, file: str) -> Response:
        if self.camera is None:
            abort(404)
        if file == "mjpeg":
            kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
            return Response(self.camera.multipart(), content_type=kind)
        return send_from_directory(self.camera.folder, file, max_age=0)

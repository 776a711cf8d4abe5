"""Files that are no assets of ours: Bootstrap and the face from packages, geometry by hash."""

from __future__ import annotations

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import dash
from flask import Blueprint, Flask, Response, abort, send_from_directory

from callbacks.desk import desk
from callbacks.security import YEAR_S

VENDOR = "/vendor/bootstrap5"
BOOTSTRAP = f"{VENDOR}/css/bootstrap.min.css"
ICONS = f"{VENDOR}/css/font/bootstrap-icons.min.css"
FACE = "/vendor/noto-sans/noto-sans.ttf"  # named by assets/00-tokens.css
FACE_FILE = "NotoSans[wdth,wght].ttf"
WORKER = "/wall/worker.mjs"  # of the displays' pages and no others: its place is its scope
ASSETS = Path(__file__).resolve().parent.parent / "assets"
DAY_S = 86_400
GEOMETRY_FILE = re.compile(r"[A-Za-z0-9._]+-[0-9a-f]{8,64}\.json")


class PackageMissing(RuntimeError):
    """A package that carries files of the pages is not installed."""


def attach(app: Flask) -> None:
    """Serve the files of this module from `app`."""
    folder = _package_folder("flask_bootstrap", "Bootstrap-Flask") / "static" / "bootstrap5"
    app.register_blueprint(
        Blueprint("vendor", __name__, static_folder=folder, static_url_path=VENDOR)
    )
    face = _package_folder("fontpkg_noto_sans", "fontpkg-noto-sans") / "files"
    app.add_url_rule(
        FACE, "face", lambda: _public(send_from_directory(face, FACE_FILE, max_age=DAY_S))
    )
    app.add_url_rule("/geometry/<file>", "geometry", _geometry)
    app.add_url_rule(WORKER, "worker", _worker)


def _worker() -> Response:
    """Serve the displays' service worker where its scope begins."""
    return send_from_directory(ASSETS, "worker.mjs", mimetype="text/javascript", max_age=0)


def release(assets: Path) -> str:
    """Name the code of our pages: a hash of all assets and of the version of Dash."""
    found = hashlib.sha256(dash.__version__.encode())
    for path in sorted(each for each in assets.rglob("*") if each.is_file()):
        found.update(path.relative_to(assets).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _geometry(file: str) -> Response:
    """Serve one geometry layer; its name is its content, so it never changes."""
    if not GEOMETRY_FILE.fullmatch(file):
        abort(404)
    folder = desk().settings.geometry_dir.resolve()
    response = _public(send_from_directory(folder, file, max_age=YEAR_S))
    response.cache_control.immutable = True
    return response


def _public(response: Response) -> Response:
    response.cache_control.public = True
    return response


def _package_folder(module: str, package: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise PackageMissing(f"{package} is not installed; see requirements.txt")
    return Path(spec.origin).parent

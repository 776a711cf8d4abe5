"""What besides the inputs decides a result: versions of engines, our code, the city's files.

The same inputs under other versions are other work. Not for what a person reads as the version of
the room.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from jobs.kinds import JobKind

CODE, CITY = "code", "city"  # beside the names of distributions
HASH_BYTES = 8


def versions_of(kind: JobKind, city: Path) -> dict[str, str]:
    """Return the versions that decide results of `kind`; `city` is the city's folder."""
    found = {engine: _installed(engine) for engine in kind.engines}
    found[CODE] = _code(kind.module.partition(".")[0])
    if kind.city_files:
        files = {each for pattern in kind.city_files for each in city.glob(pattern)}
        found[CITY] = _digest(city, files)
    return found


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # the work will say so itself
        return "none"


@cache
def _code(package: str) -> str:
    """Return the digest of a package's modules; of this process, so it is counted once."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return ""
    folder = Path(next(iter(spec.submodule_search_locations)))
    return _digest(folder, set(folder.rglob("*.py")))


def _digest(folder: Path, files: set[Path]) -> str:
    digest = blake2b(digest_size=HASH_BYTES)
    for file in sorted(each for each in files if each.is_file()):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

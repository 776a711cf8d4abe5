"""The kinds of work there are, by name, and where each is done.

A kind is offered where its module is there: nothing is imported to find that out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from jobs.errors import UnknownKind
from language import told

SUMO = ("eclipse-sumo",)
SWMM = ("swmm-toolkit", "swmm-api")
LEARNING = ("scikit-learn", "numpy", "pandas")
TWIN_FILES = ("twin/**/*", "*.toml", "*.csv")  # not scenes, walls, rules


@dataclass(frozen=True, slots=True)
class JobKind:
    """How work of one kind is done, and when it need not be.

    `engines` are distributions, `city_files` patterns below the city folder: with the code of the
    work's own package they are what decides a result besides the inputs. Where rows of the store
    decide it too, the same inputs are worked at again (`is_repeatable` is False).
    """

    name: str
    work: str  # "package.module:function"
    timeout_s: float
    engines: tuple[str, ...] = ()
    city_files: tuple[str, ...] = ()
    is_repeatable: bool = True
    is_warm: bool = False  # a process waits with its module imported, its `warm(settings)` done
    keep: int = 40  # finished ones, the newest

    @property
    def module(self) -> str:
        """The module the work is in."""
        return self.work.partition(":")[0]


Kinds = Mapping[str, JobKind]

KINDS: Kinds = {
    kind.name: kind
    for kind in (
        JobKind(
            "twin.traffic",
            "twin.traffic.run:work",
            timeout_s=600,
            engines=SUMO,
            city_files=TWIN_FILES,
            is_warm=True,
        ),
        JobKind(
            "twin.traffic.calibrate",
            "twin.traffic.calibrate:work",
            timeout_s=1800,
            engines=SUMO,
            city_files=TWIN_FILES,
            keep=10,
        ),
        JobKind(
            "twin.drainage",
            "twin.drainage.run:work",
            timeout_s=300,
            engines=SWMM,
            city_files=TWIN_FILES,
            is_warm=True,
        ),
        JobKind(
            "twin.drainage.calibrate",
            "twin.drainage.calibrate:work",
            timeout_s=1800,
            engines=SWMM,
            city_files=TWIN_FILES,
            keep=10,
        ),
        JobKind(
            "twin.coupled",
            "twin.coupled.run:work",
            timeout_s=600,
            engines=SUMO + SWMM,
            city_files=TWIN_FILES,
            is_warm=True,
        ),
        JobKind(
            "twin.again",
            "twin.again:work",
            timeout_s=600,
            engines=SUMO + SWMM,
            city_files=TWIN_FILES,
            is_repeatable=False,
            keep=20,
        ),
        JobKind(
            "forecast",
            "analytics.forecast.run:work",
            timeout_s=1800,
            engines=LEARNING,
            is_repeatable=False,
            keep=10,
        ),
        JobKind(
            "forecast.training",
            "analytics.forecast.training:work",
            timeout_s=1800,
            engines=LEARNING,
            is_repeatable=False,
            keep=10,
        ),
        JobKind(
            "forecast.again",
            "analytics.forecast.again:work",
            timeout_s=600,
            engines=LEARNING,
            is_repeatable=False,
            keep=20,
        ),
        JobKind(
            "detection",
            "analytics.detection.run:work",
            timeout_s=300,
            engines=LEARNING,
            is_repeatable=False,
            keep=10,
        ),
        JobKind(
            "topics",
            "analytics.voices.run:work",
            timeout_s=600,
            engines=(*LEARNING, "rapidfuzz"),
            is_repeatable=False,
            keep=10,
        ),
        JobKind(
            "topics.learning",
            "analytics.voices.run:learn",
            timeout_s=1200,
            engines=(*LEARNING, "rapidfuzz"),
            is_repeatable=False,
            keep=5,
        ),
        JobKind(
            "brief",
            "analytics.brief.run:work",
            timeout_s=300,
            city_files=("brief/*",),
            is_repeatable=False,
            keep=30,
        ),
    )
}


def offered(kinds: Kinds = KINDS) -> dict[str, JobKind]:
    """Return the kinds whose work is there."""
    return {name: kind for name, kind in kinds.items() if is_there(kind.module)}


def find_kind(name: str, kinds: Kinds = KINDS) -> JobKind:
    """Return the kind called `name`; raises UnknownKind where it is not offered."""
    kind = kinds.get(name)
    if kind is None or not is_there(kind.module):
        raise UnknownKind(told("There is no work of the kind {kind!r} here.", kind=name))
    return kind


@cache
def is_there(module: str) -> bool:
    """Tell whether a module can be imported; only the packages above it are."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False

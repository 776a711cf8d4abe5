"""What befalls a room that pages must be fit to be read in; `link` is the stand-in controller."""

from __future__ import annotations

from tests.layouts.tiles.sample import NOW_MS
from tests.pages.automatic import automate, equip, exercise
from wall.errors import ServiceError


def nothing_is_prepared(link):
    """Nothing is prepared, nothing is set by hand."""
    for body in link.bodies.values():
        body["preview"] = None
        body["layers"].pop("manual")


def nobody_ever_came(link):
    for body in link.bodies.values():
        body["lastSwitch"] = None
        for output in body["outputs"]:
            output |= {"online": False, "lastSeenAtMs": None, "showing": None, "clock": None}


def everything_fails(link):
    statuses = ("failed", "noAnswer", "offline", "late")
    for body in link.bodies.values():
        for index, answer in enumerate(body["lastSwitch"]["outputs"]):
            answer["status"] = statuses[index % 4]
            body["outputs"][index]["showing"] = {"sceneId": "flood", "revision": "r-flood"}
            body["outputs"][index]["online"] = index % 4 != 2


def controller_away(link):
    link.refuses["*"] = ServiceError("unavailable", "away")


def tooled(link):
    """Everything that tools can do is being done, and other sites' walls are there."""
    automate(link, now_ms=NOW_MS)
    equip(link, now_ms=NOW_MS)
    exercise(link, now_ms=NOW_MS)

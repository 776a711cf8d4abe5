"""What every page's layout is told of this request: place, person, language, the link's address."""

from __future__ import annotations

from typing import Any

from flask import request

from callbacks import security, session
from callbacks.brief_deeds import rules_of
from callbacks.desk import Desk, desk
from layouts.pages.shell import Setting
from permissions.errors import Forbidden


def setting() -> Setting:
    """Return the setting of this request; raises Forbidden for a stranger."""
    reach, who = desk(), session.person()
    if who is None:
        raise Forbidden("sign in first")
    return Setting(
        city=reach.city.name,
        room=reach.city.room,
        person=who,
        language=session.page_language(),
        timezone=reach.city.timezone,
        csrf_token=security.csrf_token(),
        path=page_path(),
        absent=_absent(reach),
    )


def _absent(reach: Desk) -> tuple[str, ...]:
    """Return the pages that this city has nothing for."""
    twins = reach.twins.there(reach.settings, reach.city)
    return (
        *(() if twins else ("what_if", "twins")),
        *(() if rules_of(reach.settings.city) else ("brief",)),
    )


def link() -> dict[str, Any]:
    """Return where a page's link to the controller goes."""
    settings = desk().settings
    return {"link_url": settings.page_links, "link_port": settings.wall_port}


def page_path() -> str:
    """Return the path of the page a Dash request belongs to, with its query."""
    body = request.get_json(silent=True) if request.is_json else None
    found: dict[str, str] = {}
    for each in (body or {}).get("inputs", ()) if isinstance(body, dict) else ():
        if isinstance(each, dict) and each.get("property") in ("pathname", "search"):
            found[str(each["property"])] = str(each.get("value") or "")
    return (found.get("pathname") or "/") + found.get("search", "")

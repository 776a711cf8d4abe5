"""Whether all that an NGSI broker sent us has come: its subscription tells how much it sent.

NGSI v2 and NGSI-LD count in a subscription's `notification.timesSent`, attempts that failed too.
What it sent may still be on its way when it is asked, so a difference counts when the next look
finds it no smaller. A silence that is too long counts as well. Then the entities are polled.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from data_access.errors import IntakeError
from data_access.intake.polling import Fetched
from language import told

log = logging.getLogger(__name__)

Look = Callable[[Mapping[str, Any]], Awaitable[Fetched]]


def missing(state: Mapping[str, Any], *, sent: int, heard: int) -> tuple[int, dict[str, Any]]:
    """Return how many notifications are surely missing, and the state to compare with next.

    `sent` and `heard` are counts that rise; either may begin anew.
    """
    base = {"sent": sent, "heard": heard, "short": 0}
    if "sent" not in state or sent < state["sent"] or heard < state["heard"]:
        return 0, base
    short = (sent - state["sent"]) - (heard - state["heard"])
    if short <= 0:
        return 0, base
    if state["short"]:  # was short at the last look, and still is
        return short, base
    return 0, {**state, "short": short}


@dataclass(frozen=True, slots=True)
class GapFetch:
    """Looks at a subscription; a Fetch of Polling that brings no payload. `ask` polls `url`."""

    dataset: str
    look: Look  # at the subscription's address
    heard: Callable[[], int]
    ask: Callable[[], None]

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Compare, and poll after a gap; raises IntakeError."""
        answer = await self.look({})
        try:
            found = orjson.loads(answer.payloads[0].body)
            sent = int(found["notification"].get("timesSent", 0))
        except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise IntakeError(told("no NGSI subscription with its notification")) from error
        gap, kept = missing(state, sent=sent, heard=self.heard())
        if gap:
            log.warning("%s: %d notifications have not come; asking for all", self.dataset, gap)
            self.ask()
        return Fetched((), kept, answer.size)

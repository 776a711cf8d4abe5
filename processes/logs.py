"""How roles log: one line an event on standard error; under the parent, led by its severity.

The lead is that of systemd and syslog (`<3>` error … `<7>` debug): the parent keeps every line in
`logs/<role>.log` and repeats errors in front; under systemd the journal reads the same lead.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

CRITICAL = 2
ERROR = 3
INFO = 6
DEBUG = 7
_SEVERITIES = {"CRITICAL": CRITICAL, "ERROR": ERROR, "WARNING": 4, "INFO": INFO, "DEBUG": DEBUG}


class Formatter(logging.Formatter):
    """`time level logger: message`, a traceback below it."""

    def __init__(self, *, leads: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._leads = leads

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of `record`; only the first carries its severity."""
        text = super().format(record)
        if not self._leads:
            return text
        first, *others = text.split("\n")
        severity = _SEVERITIES.get(record.levelname, INFO)
        return "\n".join([f"<{severity}>{first}", *(f"<{DEBUG}>{line}" for line in others)])


def say(sentence: str, *, supervised: bool) -> None:
    """Print why this process ends, for a person; the parent shows it as the reason."""
    print(f"<{CRITICAL}>{sentence}" if supervised else sentence, file=sys.stderr, flush=True)


def set_up(*, supervised: bool) -> None:
    """Send all logging of this process to standard error, once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(leads=supervised))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("websockets", "alembic"):  # a line for each connection, each migration
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _as_line],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def hush() -> None:
    """Log warnings and worse alone: what a command prints is its answer."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def split_lead(line: str) -> tuple[int, str]:
    """Return (severity, text) of a line; one without a lead is INFO."""
    if len(line) > 3 and line[0] == "<" and line[2] == ">" and line[1].isdigit():
        return int(line[1]), line[3:]
    return INFO, line


def _as_line(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[str], dict[str, Any]]:
    """Write a structlog event as `words key=value`, its exception below."""
    error = event.pop("exc_info", None)
    words = [str(event.pop("event", "")), *(f"{key}={event[key]!r}" for key in event)]
    return (" ".join(words),), {"exc_info": error}

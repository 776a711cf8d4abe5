"""Log lines of the city's servers (RFC 5424): who failed to sign in, who did, and how often.

Addresses are from the blocks reserved for documentation, names of people are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order

FORMAT = "syslog"
DAYS = 7
HOSTS = ("cong-dvc-01", "thu-dien-tu-01", "vpn-01", "csdl-dung-chung-01", "camera-gt-01")
GUESSED = ("admin", "root", "test", "oracle", "postgres", "ubuntu", "guest", "quantri")
OFFICERS = tuple(f"cb{number:03}" for number in range(1, 41))
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
AUTH_INFO = 10 * 8 + 6  # priority: facility authpriv, severity informational

# Attempts an hour over all hosts. Guessing never sleeps; officers do.
GUESSES_AN_HOUR = 18.0
SIGN_INS_AN_HOUR = {"workday": 34.0, "weekend": 5.0, "holiday": 3.0}
OFFICE_HOURS = range(7, 18)
NIGHT_SHARE = 0.12
TYPING_ERRORS = 0.06  # of sign-ins are preceded by a failure
# A burst: one address guesses for minutes. The shared SSH log has 520 failures in four hours.
BURSTS_A_DAY = 2.0
BURST_ATTEMPTS = (60, 400)
BURST_S = (240, 1500)

BAD_YEAR = "<86>1 203-10-11T22:14:15.003Z vpn-01 sshd - - - Failed password for root"

Event = tuple[float, str, str]  # seconds of the local day, host, message


def _failed(draw: np.random.Generator, user: str, address: str) -> str:
    known = "" if user in OFFICERS else "invalid user "
    return (
        f"Failed password for {known}{user} from {address} port {draw.integers(1024, 65536)} ssh2"
    )


def _accepted(draw: np.random.Generator, user: str) -> str:
    address = f"10.24.{draw.integers(256)}.{draw.integers(1, 255)}"
    return f"Accepted publickey for {user} from {address} port {draw.integers(1024, 65536)} ssh2"


def _address(draw: np.random.Generator) -> str:
    return f"{draw.choice(NETWORKS)}.{draw.integers(1, 255)}"


def _guesses(draw: np.random.Generator) -> Iterator[Event]:
    for second in draw.uniform(0, 86400, draw.poisson(GUESSES_AN_HOUR * 24)):
        yield second, str(draw.choice(HOSTS)), _failed(draw, _guessed(draw), _address(draw))


def _guessed(draw: np.random.Generator) -> str:
    return str(draw.choice(GUESSED))


def _bursts(draw: np.random.Generator) -> Iterator[Event]:
    for _ in range(draw.poisson(BURSTS_A_DAY)):
        host, address = str(draw.choice(HOSTS)), _address(draw)
        begin = draw.uniform(0, 86400 - BURST_S[1])
        attempts = int(draw.integers(*BURST_ATTEMPTS))
        for second in draw.uniform(begin, begin + draw.uniform(*BURST_S), attempts):
            yield second, host, _failed(draw, _guessed(draw), address)


def _sign_ins(draw: np.random.Generator, day: date) -> Iterator[Event]:
    an_hour = SIGN_INS_AN_HOUR[day_kind(day)]
    for hour in range(24):
        rate = an_hour * (1.0 if hour in OFFICE_HOURS else NIGHT_SHARE)
        for second in draw.uniform(hour * 3600, hour * 3600 + 3600, draw.poisson(rate)):
            host, user = str(draw.choice(HOSTS)), str(draw.choice(OFFICERS))
            if draw.random() < TYPING_ERRORS:
                yield max(second - 8, 0.0), host, _failed(draw, user, "10.24.8.15")
            yield second, host, _accepted(draw, user)


def day_events(order: Order, day: date) -> list[Event]:
    """Return the events of the local `day`, ascending."""
    draw = order.draws(day.toordinal())
    return sorted([*_guesses(draw), *_bursts(draw), *_sign_ins(draw, day)])


def _line(at: datetime, host: str, message: str, process: int) -> str:
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"<{AUTH_INFO}>1 {stamp} {host} sshd {process} - - {message}"


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one log of the last DAYS days; one of its lines has a year of three digits."""
    lines = []
    begin = order.until - timedelta(days=DAYS)
    for day in order.days(DAYS):
        for number, (second, host, message) in enumerate(day_events(order, day)):
            at = order.instant(day, second)
            if begin < at <= order.until:
                lines.append(_line(at, host, message, 2000 + number))
    lines.insert(len(lines) // 2, BAD_YEAR)
    yield order.path(".log"), ("\n".join(lines) + "\n").encode()

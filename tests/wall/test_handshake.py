from __future__ import annotations

import pytest

from wall.handshake import OriginRule, offered

RULE = OriginRule(8050, frozenset({"https://ioc.example.org", "http://lab:9000"}))


@pytest.mark.parametrize(
    ("origin", "host", "is_allowed"),
    [
        ("http://127.0.0.1:8050", "127.0.0.1:8051", True),
        ("http://LocalHost:8050", "localhost:8051", True),
        ("https://ioc.local:8050", "ioc.local:8051", True),
        ("http://[::1]:8050", "[::1]:8051", True),
        ("http://127.0.0.1:8051", "127.0.0.1:8051", False),
        ("http://evil.example:8050", "127.0.0.1:8051", False),
        ("http://localhost:8050", "127.0.0.1:8051", False),
        ("http://127.0.0.1", "127.0.0.1:8051", False),
        ("https://ioc.example.org", "127.0.0.1:8051", True),
        ("https://ioc.example.org:443", "ioc.example.org", True),
        ("http://ioc.example.org", "ioc.example.org", False),
        ("https://ioc.example.org.evil.example", "ioc.example.org", False),
        ("http://lab:9000", "127.0.0.1:8051", True),
        ("null", "127.0.0.1:8051", False),
        ("", "127.0.0.1:8051", False),
        ("http://127.0.0.1:99999999", "127.0.0.1:8051", False),
        ("http://[", "127.0.0.1:8051", False),
        ("http://127.0.0.1:8050", "", False),
    ],
)
def test_pages_of_our_own_port_and_named_ones_may_link(
    origin: str, host: str, is_allowed: bool
) -> None:
    assert RULE.allows(origin, host) is is_allowed


def test_a_web_server_on_port_80_leaves_it_out() -> None:
    assert OriginRule(80, frozenset()).allows("http://ioc.local", "ioc.local:8051")


def test_offered_subprotocols_are_read_from_all_headers() -> None:
    assert offered(["a, b", " ioc-wall.v1"]) == ["a", "b", "ioc-wall.v1"]

"""What the feed knows of who used a dataset: read seldom, and never a reason to stop."""

from __future__ import annotations

from pathlib import Path

from permissions.database import connect_operations, open_operations
from permissions.usage import Reader, UsageLog
from processes.feed import USES_S, Uses

NOW_S = 1_790_000_000.0


def test_before_web_has_made_its_store_nothing_is_known_and_later_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'operations.sqlite'}"
    engine, now_s = connect_operations(url), [NOW_S]
    uses = Uses(UsageLog(engine), lambda: now_s[0])
    assert uses() == {}
    web = open_operations(url)
    log = UsageLog(web)
    log.note(["air"], Reader("hoa", "operator", "console"), at_ms=NOW_S * 1000)
    log.keep()
    assert uses() == {}  # not asked again yet
    now_s[0] += USES_S
    assert uses()["air"].people == 1
    web.dispose()
    engine.dispose()

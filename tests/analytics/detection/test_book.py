"""The book: one alert for one trouble, with a number that stays; ended when it is over."""

from __future__ import annotations

from analytics.detection.book import FORGET_MS, Book, Seen, fold

HOUR = 3_600_000.0


def seen(*subjects: str, at: float, began: float = 0.0, severity: str = "warning") -> Seen:
    return Seen("jams", "congestion", "event", subjects, severity, began, at)  # type: ignore[arg-type]


def looked(book: Book, *found: Seen, at: float, newest: float | None = None) -> Book:
    return fold(book, found, looked_ms={"jams": at if newest is None else newest}, now_ms=at)


def test_a_finding_about_anything_an_alert_is_about_is_that_alert() -> None:
    first = looked(Book(), seen("a", "b", at=1), at=1)
    then = looked(first, seen("b", "c", at=2, began=5.0), at=2)

    assert len(then.open) == 1
    assert then.open[0].id == first.open[0].id
    assert then.open[0].began_ms == 0.0
    assert then.open[0].subjects == ("b", "c")


def test_two_findings_about_one_place_are_one_alert() -> None:
    book = looked(Book(), seen("a", "b", at=1), seen("b", "c", at=1), at=1)

    assert len(book.open) == 1


def test_two_that_grow_together_are_the_older_one() -> None:
    two = looked(Book(), seen("a", at=1), at=1)
    two = looked(two, seen("a", at=2), seen("b", at=2, began=1.0), at=2)
    one = looked(two, seen("a", "b", at=3), at=3)

    assert [alert.id for alert in one.open] == [two.open[-1].id] or len(one.open) == 1
    assert [alert.ending for alert in one.ended] == ["joined"]


def test_it_ends_when_newer_values_no_longer_show_it() -> None:
    book = looked(Book(), seen("a", at=1), at=1)

    assert looked(book, at=2, newest=1).open  # nothing newer was seen
    assert looked(book, at=2, newest=2).ended[0].ending == "cleared"


def test_a_detector_that_did_not_look_ends_nothing_until_it_is_silent_for_long() -> None:
    book = looked(Book(), seen("a", at=1), at=1)

    assert fold(book, [], looked_ms={}, now_ms=FORGET_MS / 2).open
    assert fold(book, [], looked_ms={}, now_ms=FORGET_MS + 2).ended[0].ending == "silent"
    slow = fold(book, [], looked_ms={}, now_ms=FORGET_MS + 2, forget_ms={"jams": 1e12})
    assert slow.open


def test_what_was_silent_for_long_is_not_raised_again_and_again() -> None:
    late = FORGET_MS * 3

    assert looked(Book(), seen("a", at=1), at=late, newest=1) == Book()


def test_the_worst_is_remembered_and_the_gravest_comes_first() -> None:
    book = looked(Book(), seen("a", at=1, severity="critical"), at=1)
    book = looked(book, seen("a", at=2, severity="caution"), seen("b", at=2, severity="warning"),
                  at=2)  # fmt: skip

    assert [(alert.severity, alert.worst) for alert in book.open] == [
        ("warning", "warning"),
        ("caution", "critical"),
    ]

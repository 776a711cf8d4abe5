from __future__ import annotations

from collections.abc import Mapping

from wall.arrangement import Render
from wall.classification import INTERNAL
from wall.grid import Seams
from wall.renders import LAST_RESORTS, Content, RenderBook, share


def renders(*names: str) -> Mapping[str, Render]:
    return {
        name: Render(name, "live", "text", {}, 10, 10, 77, "wall", "vi", Seams()) for name in names
    }


def content(name: str, version: int = 1, as_of_ms: float = 0.0) -> Content:
    return Content(name, version, f"{name}{version}", as_of_ms, 1000.0, INTERNAL, b"{}")


def test_content_of_what_is_not_wanted_is_not_kept() -> None:
    book = RenderBook()
    assert not book.accept(content("a"))
    assert book.newest("a") is None


def test_the_same_version_with_a_newer_age_is_news() -> None:
    book = RenderBook()
    book.want(renders("a"), now_ms=0)
    assert book.accept(content("a"))
    assert not book.accept(content("a"))
    assert book.accept(content("a", as_of_ms=5))


def test_an_older_version_answers_but_does_not_replace() -> None:
    book = RenderBook()
    book.want(renders("a"), now_ms=0)
    book.accept(content("a", 5))
    assert not book.accept(content("a", 4))
    newest = book.newest("a")
    assert newest is not None
    assert newest.version == 5


def test_what_was_let_go_must_be_answered_anew_but_stays_as_last_resort() -> None:
    book = RenderBook()
    book.want(renders("a"), now_ms=0)
    book.accept(content("a", 5))
    book.want({}, now_ms=0)
    assert book.next_ms() == 60_000
    assert not book.want({}, now_ms=59_999)
    assert book.want({}, now_ms=60_000)
    book.want(renders("a"), now_ms=70_000)
    assert not book.is_answered("a")
    assert book.newest("a") is not None
    book.accept(content("a", 5))
    assert book.is_answered("a")


def test_last_resorts_are_bounded() -> None:
    book = RenderBook()
    names = [f"r{i}" for i in range(LAST_RESORTS + 10)]
    book.want(renders(*names), now_ms=0)
    for name in names:
        book.accept(content(name))
    book.want({}, now_ms=0)
    book.want({}, now_ms=60_000)
    assert sum(book.newest(name) is not None for name in names) == LAST_RESORTS


def test_shares_are_whole_disjoint_and_move_little() -> None:
    names = [f"r{i}" for i in range(200)]
    before = share(names, [1, 2])
    assert before[1] | before[2] == set(names)
    assert not before[1] & before[2]
    assert min(len(each) for each in before.values()) > 50
    after = share(names, [1, 2, 3])
    assert after[1] <= before[1]
    assert after[2] <= before[2]
    assert share(names, []) == {}

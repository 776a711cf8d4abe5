"""What a score is made of: parts, the weakest of them, and evidence that is cut and counted."""

from __future__ import annotations

import pytest

from data_access.criteria.part import KEPT, Part, percent, weakest
from tests.data_access.criteria.conftest import Bench


@pytest.mark.parametrize(
    ("right", "checked", "score"),
    [(114, 126, 90.5), (126, 126, 100.0), (0, 126, 0.0), (99_999, 100_000, 99.9), (1, 10_000, 0.1)],
)
def test_a_score_is_never_rounded_to_all_or_nothing(right: int, checked: int, score: float) -> None:
    assert percent(right, checked) == score


def test_a_criterion_is_as_good_as_its_weakest_part_that_could_be_checked() -> None:
    assert weakest([Part("a", 9, 10), Part("b", 1, 2), Part("c", 0, 0)]) == 50.0
    assert weakest([Part("c", 0, 0)]) is None


def test_evidence_is_cut_and_counted() -> None:
    part = Part.of("a", 0, 999, [{"kind": "area", "id": str(n)} for n in range(999)])
    assert (len(part.evidence), part.wrong) == (KEPT, 999)


def test_every_criterion_of_every_dataset_has_a_standing(bench: Bench) -> None:
    for dataset in bench.city.datasets:
        assert list(bench.stand(dataset)) == [
            "accurate", "sufficient", "clean", "live", "consistent", "shared",
        ]  # fmt: skip

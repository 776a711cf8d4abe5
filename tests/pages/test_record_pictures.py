"""The picture of an event: beside its row on the console, and for whoever may see that row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data_access.classification import Classification
from tests.data_access.test_record_picture import EVENTS, JPEG, lake  # noqa: F401 - a fixture
from tests.layouts.tiles.sample import everything
from tests.pages.browse import Client, nodes
from tests.pages.stand_in import NOW_MS
from tests.pages.test_catalogue import classify

SIZE = {"width": 1900, "height": 930}
AT = datetime.fromtimestamp(NOW_MS / 1000, UTC)
SEEN = {"console-place.hash": "#/g/transport/t/seen/active", "console-size.data": SIZE}


class Rows:
    """Two events: one with a picture that is there, one whose picture is not."""

    def source_rows(self, dataset: str, *, entity: str | None = None, **_: Any) -> list[dict]:
        made = [
            {
                "observed_at": AT,
                "shown_at": AT,
                "recorded_at": AT,
                "value": "open",
                "quality": "good",
                "source_ref": f"camera_events.json#{name}",
                "indicator": "",
                "entity": name,
                "area": "00070",
                "revision": 0,
                "body": {"category": "crash", "image": f"snapshots/{name}.jpg"},
            }
            for name in ("e1", "e2")
        ]
        return [each for each in made if entity in (None, each["entity"])]


@pytest.fixture(autouse=True)
def told(reach, lake):  # noqa: F811
    reach.cache.write_many(everything().values())
    object.__setattr__(reach, "rows", Rows())
    object.__setattr__(reach, "settings", reach.settings.model_copy(update={"lake": lake}))


def get(client: Client, record: str, dataset: str = EVENTS):
    return client.get(f"/picture/{dataset}?record={record}")


def test_r37_the_snapshot_of_an_event_stands_beside_its_row(operator):
    answer = operator.call("console-body.children", SEEN)
    body = answer.get_json()["response"]["console-body"]["children"]
    images = [n["props"]["src"] for n in nodes(body) if n["type"] == "Img"]
    assert [each for each in images if "/picture/" in each] == [f"/picture/{EVENTS}?record=e1"]
    found = get(operator, "e1")
    assert (found.status_code, found.mimetype, found.data) == (200, "image/jpeg", JPEG)


@pytest.mark.parametrize(
    ("record", "dataset"), [("e2", EVENTS), ("e9", EVENTS), ("", EVENTS), ("e1", "no.such")]
)
def test_where_there_is_none_it_says_so(operator, record, dataset):
    assert get(operator, record, dataset).status_code == 404


def test_who_may_not_see_the_row_may_not_see_its_picture(viewer, operator, stranger, reach):
    assert get(viewer, "e1").status_code == 403
    assert reach.audit.recent(action="picture.see")[0]["outcome"] == "refused"
    assert get(stranger, "e1").status_code in (302, 303, 401)
    secret = Classification("restricted", frozenset({"nobody"}))
    classify(reach, EVENTS, classification=secret)
    assert get(operator, "e1").status_code == 403


def test_a_file_that_is_no_picture_is_not_given_out(operator, lake):  # noqa: F811
    (lake / "transport" / "snapshots" / "e1.jpg").write_bytes(b"<html>")
    assert get(operator, "e1").status_code == 404


def test_of_a_room_without_a_lake_there_is_none(operator, reach):
    object.__setattr__(reach, "settings", reach.settings.model_copy(update={"lake": None}))
    assert get(operator, "e1").status_code == 404

"""Documents of the exchange: what their headers say, what ends them, what may not come in."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from data_access.contract_check import check
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow
from tests.data_access.sources.conftest import DANANG_LAKE, Reader, home, reasons

DATASET = "party.exchange"
FIRST = "000.00.00.TEST,2026/07/01,05/CT-TU"
PLAIN = (DANANG_LAKE / "party" / "05-ct-tu.edxml").read_text("utf-8")


def _versions(batch: Batch, record_id: str) -> list[RecordRow]:
    return [record for record in batch.records if record.record_id == record_id]


def _checked(batch: Batch) -> Batch:
    city, _ = home(DATASET)
    now = datetime(2026, 8, 1, tzinfo=UTC)
    return check(batch, city.datasets[DATASET], now=now, areas=city.areas.codes)


def test_a_header_says_who_what_when_and_by_when(read_small: Reader) -> None:
    first, *_ = _versions(read_small(DATASET), FIRST)
    assert first.reported_at == datetime(2026, 7, 1, 2, 15, tzinfo=UTC)
    assert first.valid_from == datetime(2026, 6, 30, 17, tzinfo=UTC)
    assert first.body == {
        "category": "Chỉ thị",
        "issuer": "Văn phòng Thành ủy thử nghiệm",
        "number": "05",
        "notation": "CT-TU",
        "signer": "Người Thử Nghiệm",
        "priority": "Khẩn",
        "scope": "Toàn thành phố",
        "expected_at": "2026-09-29T17:00:00+00:00",
        "title": dict.fromkeys(("vi", "en"), "Về thử nghiệm trao đổi văn bản"),
        "label": "Thường",
    }


def test_what_another_replaces_ends_with_it(read_small: Reader) -> None:
    batch = read_small(DATASET)
    opened, ended = _versions(batch, FIRST)
    assert (opened.status, ended.status) == ("open", "cancelled")
    assert ended.body["ended_by"] == "000.00.00.TEST,2026/07/20,07/CT-TU"
    assert ended.valid_to == datetime(2026, 7, 20, 1, tzinfo=UTC)
    assert _versions(batch, "000.00.00.TEST,2026/07/20,07/CT-TU")[0].status == "open"


def test_a_revocation_ends_the_document_itself(read_file: Reader) -> None:
    said = PLAIN.replace("DocType>0<", "DocType>1<")
    (record,) = read_file(DATASET, said, "x.edxml").records
    assert (record.record_id, record.status, record.is_ending) == (FIRST, "cancelled", True)


def test_r49_what_bears_a_mark_anywhere_in_its_header_is_refused(read_small: Reader) -> None:
    checked = _checked(read_small(DATASET))
    assert [each.reason for each in checked.rejected] == ["stateSecret"]
    assert "giả định" not in "".join(each.detail + each.row for each in checked.rejected)
    assert checked.withdrawn == ["000.00.00.TEST,2026/07/21,08/CT-TU"]


def test_without_a_label_of_the_contract_nothing_is_known_to_be_no_secret(
    read_file: Reader,
) -> None:
    checked = _checked(read_file(DATASET, PLAIN, "x.edxml", label=None))
    assert [each.reason for each in checked.rejected] == ["noLabel"]


def test_names_count_under_any_namespace_and_without_an_id_it_is_made(read_file: Reader) -> None:
    bare = re.sub(r"</?edXML:", lambda m: m[0].replace("edXML:", ""), PLAIN)
    bare = re.sub(r"<DocumentId>.*?</DocumentId>", "", bare)
    (record,) = read_file(DATASET, bare, "x.edxml").records
    assert record.record_id == FIRST


def test_attachments_are_not_looked_at(read_small: Reader) -> None:
    assert "VGjhu60" not in str(read_small(DATASET).records)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (re.sub(r"<edXML:(DocumentId|Code)>.*?</edXML:\1>", "", PLAIN), "emptyKey"),
        (PLAIN.replace("2026/07/01", "hôm nay"), "noTime"),
    ],
)
def test_what_lacks_what_every_document_has_is_refused(
    read_file: Reader, wrong: str, reason: str
) -> None:
    assert set(reasons(read_file(DATASET, wrong, "x.edxml")).values()) == {reason}


def test_a_file_that_is_no_such_document_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat):
        read_file(DATASET, "<alert><sent/></alert>", "x.edxml")

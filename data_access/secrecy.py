"""Documents marked as state secrets: refused when they come in, and nothing of them kept.

The degrees are Mật, Tối mật, Tuyệt mật (Law 29/2018/QH14, Article 8); they are stamped on a
document or written in its table. A dataset whose contract names the field with the mark (`secrecy`)
takes in only what bears one of the field's codes: what says nothing cannot be known to be no
secret. Of what it refuses neither words nor values go to quarantine. Not for levels and
compartments of the room's own data (data_access/classification.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from data_access.contracts import DatasetContract
from data_access.errors import SourceError
from data_access.model import Batch, RecordRow, Rejected
from language import Told, told

STATE_SECRET, NO_LABEL = "stateSecret", "noLabel"
WITHHELD = told("content withheld: this dataset keeps nothing of what it refuses")
SECRET = told("bears the mark of a state secret; expected to go its own way, outside this room")
_DEGREE = r"(?:(?:tuy[ệe]t\s*|t[ốo]i\s*)?m[ậa]t|(?:top\s*)?secret)"
_MARK = re.compile(rf"\W*(?:đ[ộo]\s*m[ậa]t\W+)?{_DEGREE}\W*")  # a field that is a mark, and no more
_STAMP = re.compile(rf"[\[(]\W*(?:đ[ộo]\s*m[ậa]t\W+)?{_DEGREE}\W*[\])]")  # in brackets in a text


def field_of(contract: DatasetContract) -> str | None:
    """Return the field of a record that says how secret it is, None where none is promised."""
    return next((name for name, said in contract.fields.items() if said.secrecy), None)


def fault(record: RecordRow, field: str) -> tuple[str, Told] | None:
    """Return why a record may not come in, without a word of it; None when its label is there.

    Whether the label is one that the dataset knows is the contract's to say.
    """
    if any(is_marked(text) for text in _texts(record.body)):
        return STATE_SECRET, SECRET
    label = record.body.get(field)
    if not isinstance(label, str) or not label.strip():
        return NO_LABEL, told(
            "says no {field}; expected one, or nobody knows that it is no secret", field=field
        )
    return None


def must_go(record: RecordRow, field: str, contract: DatasetContract) -> bool:
    """Tell whether what was let in of a record before has to go now that this was said of it.

    It bears a mark, or a label that the dataset does not take: nobody knows that it is no secret.
    """
    label = record.body.get(field)
    codes = contract.fields[field].codes
    is_strange = bool(label) and bool(codes) and label not in codes
    return is_strange or any(is_marked(text) for text in _texts(record.body))


def withheld(rejected: Rejected) -> Rejected:
    """Return a refusal without what was refused: its place and its reason stay."""
    return Rejected(rejected.source_ref, rejected.reason, WITHHELD)


def guarded(
    read: Callable[..., Iterator[Batch]], *given: Any, contract: DatasetContract, **more: Any
) -> Iterator[Batch]:
    """Yield what `read` does; of a file it cannot read, no word is told by the error either."""
    try:
        yield from read(*given, contract=contract, **more)
    except SourceError as error:
        if field_of(contract) is None:
            raise
        raise type(error)(WITHHELD, error.where, error.expected) from None


def is_marked(text: str) -> bool:
    """Tell whether a text is a mark of a state secret, or bears one as a stamp."""
    folded = unicodedata.normalize("NFKC", text).lower()
    plain = "".join(c for c in folded if unicodedata.category(c) != "Cf")  # not to be seen
    return _MARK.fullmatch(plain) is not None or _STAMP.search(plain) is not None


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for each in found.values():
            yield from _texts(each)
    elif isinstance(found, list | tuple):
        for each in found:
            yield from _texts(each)

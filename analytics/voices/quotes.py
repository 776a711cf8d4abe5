"""What somebody wrote as it may be shown to others: who wrote it, and of whom, is not in it.

Taken out are telephones, accounts and addresses of the net, names after a form of address or that
begin with a surname, doors and flats, number plates. A street that is called after somebody stays
where a word for a street or the gazetteer says that it is one; else it goes, too much rather than
too little. Where capitals tell nothing, what follows "tôi là" or a form of address with a surname
goes. Nobody is sure to be hidden by rules: `quote` says how much it took out, and whoever chooses
among texts prefers those of which nothing had to be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.voices.normal import clean, folded, tokens
from analytics.voices.places import HAMLETS, LANES, NOWHERE, ROADS, SPOTS, UNITS, Gazetteer
from analytics.voices.words import FORMS_OF_ADDRESS, SURNAMES
from data_access.personal import HIDDEN, without_contacts

LONGEST = 160  # characters of a quotation
_SELVES = ("toi", "tui", "minh", "mik", "mk", "em", "chau", "con", "ten")
_CALLED = frozenset(
    {(who, said) for who in _SELVES for said in ("la", "ten")}
    | {("ho", "ten"), ("name", "is"), ("i", "am"), ("i", "m"), ("this", "is")}
)
_TITLES = FORMS_OF_ADDRESS | {"mr", "mrs", "ms", "miss", "dr"}
# Whom to turn to may be an office; with their marks, since Phong and Tô are people.
_OFFICES = frozenset(["ubnd", "sở", "ban", "tổ", "phòng", "quận", "phường", "xã"])
_OFFICES_OF_TWO = frozenset(
    [("công", "an"), ("công", "ty"), ("trung", "tâm"), ("bệnh", "viện"), ("trường", "học")]
)
_ROADS = {marker[-1] for marker in ROADS | SPOTS | LANES | HAMLETS | UNITS}
_MOST = 4  # syllables of a name
_DOOR = re.compile(
    r"(?i)\b(?:số nhà|so nha|sn|nhà số|nha so|căn hộ|can ho|phòng số|phong so|căn|tầng)\s*"
    r"(?:số\s*)?[A-Z]?\d{1,5}[A-Z]?(?:\s*[/-]\s*\d{1,5})*"
)
_STREET = r"(?=(?:ngõ|ngách|hẻm|phố|đường|ngo|ngach|hem|pho|duong)\b|[^\W\d_a-zà-ỹđ])"
_NUMBER = r"\d{1,4}[A-Z]?(?:\s*[/-]\s*\d{1,5}){0,4}"
_DOOR_OF = re.compile(  # "số 12 ngõ 3", "ở 45 Hàng Bạc", "at 45 Hàng Bạc"
    rf"(?<!\w)(?:(?<!(?:tuyến|đường|tuyen|duong)\s)(?<!(?:buýt|buyt|trạm|cổng|khoa)\s)[Ss]ố"
    rf"|(?:[Nn]hà|[ỞởTt]ại|[Ởở]|[Aa]t|[Ff]rom))\s+{_NUMBER}\s+{_STREET}"
)
_PLATE = re.compile(r"(?i)\b\d{2}\s?-?\s?[A-Z]{1,2}\d?\s?-?\s?\d{3}\.?\d{2}\b")


@dataclass(frozen=True, slots=True)
class Quote:
    """A text that may be shown, and how often something was taken out of it."""

    text: str
    hidden: int


def quote(text: str, gazetteer: Gazetteer = NOWHERE) -> Quote:
    """Return a text without what tells who somebody is; see the module."""
    kept = without_contacts(clean(text), HIDDEN)
    kept = _PLATE.sub(HIDDEN, _DOOR_OF.sub(f"{HIDDEN} ", _DOOR.sub(HIDDEN, kept)))
    kept = _without_names(kept, gazetteer)
    kept = re.sub(rf"(?:{HIDDEN}[\s,.;:-]*){{2,}}", f"{HIDDEN} ", kept).strip()
    hidden = kept.count(HIDDEN)
    if len(kept) > LONGEST:
        kept = kept[:LONGEST].rsplit(" ", 1)[0].rstrip(" ,.;:-") + HIDDEN
    return Quote(kept, hidden)


def _without_names(text: str, gazetteer: Gazetteer) -> str:
    found = tokens(text)
    plain = [folded(each.group()) for each in found]
    parts, done, at = [], 0, 0
    while at < len(found):
        end = _name_end(text, found, plain, at, gazetteer)
        if end > at:
            parts += [text[done : found[at].start()], HIDDEN]
            done = found[end - 1].end()
        at = max(end, at + 1)
    return "".join([*parts, text[done:]])


def _name_end(
    text: str, found: list[re.Match[str]], plain: list[str], at: int, gazetteer: Gazetteer
) -> int:
    """Return where a person's name ends that begins here, `at` when none does."""
    end = at
    while (
        end < min(len(found), at + _MOST)
        and found[end].group()[0].isupper()
        and (end == at or text[found[end - 1].end() : found[end].start()] == " ")
    ):
        end += 1
    before = plain[at - 1] if at else ""
    called = tuple(plain[max(0, at - 2) : at])
    is_contact = before == "lh" or called == ("lien", "he")
    is_surname = plain[at] in SURNAMES
    if is_contact and _is_office(found[at : at + 2]):
        return at
    if is_contact or before in _TITLES or called in _CALLED:
        if end > at:
            return end
        return min(at + _MOST, len(found)) if is_surname else at
    if not is_surname or end - at < 2 or before in _ROADS or before.isdigit():
        return at
    is_place = any(tuple(plain[at:to]) in gazetteer.names for to in range(at + 2, end + 1))
    return at if is_place else end


def _is_office(found: list[re.Match[str]]) -> bool:
    words = tuple(each.group().lower() for each in found)
    return words[0] in _OFFICES or words in _OFFICES_OF_TWO

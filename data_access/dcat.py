"""The catalogue as DCAT-AP 3 in JSON-LD, for other catalogues to harvest.

What a contract does not say is left out. The classes of sharing (Law 60/2024) become access rights;
only what is open or shared has a distribution, an address at which it can be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from data_access.city import Agency, City
from data_access.contracts import DatasetContract, Share

AUTHORITY = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ACCESS: dict[Share, str] = {"open": "PUBLIC", "shared": "RESTRICTED", "private": "NON_PUBLIC"}
THEMES = {  # group -> EU data theme
    "economy": "ECON",
    "transport": "TRAN",
    "environment": "ENVI",
    "security": "JUST",
    "feedback": "GOVE",
}
FREQUENCIES = {  # ISO 8601 -> EU frequency; others have only their resolution in time
    "PT1M": "1MIN",
    "PT5M": "5MIN",
    "PT10M": "10MIN",
    "PT15M": "15MIN",
    "PT30M": "30MIN",
    "PT1H": "HOURLY",
    "P1D": "DAILY",
    "P7D": "WEEKLY",
    "P1W": "WEEKLY",
    "P1M": "MONTHLY",
    "P3M": "QUARTERLY",
    "P1Y": "ANNUAL",
}
MAY_BE_ASKED_FOR: frozenset[Share | None] = frozenset({"open", "shared"})


def catalogue(
    city: City,
    contracts: Iterable[DatasetContract],
    *,
    address: str,
    modified_ms: Mapping[str, float],
) -> dict[str, Any]:
    """Return the catalogue of these datasets; `address` is the site's own, without a slash."""
    return {
        "@context": CONTEXT,
        "@id": f"{address}/api/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _texts(city.room),
        "dct:publisher": _agency(city.agencies[city.data_office], address),
        "dct:language": [_authority("language", each) for each in ("VIE", "ENG")],
        "dcat:dataset": [
            _dataset(city, each, address, modified_ms.get(each.id)) for each in contracts
        ],
    }


def dataset(
    city: City, contract: DatasetContract, *, address: str, modified_ms: float | None
) -> dict[str, Any]:
    """Return one dataset of the catalogue as a document of its own."""
    return {"@context": CONTEXT, **_dataset(city, contract, address, modified_ms)}


def _dataset(
    city: City, contract: DatasetContract, address: str, modified_ms: float | None
) -> dict[str, Any]:
    owner = city.agencies[contract.owner]
    made: dict[str, Any] = {
        "@id": f"{address}/api/datasets/{contract.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": contract.id,
        "dct:title": _texts(contract.name),
        "dct:publisher": _agency(owner, address),
        "dcat:contactPoint": _contact(city, contract),
        "dcat:theme": _authority("data-theme", THEMES[contract.group]),
        "dcat:temporalResolution": {"@type": "xsd:duration", "@value": contract.cadence},
        "dcat:landingPage": {"@id": f"{address}/data?dataset={contract.id}"},
        "dcat:keyword": [
            each for known in contract.indicators.values() for each in _texts(known.name)
        ],
    }
    if contract.cadence in FREQUENCIES:
        made["dct:accrualPeriodicity"] = _authority("frequency", FREQUENCIES[contract.cadence])
    if contract.share is not None:
        made["dct:accessRights"] = _authority("access-right", ACCESS[contract.share])
    if contract.licence is not None:
        licence = {"@type": "dct:LicenseDocument", "rdfs:label": contract.licence}
        made["dct:license"] = licence
    if contract.system_of_record is not None:
        label = _texts(contract.system_of_record)
        made["dct:provenance"] = {"@type": "dct:ProvenanceStatement", "rdfs:label": label}
    if modified_ms is not None:
        at = datetime.fromtimestamp(modified_ms / 1000, UTC).isoformat(timespec="seconds")
        made["dct:modified"] = {"@type": "xsd:dateTime", "@value": at}
    if contract.share in MAY_BE_ASKED_FOR:
        made["dcat:distribution"] = [_distribution(contract, address, made)]
    return {name: each for name, each in made.items() if each != []}


def _distribution(
    contract: DatasetContract, address: str, described: Mapping[str, Any]
) -> dict[str, Any]:
    made = {
        "@id": f"{address}/api/datasets/{contract.id}/rows",
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": f"{address}/api/datasets/{contract.id}/rows"},
        "dct:format": _authority("file-type", "JSON"),
        "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/json"},
    }
    for name in ("dct:license", "dct:accessRights"):
        if name in described:
            made[name] = described[name]
    return made


def _contact(city: City, contract: DatasetContract) -> dict[str, Any]:
    """Return whom to ask: the deputy stands in where the owner cannot be reached."""
    owner = city.agencies[contract.owner]
    made: dict[str, Any] = {"@type": "vcard:Organization", "vcard:fn": _texts(owner.name)}
    phone = contract.phone or owner.phone
    if phone:
        digits = "".join(each for each in phone if each.isdigit() or each == "+")
        made["vcard:hasTelephone"] = {"@id": f"tel:{digits}"}
    return made


def _agency(agency: Agency, address: str) -> dict[str, Any]:
    return {
        "@id": f"{address}/api/agencies/{agency.id}",
        "@type": "foaf:Agent",
        "foaf:name": _texts(agency.name),
    }


def _texts(text: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": words} for language, words in text.items()]


def _authority(scheme: str, code: str) -> dict[str, str]:
    return {"@id": f"{AUTHORITY}/{scheme}/{code}"}

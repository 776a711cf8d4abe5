"""An authority of the tests' own, and what it signs for 127.0.0.1, made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's certificate; a certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, name: str = "server") -> Certificates:
    """Make an authority and one certificate for 127.0.0.1 and localhost."""
    made = Certificates(folder / "ca.crt", folder / f"{name}.crt", folder / f"{name}.key")
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    ca_key, request, names = folder / "ca.key", folder / f"{name}.csr", folder / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    _openssl(
        "req", "-x509", *ec, "-subj", "/CN=Tests", "-keyout", ca_key, "-out", made.authority,
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    _openssl("req", *ec, "-subj", f"/CN={name}", "-keyout", made.key, "-out", request)
    _openssl(
        "x509", "-req", "-in", request, "-CA", made.authority, "-CAkey", ca_key,
        "-CAcreateserial", "-days", "2", "-extfile", names, "-out", made.certificate,
    )  # fmt: skip
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

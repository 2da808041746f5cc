"""The bounded session over TLS, which is how the registry is really reached."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from orcid_sync.adapters.bounded_http import Bearer, BoundedSession, NoAnswer, TimeLimits, read_body

from tests.fakes.wire import Wire, dripping, reply, wire

LIMITS = TimeLimits(connect=2, read=0.3, total=0.6)


def self_signed(folder: Path) -> Path:
    """Key and certificate for 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    pem = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with wire(reply(200, b"hello"), context) as running:
        yield running


def body_of(line: Wire) -> bytes | NoAnswer | None:
    session = BoundedSession(lambda: 0.0)
    return session.call(
        "GET", f"{line.url}/x", lambda r: read_body(r, 100), limits=LIMITS, headers={}, auth=Bearer("t")
    )


def test_an_answer_over_tls_is_read(line: Wire) -> None:
    assert line.url.startswith("https://")
    assert body_of(line) == b"hello"


def test_a_body_beyond_the_limit_is_none(line: Wire) -> None:
    line.play = reply(200, b"x" * 101)
    assert body_of(line) is None


def test_r34_a_call_over_tls_ends_in_time_although_bytes_drip(line: Wire) -> None:
    line.play = dripping(line, b"HTTP/1.1 200 OK\r\nX-Slow: ")
    began = time.monotonic()
    assert body_of(line) == NoAnswer("The call timed out.")
    assert time.monotonic() - began < 2


def test_an_unknown_authority_is_no_answer(line: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert body_of(line) == NoAnswer("The connection failed or broke off.")
    assert line.seen == []

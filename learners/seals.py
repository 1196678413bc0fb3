"""Whose seal attestations bear: the key and the certificates that sign documents, and the key that signs badges.

Both come from the settings. Where none is given, an authority is made once, beside the data: its signature proves that
a file was not altered, but no reader knows it, so the page of verification stays the proof (docs/decisions/0023).
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

KEY, CHAIN, BADGE_KEY, AUTHORITY_KEY = "cachet.key", "cachet.pem", "badge.key", "autorite.key"
LIFE = timedelta(days=30 * 365)
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
PEM = serialization.Encoding.PEM


class UnusableSeal(Exception):
    """The settings name a key or certificates that cannot seal; the sentence says why."""


@dataclass(frozen=True)
class Seal:
    """What signs documents: a private key, and certificates from its own to the authority's."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self):
        """The certificate of the key."""
        return self.chain[0]

    @property
    def pem(self):
        """The certificates, as a file that readers of PDF can import."""
        return b"".join(one.public_bytes(PEM) for one in self.chain)


def seal():
    """The seal of documents: that of the settings, else the self-made one. Raises UnusableSeal."""
    if settings.SEAL_KEY or settings.SEAL_CHAIN:
        return _read_seal(settings.SEAL_KEY, settings.SEAL_CHAIN)
    folder = self_made(settings.SEAL_FOLDER)
    return _read_seal(str(folder / KEY), str(folder / CHAIN))


def badge_key():
    """The PEM of the Ed25519 key of badges: that of the settings, else the self-made one. Raises UnusableSeal."""
    return _read_badge_key(settings.BADGE_KEY or str(self_made(settings.SEAL_FOLDER) / BADGE_KEY))


@cache
def _read_seal(key_path, chain_path):
    try:
        key = serialization.load_pem_private_key(Path(key_path).read_bytes(), password=None)
        chain = tuple(x509.load_pem_x509_certificates(Path(chain_path).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise UnusableSeal(f"SEAL_KEY and SEAL_CHAIN cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise UnusableSeal("SEAL_KEY must be an EC or RSA key: readers of PDF know no other.")
    if chain[0].public_key() != key.public_key():
        raise UnusableSeal("SEAL_CHAIN must begin with the certificate of SEAL_KEY.")
    return Seal(key, chain)


@cache
def _read_badge_key(path):
    try:
        pem = Path(path).read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UnusableSeal(f"BADGE_KEY cannot be read: {error}") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UnusableSeal("BADGE_KEY must be an Ed25519 key.")
    return pem


# ---------------------------------------------------------------- the self-made authority


def self_made(folder):
    """The folder of the self-made keys, filled at the first call; processes that come together agree on one."""
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".sceau-", dir=folder.parent))  # only its owner may enter
    _fill(draft)
    try:
        draft.rename(folder)
    except OSError:
        # Somebody else was faster: theirs is the one.
        shutil.rmtree(draft)
    return folder


def _fill(folder):
    now = datetime.now(UTC).replace(microsecond=0)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _named(f"{settings.SITE_NAME} – autorité de cette installation")
    authority = (
        _certificate(authority_name, authority_name, authority_key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _certificate(_named(f"{settings.SITE_NAME} – cachet des attestations"), authority_name, key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(folder / AUTHORITY_KEY, authority_key)
    _write_key(folder / KEY, key)
    _write_key(folder / BADGE_KEY, ed25519.Ed25519PrivateKey.generate())
    (folder / CHAIN).write_bytes(certificate.public_bytes(PEM) + authority.public_bytes(PEM))


def _named(common_name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.SITE_NAME),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(subject, issuer, key, issuer_key, now):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _usage(**asked):
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**dict.fromkeys(every.split(), False) | asked)


def _write_key(path, key):
    """A private key that only its owner may read."""
    pem = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(pem)

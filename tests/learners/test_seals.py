"""Where the keys come from: the settings, or an authority made once beside the data."""

import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from learners import seals

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


def pem_of(key):
    return key.private_bytes(PEM, PKCS8, serialization.NoEncryption())


def certificate_of(key, issuer_key=None):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cachet d’un prestataire")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=900))
    )
    return built.sign(issuer_key or key, hashes.SHA256())


@pytest.fixture
def configured(settings, tmp_path):
    """``configured(key, certificate)`` puts them where the settings name them."""

    def put(key, certificate):
        settings.SEAL_KEY, settings.SEAL_CHAIN = str(tmp_path / "key.pem"), str(tmp_path / "chain.pem")
        (tmp_path / "key.pem").write_bytes(pem_of(key))
        (tmp_path / "chain.pem").write_bytes(certificate.public_bytes(PEM))

    return put


@pytest.fixture
def folder(settings, tmp_path):
    """Where the self-made keys will be."""
    settings.SEAL_FOLDER = tmp_path / "var" / "sceau"
    return settings.SEAL_FOLDER


def test_without_a_key_an_authority_is_made_once(folder):
    first = seals.seal()
    assert sorted(one.name for one in folder.iterdir()) == ["autorite.key", "badge.key", "cachet.key", "cachet.pem"]
    assert seals.seal() == first
    assert [one.name for one in folder.parent.iterdir()] == ["sceau"]


def test_the_certificate_of_the_seal_is_signed_by_the_authority_and_may_sign_nothing_else(folder):
    certificate, authority = seals.seal().chain
    certificate.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is True


def test_only_their_owner_may_read_the_private_keys(folder):
    seals.seal()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in folder.glob("*.key")}
    assert modes == {"autorite.key": 0o600, "badge.key": 0o600, "cachet.key": 0o600}


def test_processes_that_start_together_agree_on_one_seal(folder):
    threads = [threading.Thread(target=seals.self_made, args=(folder,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.name for one in folder.parent.iterdir()] == ["sceau"]
    assert seals.seal().key.public_key() == seals.seal().certificate.public_key()


@pytest.mark.parametrize(
    "new_key", [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 2048)]
)
def test_a_key_of_the_settings_is_the_one_and_nothing_is_made(configured, folder, new_key):
    key = new_key()
    configured(key, certificate_of(key))
    assert seals.seal().key.private_numbers() == key.private_numbers()
    assert not folder.exists()


def test_a_certificate_of_another_key_is_refused(configured):
    configured(ec.generate_private_key(ec.SECP256R1()), certificate_of(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(seals.UnusableSeal, match="must begin with the certificate of SEAL_KEY"):
        seals.seal()


def test_a_key_that_readers_of_pdf_do_not_know_is_refused(configured):
    configured(ed25519.Ed25519PrivateKey.generate(), certificate_of(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(seals.UnusableSeal, match="must be an EC or RSA key"):
        seals.seal()


@pytest.mark.parametrize("name", ["SEAL_KEY", "SEAL_CHAIN"])
def test_half_a_seal_is_refused(settings, configured, name):
    key = ec.generate_private_key(ec.SECP256R1())
    configured(key, certificate_of(key))
    setattr(settings, name, "")
    with pytest.raises(seals.UnusableSeal, match="cannot be read"):
        seals.seal()


def test_badges_are_signed_by_an_ed25519_key_and_no_other(settings, tmp_path):
    settings.BADGE_KEY = str(tmp_path / "badge.pem")
    (tmp_path / "badge.pem").write_bytes(pem_of(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(seals.UnusableSeal, match="must be an Ed25519 key"):
        seals.badge_key()
    mine = pem_of(ed25519.Ed25519PrivateKey.generate())
    settings.BADGE_KEY = str(tmp_path / "other.pem")
    (tmp_path / "other.pem").write_bytes(mine)
    assert seals.badge_key() == mine

"""The seal on an attestation, judged by pyHanko's validator; what others make of it is in tests/judges."""

import io
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from learners import documents, sealing, seals
from tests.learners.test_documents import certificate
from tests.learners.test_seals import certificate_of


@pytest.fixture(scope="module")
def document():
    return documents.attestation_pdf(certificate())


def verdict(pdf, seal=None):
    """What the validator says of the only signature, when it trusts the authority of this seal."""
    reader = PdfFileReader(io.BytesIO(pdf))
    (signature,) = reader.embedded_signatures
    root = (seal or seals.seal()).chain[-1].public_bytes(serialization.Encoding.DER)
    context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(root)])
    return validate_pdf_signature(signature, context)


def test_an_attestation_is_sealed_as_a_whole_by_the_seal(document):
    status = verdict(document)
    assert status.summary() == "INTACT:TRUSTED,UNTOUCHED"
    assert status.docmdp_ok
    assert status.bottom_line


@pytest.mark.parametrize("place", [1_000, 20_000])
def test_one_altered_byte_breaks_the_seal(document, place):
    altered = document[:place] + bytes([document[place] ^ 1]) + document[place + 1 :]
    assert verdict(altered).intact is False


def test_somebody_else_s_authority_is_not_ours(document, settings, tmp_path):
    settings.SEAL_FOLDER = tmp_path / "sceau"
    status = verdict(document, seals.seal())
    assert (status.intact, status.trusted) == (True, False)


def test_the_seal_covers_another_document_differently(document):
    other = documents.attestation_pdf(certificate(holder="Autre Personne"))
    contents = [PdfFileReader(io.BytesIO(one)).embedded_signatures[0].pkcs7_content for one in (document, other)]
    assert contents[0] != contents[1]
    assert verdict(other).bottom_line


def test_a_document_says_that_it_was_sealed_when_it_was_issued(document):
    (signature,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
    began = seals.seal().certificate.not_valid_before_utc
    assert signature.self_reported_timestamp == max(datetime(2026, 11, 22, 23, 30, 5, tzinfo=UTC), began)
    after = began + timedelta(days=40)
    later = documents.attestation_pdf(certificate(issued_at=after))
    assert PdfFileReader(io.BytesIO(later)).embedded_signatures[0].self_reported_timestamp == after


def test_the_drawn_document_is_left_as_it_is_and_the_seal_comes_after_it(document):
    drawn = documents.drawn(certificate())
    assert document.startswith(drawn)
    assert pypdf.PdfReader(io.BytesIO(document)).xmp_metadata.stream.get_data() == (
        pypdf.PdfReader(io.BytesIO(drawn)).xmp_metadata.stream.get_data()
    )


def test_the_field_of_the_seal_has_a_name_that_can_be_read_aloud_and_a_place_in_the_structure(document):
    root = pypdf.PdfReader(io.BytesIO(document)).trailer["/Root"]
    (field,) = (one.get_object() for one in root["/AcroForm"]["/Fields"])
    label = "Cachet électronique de Faire alliance"
    assert field["/TU"] == label
    structure = root["/StructTreeRoot"]
    form = structure["/K"][0]["/K"][-1].get_object()
    assert (form["/S"], form["/Alt"], form["/K"]["/Obj"].get_object()) == ("/Form", label, field)
    assert structure["/ParentTree"]["/Nums"][-2:] == [field["/StructParent"], form.indirect_reference]


def test_a_bought_rsa_seal_serves_as_well():
    key = rsa.generate_private_key(65537, 2048)
    seal = seals.Seal(key, (certificate_of(key),))
    pdf = sealing.sealed(documents.drawn(certificate()), datetime(2026, 11, 23, tzinfo=UTC), seal)
    status = verdict(pdf, seal)
    assert (status.intact, status.valid) == (True, True)
    assert pdf == sealing.sealed(documents.drawn(certificate()), datetime(2026, 11, 23, tzinfo=UTC), seal)


def test_our_own_signature_is_that_of_the_key(document):
    (signature,) = PdfFileReader(io.BytesIO(document)).embedded_signatures
    certificate_in = x509.load_der_x509_certificate(signature.signer_cert.dump())
    assert certificate_in == seals.seal().certificate
    assert signature.md_algorithm == hashes.SHA256.name

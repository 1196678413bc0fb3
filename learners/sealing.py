"""The seal on a document: an invisible PAdES signature, which any reader of PDF checks.

The same document, sealed with the same key, gives the same bytes: the moment is that of the document, and the
signature draws nothing (RFC 6979). pyHanko writes the PDF and, once per key, the container of the signature; each
document then only changes the digest in it and is signed. That is ten times faster than a new container each time.
"""

import asyncio
import hashlib
import io
from dataclasses import dataclass
from functools import cache

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.conf import settings
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NumberObject,
    TextStringObject,
    pdf_name,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from learners.seals import Seal

DIGEST = "sha256"
# Stands for the digest of a document in the container that all documents share.
NO_DIGEST = hashlib.sha256(b"no document").digest()
FIELD = "Cachet"


def sealed(pdf, moment, seal):
    """The same PDF with the seal at its end. In: bytes, the moment of the document, the Seal. Out: bytes.

    A moment before the certificate of the seal existed becomes the first one of the certificate.
    """
    writer = _Addition(io.BytesIO(pdf + b"\n"))
    label = f"Cachet électronique de {settings.SITE_NAME}"
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD, readable_field_name=label)).write_cms(FIELD, writer)
    _tag(writer, next(steps), label)
    container = _container(seal)
    steps.send(
        SigObjSetup(
            SignatureObject(
                timestamp=max(moment, seal.certificate.not_valid_before_utc),
                subfilter=SigSeedSubFilter.PADES,
                bytes_reserved=container.room,
            ),
            # Nothing may be added either: readers then call any change an alteration.
            mdp_setup=SigMDPSetup(DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES),
        )
    )
    prepared, output = steps.send(SigIOSetup(DIGEST))
    steps.send(container.around(prepared.document_digest))
    return output.getvalue()


class _Addition(IncrementalPdfFileWriter):
    """Adds to a document without a second title, date or draw: its own metadata stay the last word."""

    @classmethod
    def _handle_id(cls, prev):
        first, last = (getattr(one, "original_bytes", one) for one in prev.trailer["/ID"])
        return ArrayObject([ByteStringObject(first), ByteStringObject(hashlib.sha256(last).digest()[:16])])

    def _update_meta(self):
        pass


def _tag(writer, field, label):
    """Put the field of the seal into the structure of the document, where screen readers look for it."""
    tree = writer.root["/StructTreeRoot"]
    document = tree["/K"][0]
    widget, number = field.get_object(), tree["/ParentTreeNextKey"]
    form = writer.add_object(
        DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): tree["/K"].raw_get(0),
                pdf_name("/Alt"): TextStringObject(label),
                pdf_name("/K"): DictionaryObject(
                    {
                        pdf_name("/Type"): pdf_name("/OBJR"),
                        pdf_name("/Obj"): field,
                        pdf_name("/Pg"): widget.raw_get("/P"),
                    }
                ),
            }
        )
    )
    widget[pdf_name("/StructParent")] = number
    tree["/ParentTree"]["/Nums"] += [number, form]
    tree[pdf_name("/ParentTreeNextKey")] = NumberObject(number + 1)
    document["/K"].append(form)
    for changed in (widget, tree, document["/K"]):
        writer.update_container(changed)


# ---------------------------------------------------------------- the container of the signature


@dataclass(frozen=True)
class _Container:
    """The signature of no document, and what makes it that of one."""

    seal: Seal
    der: bytes

    @property
    def room(self):
        """How many hexadecimal figures to keep free; signatures of one key differ by a few bytes."""
        return 2 * (len(self.der) + 16)

    def around(self, digest):
        """The signature of the document with this digest."""
        info = cms.ContentInfo.load(self.der.replace(NO_DIGEST, digest))
        (signer,) = info["content"]["signer_infos"]
        signer["signature"] = self._signature(signer["signed_attrs"].untag().dump())
        return info.dump()

    def _signature(self, data):
        key = self.seal.key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@cache
def _container(seal):
    """The container of this seal, made by pyHanko."""
    key = seal.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = [asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in seal.chain]
    signer = SimpleSigner(
        signing_cert=chain[0],
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore.from_certs(chain),
    )
    info = asyncio.run(signer.async_sign(NO_DIGEST, DIGEST, use_pades=True))
    return _Container(seal, info.dump())

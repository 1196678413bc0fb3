"""An attestation as an Open Badge 3.0: a signed credential for wallets, and the list that says what still holds.

The credential says what the public page says, to whoever has the code, and nothing more: the name, never the address.
The issuer is a key (``did:key``), so that anybody verifies without asking us, and contexts come with the package:
nothing is fetched. The same facts give the same credential (docs/decisions/0024).
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from openbadgeslib.ob3.credential import OB3_CONTEXT
from openbadgeslib.ob3.ldp import OB3LdpSigner, add_data_integrity_proof
from openbadgeslib.ob3.status_list import DEFAULT_SIZE_BITS, build_status_list_credential, status_entry

from courses.typography import heures
from learners import seals
from learners.documents import REASONS, limits_of
from learners.models import Certificate
from learners.models.certificate import NOT_REPLACED

REVOCATION = "revocation"
# How long a copy of the list may be believed.
LIST_LASTS = timedelta(days=1)


def credential(certificate):
    """The signed credential of this attestation, as a dictionary."""
    issuer, method, key = _issuer()
    number, place = divmod(certificate.pk, DEFAULT_SIZE_BITS)
    address = settings.SITE_URL + certificate.get_absolute_url()
    document = {
        "@context": OB3_CONTEXT[:2],
        "id": f"urn:uuid:{_named(certificate.code)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.award_label,
        "issuer": {"id": issuer, "type": ["Profile"], "name": settings.SITE_NAME, "url": settings.SITE_URL},
        "validFrom": _moment(certificate.issued_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": certificate.holder,
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": f"urn:uuid:{_named(certificate.followed, certificate.version, certificate.award)}",
                "type": ["Achievement"],
                "achievementType": "Course",
                "name": certificate.followed,
                "description": "\n".join(certificate.ability_list) or limits_of(certificate),
                "criteria": {"id": address, "narrative": _criteria(certificate)},
            },
        },
        "credentialStatus": status_entry(list_url(number), REVOCATION, place),
    }
    return add_data_integrity_proof(document, key, method, created=certificate.issued_at.replace(microsecond=0))


def status_list(number, *, now):
    """The signed list of that number: which of its credentials were revoked or replaced. One query."""
    issuer, method, key = _issuer()
    first = number * DEFAULT_SIZE_BITS
    gone = Certificate.objects.filter(pk__gte=first, pk__lt=first + DEFAULT_SIZE_BITS)
    gone = gone.filter(Q(revoked_at__isnull=False) | ~NOT_REPLACED)
    now = now.replace(microsecond=0)
    document = build_status_list_credential(
        issuer,
        list_url(number),
        REVOCATION,
        [pk - first for pk in gone.values_list("pk", flat=True)],
        issued=now,
        valid_until=now + LIST_LASTS,
    )
    return add_data_integrity_proof(document, key, method, created=now)


def list_url(number):
    """The address of a list."""
    return settings.SITE_URL + reverse("lms:badge_statuses", args=[number])


def _issuer():
    """Who signs (did:key), by which method, with which key."""
    key = seals.badge_key()
    method = OB3LdpSigner(key).verification_method
    return method.partition("#")[0], method, key


def _named(*facts):
    """The same identifier for the same facts of this installation."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((settings.SITE_URL, *facts)))


def _moment(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _criteria(certificate):
    reason = "avoir suivi le module" if certificate.module_title else REASONS[certificate.award].removeprefix("pour ")
    done = reason.capitalize()
    return f"{done} ({heures(certificate.hours)}), version {certificate.version}. {limits_of(certificate)}"

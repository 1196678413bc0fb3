"""Ten wrong codes of a kind in ten minutes, for a person and for an address: no more.

Each wrong code takes one of ten places, which frees itself; adding is one statement, so that codes tried at the same
time count too. The places live with the other limits, in the database.
"""

import hashlib
from dataclasses import dataclass

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache

from learners.errors import TooManyCodes

TRIES = 10
SECONDS = 600


@dataclass(frozen=True)
class Codes:
    """A kind of codes, and what is said to whoever has tried too many."""

    kind: str
    refusal: str


INVITATIONS = Codes(
    "invitation",
    "Trop de codes ont été essayés. Patientez dix minutes, puis recommencez, ou demandez le lien d’invitation à la "
    "personne qui vous a donné le code.",
)
ATTESTATIONS = Codes(
    "attestation",
    "Aucune attestation ne porte les codes qui viennent d’être essayés. Patientez dix minutes avant d’en essayer "
    "d’autres. Une attestation délivrée, elle, s’ouvre toujours : par son code exact, ou par son code QR.",
)


def require_tries_left(request, codes):
    """Raise TooManyCodes when this person, or this address, has tried too many of that kind."""
    every = [places_of(one, codes) for one in tried_by(request)]
    taken = cache.get_many([key for places in every for key in places])
    if any(all(key in taken for key in places) for places in every):
        raise TooManyCodes(codes.refusal)


def count_wrong(request, codes):
    """Count one wrong code of that kind."""
    for one in tried_by(request):
        next((key for key in places_of(one, codes) if cache.add(key, 1, SECONDS)), None)


def tried_by(request):
    """Who tries: the address, and the person when signed in."""
    yield f"ip:{get_ip(request)}"
    if request.user.is_authenticated:
        yield f"person:{request.user.pk}"


def places_of(one, codes):
    """The keys of the ten places."""
    digest = hashlib.sha256(f"{codes.kind}:{one}".encode()).hexdigest()
    return [f"code-tries:{digest}:{place}" for place in range(TRIES)]

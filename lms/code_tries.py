"""Ten wrong invitation codes in ten minutes, for a person and for an address: no more.

Each wrong code takes one of ten places, which frees itself; adding is one statement, so that codes tried at the same
time count too. The places live with the other limits, in the database.
"""

import hashlib

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache

from learners.errors import TooManyCodes

TRIES = 10
SECONDS = 600


def require_tries_left(request):
    """Raise TooManyCodes when this person, or this address, has tried too many."""
    every = [places_of(one) for one in tried_by(request)]
    taken = cache.get_many([key for places in every for key in places])
    if any(all(key in taken for key in places) for places in every):
        raise TooManyCodes


def count_wrong(request):
    """Count one wrong code."""
    for one in tried_by(request):
        next((key for key in places_of(one) if cache.add(key, 1, SECONDS)), None)


def tried_by(request):
    """Who tries: the address, and the person when signed in."""
    yield f"ip:{get_ip(request)}"
    if request.user.is_authenticated:
        yield f"person:{request.user.pk}"


def places_of(one):
    """The keys of the ten places."""
    digest = hashlib.sha256(one.encode()).hexdigest()
    return [f"code-tries:{digest}:{place}" for place in range(TRIES)]

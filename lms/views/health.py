"""/sante/: is everything alive?"""

from django.db import DatabaseError
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from config.celery import app
from learners.checking import figures_agree
from learners.pulse import pulse


@never_cache
@require_safe
def health(request):
    """JSON: database, broker, worker and clock, letters waiting, whether figures agree. 503 when something is down."""
    state = {
        "database": False,
        "broker": broker_answers(),
        "worker": False,
        "clock_age_seconds": None,
        "letters_waiting": None,
        "figures_agree": None,
    }
    try:
        found = pulse(now=timezone.now())
        state["database"] = True
        state["letters_waiting"] = found.waiting
        state["figures_agree"] = figures_agree()
        state["worker"] = found.beats
        if found.since_tick is not None:
            state["clock_age_seconds"] = round(found.since_tick.total_seconds())
    except DatabaseError:
        state["database"] = False
    healthy = state["database"] and state["broker"] and state["worker"]
    return JsonResponse({"ok": healthy, **state}, status=200 if healthy else 503)


def broker_answers():
    """Whether Redis takes a connection within two seconds."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True

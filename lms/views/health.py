"""/sante/: is everything alive?"""

from django.db import DatabaseError
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from config.celery import app
from learners.checking import figures_agree
from learners.models import Heartbeat, Letter

# The clock asks every 30 seconds and a worker answers: three silences are a fault.
SILENCE = 100


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
        last = Heartbeat.objects.filter(name="clock").values_list("at", flat=True).first()
        state["database"] = True
        state["letters_waiting"] = Letter.objects.waiting().count()
        state["figures_agree"] = figures_agree()
    except DatabaseError:
        last = None
    if last:
        state["clock_age_seconds"] = round((timezone.now() - last).total_seconds())
        state["worker"] = state["clock_age_seconds"] < SILENCE
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

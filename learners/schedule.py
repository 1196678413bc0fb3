"""Entry points of the clock, named in the timetable of config.celery. Each calls one verb.

The clock only asks; every verb looks at the database, so a tick that is missed, doubled, or
given by two clocks changes nothing but the hour.
"""

from time import monotonic

import structlog
from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from learners import attempts, bounces, checking, delivery, digests, messages, progress, reminders
from learners.models import Heartbeat, Letter

log = structlog.get_logger(__name__)

# A pass stops after this many seconds, well under the tasks' time limit; the next one follows.
PATIENCE = 45


@shared_task
def beat():
    """Show that the clock asks and a worker answers."""
    Heartbeat.objects.update_or_create(name="clock", defaults={"at": timezone.now()})


@shared_task
def send_due_letters():
    """Send what is due and was left behind by a lost task, a refusal or a killed worker."""
    stop = monotonic() + PATIENCE
    for letter_pk in list(Letter.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True)):
        if monotonic() > stop:
            break
        try:
            delivery.send(letter_pk, now=timezone.now())
        except Exception:
            # A letter that cannot be made must not hold the others; it waits for a version that can.
            log.exception("letter not sent", letter=letter_pk)


@shared_task
def close_overdue_attempts():
    """Grade the quizzes whose time is over and whose learners are gone."""
    closed = attempts.close_overdue(now=timezone.now(), patience=PATIENCE)
    if closed:
        log.info("attempts closed by the clock", count=closed)


@shared_task
def write_reminders():
    """Write to the learners who fell silent."""
    written = reminders.write_due(now=timezone.now())
    if written:
        log.info("reminders written", count=written)


@shared_task
def write_messages():
    """Turn the messages of managers whose hour has come into letters."""
    written = messages.write_due(now=timezone.now())
    if written:
        log.info("messages written", count=written)


@shared_task
def write_digests():
    """Tell those who lead cohorts, on Monday morning, what matters in them."""
    written = digests.write_due(now=timezone.now())
    if written:
        log.info("points of the week written", count=written)


@shared_task
def read_bounces():
    """Read the reports of letters that came back, where there is a mailbox for them."""
    if settings.BOUNCES_URL:
        found = bounces.poll(now=timezone.now(), patience=PATIENCE)
        if found:
            log.info("bounces read", **found)


@shared_task
def issue_missing():
    """Finish and attest the enrolments that an edit or a fault left behind."""
    finished = progress.catch_up(at=timezone.now())
    if finished:
        log.info("attestations caught up", count=finished)


@shared_task
def compare_figures():
    """Count the figures of lists again from the rows; checking tells the log of any difference."""
    checking.compare(now=timezone.now())


@shared_task
def publish_scheduled():
    """Publish and unpublish the pages whose hour has come."""
    call_command("publish_scheduled")

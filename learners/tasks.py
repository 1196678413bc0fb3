"""Deliveries: a task takes a primary key, calls one verb, and is safe to run twice."""

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from learners import delivery

log = structlog.get_logger(__name__)


class RowsTask(Task):
    """A task that reads or writes rows: the connection of the one before serves it, unless it is old or died."""

    def before_start(self, task_id, args, kwargs):
        """As Django does before a request."""
        close_old_connections()


class SweptTask(RowsTask):
    """A task whose work is also found by a sweep: the broker only makes it prompt."""

    def hint(self, *args, queue=None):
        """Ask a worker to do it now. Without a broker the sweep will, so nothing is raised."""
        if not settings.CELERY_BROKER_URL:
            return
        try:
            self.apply_async(args=args, queue=queue)
        except (OperationalError, OSError) as error:
            log.warning("broker away", task=self.name, error=type(error).__name__)


@shared_task(base=SweptTask)
def send_letter(letter_pk):
    """Send one letter, if it is still to be sent."""
    delivery.send(letter_pk, now=timezone.now())

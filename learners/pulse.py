"""Whether what works in the background does: the last tick of the clock, and the letters that wait or were given up."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from learners.models import Heartbeat, Letter
from learners.models.letter import WAITING

# The clock asks every 30 seconds and a worker answers: three silences are a fault.
SILENCE = timedelta(seconds=100)
# A sweep takes every letter that is due within a minute; after a kill, within three.
LATE = timedelta(minutes=10)
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Pulse:
    """``since_tick`` is None when the clock was never heard; ``late`` of the letters that wait should have left."""

    since_tick: timedelta | None
    waiting: int
    late: int
    given_up: int  # these seven days

    @property
    def beats(self):
        """Whether a clock asked, and a worker answered, a moment ago."""
        return self.since_tick is not None and self.since_tick < SILENCE

    @property
    def minutes(self):
        """Of silence; None when the clock was never heard."""
        return None if self.since_tick is None else self.since_tick // timedelta(minutes=1)


def pulse(*, now):
    """The Pulse of the product. Two queries."""
    last = Heartbeat.objects.filter(name="clock").values_list("at", flat=True).first()
    letters = Letter.objects.filter(WAITING | Q(dropped_at__gt=now - LATELY)).aggregate(
        waiting=Count("pk", filter=WAITING),
        late=Count("pk", filter=WAITING & Q(due_at__lt=now - LATE)),
        given_up=Count("pk", filter=Q(dropped_at__isnull=False) & ~Q(last_error="")),
    )
    return Pulse(since_tick=now - last if last else None, **letters)

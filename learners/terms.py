"""On what terms somebody takes a quiz: dates, time, attempts left; and why not now. Reads, never writes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from courses.models import QuizPage
from courses.reveal import moment_of
from courses.typography import jour
from learners.models import Accommodation, Allowance, Cohort, CohortQuizWindow, TimeZone

PARIS = ZoneInfo(TimeZone.PARIS)
# What leaves a browser in the last second still counts when it arrives.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Terms:
    """The rules of one quiz for one person.

    ``closes_at`` already holds the extra time of the person, and the later date that somebody gave them:
    ``extended`` is then how it was explained. ``last_at`` is when their last attempt was sent. Dates are said
    in the ``zone`` of the cohort.
    """

    page: QuizPage = field(repr=False)
    extra_percent: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extended: str = ""
    used: int = 0
    last_at: datetime | None = None
    zone: ZoneInfo = PARIS

    @property
    def limit(self):
        """The minutes that everybody has, or None."""
        return self.page.time_limit

    @property
    def minutes(self):
        """The minutes that this person has, or None."""
        return None if self.limit is None else self.limit + extra_minutes(self.limit, self.extra_percent)

    @property
    def accommodated(self):
        """Whether this person has more time than others."""
        return bool(self.extra_percent and self.limit)

    @property
    def attempts_left(self):
        """How many attempts may still be opened, or None without a limit."""
        return None if self.page.max_attempts is None else max(self.page.max_attempts - self.used, 0)

    @property
    def next_at(self):
        """From when another attempt may be opened, or None."""
        if self.last_at is None or not self.page.delay_minutes:
            return None
        return self.last_at + timedelta(minutes=self.page.delay_minutes)

    @property
    def closes_said(self):
        """When the quiz closes to this person, in words; empty when it does not."""
        return said(self.closes_at, self.zone) if self.closes_at else ""

    def deadline(self, opened_at):
        """When an attempt opened then must be sent, or None."""
        ends = [] if self.minutes is None else [opened_at + timedelta(minutes=self.minutes)]
        if self.closes_at is not None:
            ends.append(self.closes_at)
        return min(ends, default=None)

    def refusal(self, now):
        """Why no attempt may be opened now, as a French sentence; None when one may."""
        if self.opens_at is not None and now < self.opens_at:
            return f"Ce quiz ouvre le {said(self.opens_at, self.zone)}."
        if self.closes_at is not None and now >= self.closes_at:
            return f"Ce quiz est fermé depuis le {self.closes_said}."
        if self.attempts_left == 0:
            return "Toutes les tentatives ont été utilisées."
        if self.next_at is not None and now < self.next_at:
            return f"La prochaine tentative sera possible le {said(self.next_at, self.zone)}."
        return None


def shown_of(attempt, at):
    """The kinds of information (courses.reveal) that the quiz shows of this sent attempt at that moment. One query."""
    terms = terms_of(quiz_pk=attempt.quiz_id, enrolment_pk=attempt.enrolment_id, attempts=())
    return terms.page.revealed(moment_of(submitted_at=attempt.submitted_at, closes_at=terms.closes_at, now=at))


def extra_minutes(minutes, percent):
    """The minutes that an accommodation adds, rounded up."""
    return -(-minutes * percent // 100)


def said(moment, zone):
    """A date and its hour, as one says them in that zone."""
    local = moment.astimezone(zone)
    return f"{jour(local)} à {local:%H:%M}"


def terms_of(*, quiz_pk, enrolment_pk, attempts):
    """The Terms of this quiz for this enrolment, whose attempts at it are given. One query."""
    window = CohortQuizWindow.objects.filter(quiz=OuterRef("pk"), cohort__enrolments=enrolment_pk)
    extension = Allowance.objects.current().filter(enrolment=enrolment_pk, page=quiz_pk, kind=Allowance.Kind.EXTEND)
    extra = Accommodation.objects.current().filter(person__enrolments=enrolment_pk)
    page = QuizPage.objects.annotate(
        window_opens=Subquery(window.values("opens_at")[:1]),
        window_closes=Subquery(window.values("closes_at")[:1]),
        extra_percent=Subquery(extra.values("extra_percent")[:1]),
        zone=Subquery(Cohort.objects.filter(enrolments=enrolment_pk).values("time_zone")[:1]),
        extended_until=Subquery(extension.values("until")[:1]),
        extended_because=Subquery(extension.values("comment")[:1]),
    ).get(pk=quiz_pk)
    percent = page.extra_percent or 0
    closes_at = page.window_closes
    if closes_at is not None and percent:
        closes_at += timedelta(minutes=extra_minutes(page.time_limit or page.minutes, percent))
    extended = closes_at is not None and page.extended_until is not None and page.extended_until > closes_at
    sent = [attempt.submitted_at for attempt in attempts if attempt.submitted_at is not None]
    return Terms(
        page=page,
        extra_percent=percent,
        opens_at=page.window_opens,
        closes_at=page.extended_until if extended else closes_at,
        extended=page.extended_because if extended else "",
        used=len(attempts),
        last_at=max(sent, default=None),
        zone=ZoneInfo(page.zone) if page.zone else PARIS,
    )

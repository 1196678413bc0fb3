"""One learner, for who leads their cohort: facts and dates. Never what they wrote, nor why they need more time."""

from dataclasses import dataclass
from datetime import datetime

from courses.models import QuizPage
from courses.outline import outline_by_pk
from learners import addresses
from learners.explaining import Explanation, explain
from learners.models import (
    Accommodation,
    Allowance,
    Attempt,
    Certificate,
    Contact,
    Enrolment,
    EnrolmentChange,
    FailingAddress,
    Letter,
)
from learners.records import enrolled
from learners.reporting import Status, status_of


@dataclass(frozen=True)
class Reached:
    """A contact, and when the learner did something after it; None while they did not."""

    contact: Contact
    back_at: datetime | None


@dataclass(frozen=True)
class Sheet:
    """What is known of one enrolment; lists go from the latest to the oldest."""

    enrolment: Enrolment
    status: Status
    days_silent: int
    first_seen: datetime | None
    last_seen: datetime | None
    certificate_code: str | None
    module_certificates: list[Certificate]
    explanation: Explanation | None
    attempts: list[Attempt]
    letters: list[Letter]
    allowances: list[Allowance]
    extra_percent: int | None
    changes: list[EnrolmentChange]
    contacts: list[Reached]
    partners: list[Enrolment]
    failing_address: FailingAddress | None

    @property
    def name(self):
        """The person's name, or address."""
        return str(self.enrolment.person)


def sheet_of(cohort, enrolment_pk, *, now):
    """The Sheet of a learner of this cohort, withdrawn or not; None for anybody else. Eleven queries at most."""
    rows = Enrolment.objects.filter(cohort=cohort, person__is_staff=False).select_related("person__failing_address")
    enrolment = rows.filter(pk=enrolment_pk).first()
    if enrolment is None:
        return None
    outline = outline_by_pk(enrolment.track_id)
    read = enrolled(Enrolment.objects.filter(pk=enrolment.pk))[enrolment.pk]
    attempts = list(enrolment.attempts.select_related("quiz").order_by("-opened_at", "-pk"))
    seen = moments(outline, read.done_at, attempts)
    started = enrolment.last_activity_at > enrolment.enrolled_at
    attestations = list(enrolment.certificates.not_replaced().order_by("-issued_at", "-pk"))
    return Sheet(
        enrolment=enrolment,
        status=status_of(
            completed_at=enrolment.completed_at,
            last_activity_at=enrolment.last_activity_at,
            enrolled_at=enrolment.enrolled_at,
            now=now,
        ),
        days_silent=max((now - enrolment.last_activity_at).days, 0),
        first_seen=seen[0] if seen else None,
        last_seen=enrolment.last_activity_at if started else None,
        certificate_code=next((one.code for one in attestations if not one.module_id), None),
        module_certificates=[one for one in attestations if one.module_id],
        explanation=explain(outline, read, now=now) if outline else None,
        attempts=attempts,
        letters=letters_about(enrolment),
        allowances=list(enrolment.allowances.select_related("page", "granted_by")),
        extra_percent=Accommodation.objects.current()
        .filter(person=enrolment.person_id)
        .values_list("extra_percent", flat=True)
        .first(),
        changes=list(enrolment.changes.select_related("changed_by")),
        contacts=contacts_with(enrolment, seen),
        partners=partners_of(enrolment),
        failing_address=addresses.failing_of(enrolment.person),
    )


def moments(outline, done_at, attempts):
    """When the learner did something, the oldest first; a quiz counts by its attempts."""
    quizzes = {step.pk for step in outline.steps if step.kind == QuizPage.kind} if outline else set()
    read = [moment for step, moment in done_at.items() if step not in quizzes]
    answered = [moment for one in attempts for moment in (one.opened_at, one.submitted_at) if moment]
    return sorted(read + answered)


def letters_about(enrolment):
    """What was written to them about this track, without its text. Letters of the account are not here."""
    rows = enrolment.letters.exclude(kind__in=[Letter.Kind.ACCOUNT, Letter.Kind.TRIAL]).defer("text", "html")
    return list(rows.order_by("-due_at", "-pk"))


def contacts_with(enrolment, seen):
    """The contacts made, and the first thing done after each."""
    found = enrolment.contacts.select_related("contacted_by", "letter").defer("letter__text", "letter__html")
    return [Reached(one, _first_after(one.contacted_at, seen, enrolment)) for one in found]


def _first_after(moment, seen, enrolment):
    after = next((one for one in seen if one > moment), None)
    return after or (enrolment.last_activity_at if enrolment.last_activity_at > moment else None)


def partners_of(enrolment):
    """The other people of their pair."""
    others = Enrolment.objects.active().filter(pair=enrolment.pair_id, pair__isnull=False).exclude(pk=enrolment.pk)
    return list(others.select_related("person").order_by("pk"))

"""May this person see that? Named predicates, asked by every screen."""

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q

from learners.models import Answer, Cohort, CohortLead, Enrolment, User
from learners.roles import INSTRUCTORS


def may_see_cohort(person, cohort):
    """Whether this person may see the board and the people of this cohort."""
    return person.is_authenticated and (person.is_superuser or cohort.leads.filter(person=person).exists())


def may_see_attempt(person, attempt):
    """Whether this person may read or continue this attempt: its owner, and nobody else."""
    return attempt.enrolment.person_id == person.pk


def may_see_quiz_figures(person, quiz):
    """Whether this person may see how everybody answers this quiz: those who may edit it, who know its answers."""
    return quiz.permissions_for_user(person).can_edit()


def may_correct_marks(person, quiz):
    """Whether this person may mark attempts at this quiz again with a mended key: those who may publish it."""
    return quiz.permissions_for_user(person).can_publish()


def named_to(person):
    """The cohorts whose learners this person knows by name."""
    cohorts = Cohort.objects.all() if person.is_superuser else Cohort.objects.led_by(person)
    return set(cohorts.values_list("pk", flat=True))


def still_learning(person, cohort):
    """Whether this person follows the track of the cohort without having finished: its answers are not for them yet."""
    learning = Enrolment.objects.active().filter(person=person, track_id=cohort.track_id)
    return learning.filter(completed_at__isnull=True).exists()


def reviewers():
    """The people who review answers: instructors, those who lead a cohort, administrators."""
    teaches = Group.objects.filter(name=INSTRUCTORS, user=OuterRef("pk"))
    leads = CohortLead.objects.filter(person=OuterRef("pk"))
    return User.objects.filter(Q(is_superuser=True) | Exists(teaches) | Exists(leads))


def is_reviewer(person):
    """Whether this person reviews answers at all."""
    return reviewers().filter(pk=person.pk).exists()


def reviewable_by(person):
    """Which answers this person may review, as a condition: never one's own, nor those of who left.

    Instructors and administrators review them all; who leads a cohort, those of its learners.
    """
    others = Q(attempt__enrolment__withdrawn_at__isnull=True) & ~Q(attempt__enrolment__person=person)
    if person.is_superuser:
        return others
    teaches = Group.objects.filter(name=INSTRUCTORS, user=person.pk)
    return others & (Exists(teaches) | Q(attempt__enrolment__cohort__in=Cohort.objects.led_by(person)))


def may_review(person, answer_pk):
    """Whether this person may read and mark this answer: one that waits, or that was reviewed."""
    reviewed = Answer.objects.filter(review__graded_at__isnull=False)
    return (Answer.objects.awaiting() | reviewed).filter(reviewable_by(person), pk=answer_pk).exists()

"""May this person see that? Named predicates, asked by every screen."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from wagtail.models import GroupPagePermission

from courses.models import QuizPage
from learners.models import Answer, Cohort, CohortLead, Enrolment, User


def may_see_cohort(person, cohort):
    """Whether this person may see the board and the people of this cohort."""
    return person.is_authenticated and (person.is_superuser or cohort.leads.filter(person=person).exists())


def may_correct(person, certificate):
    """Whether this person may have the name on this attestation corrected: who leads its cohort, administrators."""
    cohort = certificate.enrolment.cohort
    return person.is_superuser or (cohort is not None and may_see_cohort(person, cohort))


def may_join(person, cohort):
    """Whether this person may come into this cohort without an invitation: it is offered, or they were in, or wait."""
    if cohort.open_to_all or not person.is_authenticated:
        return cohort.open_to_all
    return cohort.enrolments.filter(person=person).exists() or cohort.waiting.filter(person=person).exists()


def may_see_attempt(person, attempt):
    """Whether this person may read or continue this attempt: its owner, and nobody else."""
    return attempt.enrolment.person_id == person.pk


def may_see_quiz_figures(person, quiz):
    """Whether this person may see how everybody answers this quiz: those who may edit it, who know its answers."""
    return quiz.permissions_for_user(person).can_edit()


def may_correct_marks(person, quiz):
    """Whether this person may mark attempts at this quiz again with a mended key: those who may publish it."""
    return quiz.permissions_for_user(person).can_publish()


def leads_a_cohort(person):
    """Whether this person leads some cohort, by name."""
    return CohortLead.objects.filter(person=person).exists()


def named_to(person):
    """The cohorts whose learners this person knows by name."""
    cohorts = Cohort.objects.all() if person.is_superuser else Cohort.objects.led_by(person)
    return set(cohorts.values_list("pk", flat=True))


def still_learning(person, cohort):
    """Whether this person follows the track of the cohort without having finished: its answers are not for them yet."""
    learning = Enrolment.objects.active().filter(person=person, track_id=cohort.track_id)
    return learning.filter(completed_at__isnull=True).exists()


def writing():
    """The rights over pages that make somebody an instructor of the tracks, or of the one, below them."""
    return GroupPagePermission.objects.filter(permission__codename="change_page")


def instructors():
    """The people who may edit some quiz."""
    quizzes = QuizPage.objects.filter(path__startswith=OuterRef("page__path"))
    return User.objects.filter(Exists(writing().filter(Exists(quizzes), group__user=OuterRef("pk"))))


def reviewers():
    """The people who review answers: instructors, those who lead a cohort, administrators."""
    leads = CohortLead.objects.filter(person=OuterRef("pk"))
    teaches = instructors().filter(pk=OuterRef("pk"))
    return User.objects.filter(Q(is_superuser=True) | Exists(teaches) | Exists(leads))


def is_reviewer(person):
    """Whether this person reviews answers at all."""
    return reviewers().filter(pk=person.pk).exists()


def reviewable_by(person):
    """Which answers this person may review, as a condition: never one's own, nor those of who left.

    Administrators review them all; instructors, those of the tracks that they write; who leads a cohort, those of its
    learners.
    """
    others = Q(attempt__enrolment__withdrawn_at__isnull=True) & ~Q(attempt__enrolment__person=person)
    if person.is_superuser:
        return others
    quiz = ExpressionWrapper(OuterRef("attempt__quiz__path"), output_field=CharField())
    written = writing().filter(group__user=person.pk).annotate(quiz=quiz)
    teaches = Exists(written.filter(quiz__startswith=F("page__path")))
    return others & (teaches | Q(attempt__enrolment__cohort__in=Cohort.objects.led_by(person)))


def may_review(person, answer_pk):
    """Whether this person may read and mark this answer: one that waits, or that was reviewed."""
    reviewed = Answer.objects.filter(review__graded_at__isnull=False)
    return (Answer.objects.awaiting() | reviewed).filter(reviewable_by(person), pk=answer_pk).exists()

"""May this person see that? Named predicates, asked by every screen."""

from learners.models import Enrolment


def may_see_cohort(person, cohort):
    """Whether this person may see the board and the people of this cohort."""
    return person.is_authenticated and (person.is_superuser or cohort.leads.filter(person=person).exists())


def may_see_attempt(person, attempt):
    """Whether this person may read or continue this attempt: its owner, and nobody else."""
    return attempt.enrolment.person_id == person.pk


def may_see_quiz_figures(person, quiz):
    """Whether this person may see how everybody answers this quiz: those who may edit it, who know its answers."""
    return quiz.permissions_for_user(person).can_edit()


def still_learning(person, cohort):
    """Whether this person follows the track of the cohort without having finished: its answers are not for them yet."""
    learning = Enrolment.objects.active().filter(person=person, track_id=cohort.track_id)
    return learning.filter(completed_at__isnull=True).exists()

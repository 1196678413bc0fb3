"""A great many people at once: each of them is as true as one who came by the front door."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from courses.grading import grade
from courses.outline import outline_by_pk, outlines
from courses.versions import thaw
from learners import certificates, progress, reviews
from learners.models import Answer, Attempt, Certificate, Cohort, Completion, Enrolment, Letter, User
from learners.reporting import STALLED_AFTER, Status, board_of
from learners.standing import Record, progress_of, why_locked
from tests.factories.courses import make_track, take_alone
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.factories.reviews import answered, levels_of, make_open_track
from tests.lms.demonstrating import load_the_demonstration
from tests.worlds import made_once

pytestmark = pytest.mark.slow


@made_once
def loaded(published):
    make_track(published[0], slug="decideurs")
    load_the_demonstration()


@pytest.fixture(autouse=True)
def demonstration(loaded, settings, tmp_path, db):
    """Two tracks on a site that shows itself, with its cohorts of thirty."""
    settings.DEMO = True
    settings.VAR = tmp_path


def seed(**options):
    """What the command says."""
    said = StringIO()
    call_command("seed_scale", stdout=said, **options)
    return said.getvalue()


def newcomers():
    """The enrolments of the people who were added, in order."""
    return Enrolment.objects.filter(person__email__startswith="personne-").order_by("pk")


def test_each_newcomer_s_attestations_are_theirs_and_so_is_what_the_letters_bring():
    row = Enrolment.objects.exclude(cohort=None).filter(completed_at=None, track__slug="jeunes").first()
    module = take_alone(row.track)
    for step in outline_by_pk(row.track_id).module(module.pk).steps:
        Completion.objects.get_or_create(enrolment=row, step_id=step.pk, defaults={"completed_at": NOW})
    Enrolment.objects.filter(pk=row.pk).update(withdrawn_at=None)
    certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW)
    seed(learners=60, cohort_size=60)

    issued = Certificate.objects.filter(enrolment__in=newcomers())
    assert issued.filter(module=module).exists()
    assert not issued.filter(module=module, current_for__isnull=False).exists()
    assert not issued.filter(module=None, current_for=None).exists()
    for letter in Letter.objects.filter(kind="certificate", enrolment__in=newcomers()):
        assert letter.certificate.enrolment_id == letter.enrolment_id


def test_so_many_people_are_added_in_cohorts_of_the_size_asked_for():
    said = seed(learners=50, cohort_size=20)

    sizes = [
        (cohort.name, cohort.enrolments.count())
        for cohort in Cohort.objects.filter(name__contains="personnes").order_by("pk")
    ]
    assert sizes == [
        ("Jeunes · personnes 1 à 20", 20),
        ("Decideurs · personnes 21 à 40", 20),
        ("Jeunes · personnes 41 à 50", 10),
    ]
    assert "50 personnes ajoutées" in said
    assert all(cohort.leads.exists() for cohort in Cohort.objects.all())


def test_a_second_time_adds_others():
    seed(learners=3, cohort_size=3)
    seed(learners=2, cohort_size=2)
    assert newcomers().count() == 5
    assert User.objects.filter(email="personne-5@demo.example").exists()


def test_the_progress_shown_is_what_the_rows_say_and_no_step_was_reached_through_a_lock():
    seed(learners=80, cohort_size=40)

    by_pk = {outline.pk: outline for outline in outlines()}
    for cohort in Cohort.objects.filter(name__contains="personnes"):
        outline = by_pk[cohort.track_id]
        for row in board_of(cohort, now=timezone.now()).rows:
            enrolment = Enrolment.objects.get(pk=row.enrolment_pk)
            done = progress.done_ids(enrolment)
            standing = progress_of(outline, done)
            assert (row.done, row.total) == (standing.done, standing.total)
            assert (enrolment.completed_at is not None) == standing.complete
            assert (row.certificate_code is not None) == standing.complete
            assert [
                why_locked(outline, outline.by_pk[pk], record=Record(done=dict.fromkeys(done)), now=NOW) for pk in done
            ] == [None] * len(done)
    assert progress.catch_up(at=timezone.now()) == 0


def test_every_state_of_the_board_is_there():
    seed(learners=200, cohort_size=200, track=["jeunes"])

    board = board_of(Cohort.objects.get(name__contains="personnes"), now=timezone.now())
    assert [status for status in Status if not board.count(status)] == []
    assert newcomers().filter(withdrawn_at__isnull=False).exists()
    stalled = [row for row in board.rows if row.status == Status.STALLED]
    assert all(row.days_silent >= STALLED_AFTER.days for row in stalled)


def test_nothing_happens_before_the_enrolment_nor_tomorrow():
    seed(learners=60)

    now = timezone.now()
    for enrolment in newcomers():
        moments = [done.completed_at for done in enrolment.completions.all()]
        moments += [attempt.submitted_at for attempt in enrolment.attempts.all()]
        assert all(enrolment.enrolled_at <= moment <= now for moment in moments)
        assert max(moments, default=enrolment.enrolled_at) <= enrolment.last_activity_at <= now


def test_every_attempt_is_graded_as_its_answers_deserve_and_a_quiz_is_done_when_one_passed():
    seed(learners=40)

    rows = newcomers()
    for attempt in Attempt.objects.filter(enrolment__in=rows).select_related("version"):
        kept = dict(attempt.answers.values_list("question_id", "response"))
        assert grade(thaw(attempt.version), kept).score == attempt.score
    passed = set(Attempt.objects.filter(enrolment__in=rows, passed=True).values_list("enrolment_id", "quiz_id"))
    done = set(
        Completion.objects.filter(enrolment__in=rows, step__quizpage__isnull=False).values_list(
            "enrolment_id", "step_id"
        )
    )
    assert passed == done != set()


def test_what_was_read_of_a_life_was_read_of_the_lives_lived_again(site):
    track = make_open_track(site, slug="chefs-de-projet")
    cohort = make_cohort(track)
    reader = make_person("claire@demo.example", is_superuser=True)
    for number in range(3):
        row = enrol(make_person(f"jeanne.{number}@demo.example"), track, cohort=cohort)
        (answer,) = answered(row).answers.all()
        reviews.review(answer_pk=answer.pk, by=reader, levels=levels_of(answer, 2, 1), comment="Bien.", at=NOW)
    seed(learners=5, track=["chefs-de-projet"])

    again = Answer.objects.filter(attempt__enrolment__in=newcomers()).select_related("review")
    assert [(one.points, one.review.comment, one.review.graded_by) for one in again] == [(3, "Bien.", reader)] * 5
    assert not Answer.objects.awaiting().exists()


def test_an_attestation_bears_the_name_of_its_own_holder_and_nothing_is_left_to_send():
    seed(learners=40)

    issued = Certificate.objects.filter(enrolment__in=newcomers()).select_related("enrolment__person")
    assert len({certificate.code for certificate in issued}) == len(issued) > 0
    assert [one.holder for one in issued] == [one.enrolment.person.get_full_name() for one in issued]
    assert Letter.objects.waiting().count() == 0
    letters = Letter.objects.filter(enrolment__in=newcomers()).select_related("person", "enrolment")
    assert {(one.person_id, one.address) for one in letters} == {
        (one.enrolment.person_id, one.person.email) for one in letters
    }


def lives():
    """Who went how far, dates left aside."""
    return [
        (row.person.email, row.person.get_full_name(), sorted(progress.done_ids(row)), row.attempts.count())
        for row in newcomers().select_related("person")
    ]


def test_the_same_seed_gives_the_same_people():
    seen = []
    for number in (1, 1, 2):
        with transaction.atomic():
            seed(learners=30, seed=number)
            seen.append(lives())
            transaction.set_rollback(True)
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize(
    "options", [{"learners": 0}, {"learners": 5, "cohort_size": 0}, {"learners": 5, "track": ["ailleurs"]}]
)
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(CommandError):
        seed(**options)
    assert newcomers().count() == 0


def test_production_refuses_people_who_do_not_exist(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="jamais en production"):
        seed(learners=5)
    assert newcomers().count() == 0

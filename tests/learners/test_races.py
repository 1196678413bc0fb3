"""The same thing at the same time, over several real connections: one row, one result, one letter.

Every test here commits for real. SQLite takes one writer at a time, so races are run on PostgreSQL.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest
from django.db import connection, transaction

from courses.models import QuizVersion, StepPage
from courses.outline import outline_by_pk
from courses.versions import thaw
from learners import attempts, certificates, delivery, letters, progress, reminders, subscriptions
from learners import enrolment as enrolments
from learners.errors import AttemptClosed, LearnerError
from learners.models import Answer, Attempt, Certificate, Completion, Enrolment, Letter, OptOut
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol, right_responses

LATER = NOW + timedelta(days=9)

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="races need PostgreSQL: SQLite has one writer at a time"
)
crowds = pytest.mark.parametrize("number", [2, 8])


def at_once(number, act):
    """What ``act(1)`` … ``act(number)`` gave, each in its thread with its own connection, started together.

    A refusal is given as its class.
    """
    start = Barrier(number)

    def run(one):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return act(one)
        except LearnerError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(1, number + 1)))


@pytest.fixture
def catalogue(real_commits):
    return courses.make_site()


def follow(catalogue, *, email="nadia@example.org", modules=((2, False),), **fields):
    """Somebody enrolled in a track of these modules."""
    track = courses.make_track(catalogue, modules=modules, **fields)
    return enrol(learners.make_person(email), track)


def steps_of(row):
    return outline_by_pk(row.track_id).steps


def letters_of(kind):
    return Letter.objects.filter(kind=kind).count()


# ------------------------------------------------------------ one after the other, on any database


@pytest.mark.django_db(transaction=True)
def test_the_worker_hears_of_a_letter_once_the_transaction_has_committed(catalogue, queue):
    track = courses.make_track(catalogue, modules=[(1, False)])
    person = learners.make_person()
    with transaction.atomic():
        enrol(person, track)
        before_commit = queue.taken()
    letter = Letter.objects.get()
    assert (before_commit, queue.taken()) == ([], [("learners.tasks.send_letter", letter.pk)])


@pytest.mark.django_db(transaction=True)
def test_answers_sent_with_blanks_are_committed_before_the_refusal(catalogue):
    row = follow(catalogue, modules=[(0, True)])
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=steps_of(row)[0].pk, at=NOW)
    first, *_ = right_responses(attempt).items()
    with pytest.raises(LearnerError):
        attempts.submit(attempt_pk=attempt.pk, responses=dict([first]), at=NOW)
    connection.close()  # what was not committed is gone with it
    assert list(Answer.objects.values_list("question_id", "response")) == [first]


# ------------------------------------------------------------ races


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_one_person_who_enrols_in_several_tabs_has_one_enrolment_and_one_welcome(catalogue, number):
    track = courses.make_track(catalogue, modules=[(1, False)])
    person = learners.make_person()
    rows = at_once(number, lambda one: enrol(person, track).pk)
    assert rows == [Enrolment.objects.get().pk] * number
    assert letters_of("welcome") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_one_person_who_comes_back_in_several_tabs_is_restored_once(catalogue):
    row = follow(catalogue)
    enrolments.withdraw(person=row.person, track_pk=row.track_id, at=NOW)
    rows = at_once(8, lambda one: enrol(row.person, row.track, at=LATER).pk)
    assert rows == [row.pk] * 8
    assert Enrolment.objects.values_list("withdrawn_at", "last_activity_at").get() == (None, LATER)


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_a_quiz_opened_in_several_tabs_is_one_attempt(catalogue, number):
    row = follow(catalogue, modules=[(0, True)])
    quiz_pk = steps_of(row)[0].pk
    opened = at_once(number, lambda one: attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz_pk, at=NOW).pk)
    attempt = Attempt.objects.get()
    assert (opened, attempt.number) == ([attempt.pk] * number, 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_class_that_opens_a_quiz_together_meets_one_version_of_it(catalogue):
    track = courses.make_track(catalogue, modules=[(0, True)])
    rows = [enrol(learners.make_person(f"p{one}@example.org"), track) for one in range(8)]
    quiz_pk = steps_of(rows[0])[0].pk
    at_once(8, lambda one: attempts.open_attempt(enrolment_pk=rows[one - 1].pk, quiz_pk=quiz_pk, at=NOW).pk)
    assert QuizVersion.objects.count() == 1
    assert list(Attempt.objects.values_list("number", "version_id")) == [(1, QuizVersion.objects.get().pk)] * 8


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_the_last_quiz_sent_from_several_tabs_gives_one_result_and_one_attestation(catalogue, number):
    row = follow(catalogue, modules=[(0, True)])
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=steps_of(row)[0].pk, at=NOW)
    responses = right_responses(attempt)
    results = at_once(
        number, lambda one: attempts.submit(attempt_pk=attempt.pk, responses=responses, at=NOW + one * LATER.resolution)
    )
    assert Counter(type(one) if isinstance(one, Attempt) else one for one in results) == {
        Attempt: 1,
        AttemptClosed: number - 1,
    }
    (winner,) = (one for one in results if isinstance(one, Attempt))
    assert Attempt.objects.values_list("submitted_at", "score", "passed").get() == (winner.submitted_at, 3, True)
    assert Completion.objects.get().completed_at == winner.submitted_at
    assert Certificate.objects.get().issued_at == winner.submitted_at
    assert letters_of("certificate") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_answers_saved_while_the_quiz_is_sent_are_graded_or_refused_never_half(catalogue):
    row = follow(catalogue, modules=[(0, True)])
    attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=steps_of(row)[0].pk, at=NOW)
    quiz = thaw(attempt.version)
    right = right_responses(attempt)
    wrong = {question.id: [question.options[-1].id] for question in quiz.questions}
    attempts.save(attempt_pk=attempt.pk, responses=right, at=NOW)

    def tab(one):
        if one == 1:
            return attempts.submit(attempt_pk=attempt.pk, responses={}, at=NOW)
        return attempts.save(attempt_pk=attempt.pk, responses=wrong if one % 2 else right, at=NOW)

    at_once(8, tab)
    kept = {answer.question_id: answer for answer in Answer.objects.all()}
    assert {question.id: kept[question.id].points for question in quiz.questions} == {
        question.id: question.fraction(kept[question.id].response) for question in quiz.questions
    }
    assert Attempt.objects.get().score == sum(answer.points for answer in kept.values())


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_the_last_step_finished_in_several_tabs_gives_one_attestation(catalogue, number):
    row = learners.finish(follow(catalogue), steps=1)
    last = steps_of(row)[-1].pk
    done = at_once(number, lambda one: progress.complete(enrolment_pk=row.pk, step_pk=last, at=NOW).pk)
    assert done == [Completion.objects.get(step_id=last).pk] * number
    assert Certificate.objects.get().enrolment_id == row.pk
    assert letters_of("certificate") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_the_last_steps_of_a_free_track_finished_together_do_not_miss_the_end(catalogue, number):
    """Each tab sees its own step done and the others not, unless they wait for each other."""
    row = follow(catalogue, modules=[(number, False)], in_order=False)
    steps = steps_of(row)
    at_once(number, lambda one: progress.complete(enrolment_pk=row.pk, step_pk=steps[one - 1].pk, at=NOW).pk)
    assert Completion.objects.count() == number
    assert Enrolment.objects.get().completed_at == NOW
    assert (Certificate.objects.count(), letters_of("certificate")) == (1, 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_catch_up_in_several_clocks_issues_one_attestation(catalogue):
    row = learners.finish(follow(catalogue), steps=1)
    StepPage.objects.get(pk=steps_of(row)[-1].pk).specific.unpublish()
    at_once(8, lambda one: progress.catch_up(at=LATER))
    assert Certificate.objects.values_list("enrolment_id", "issued_at").get() == (row.pk, LATER)
    assert letters_of("certificate") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_the_attestation_of_a_module_asked_for_in_several_tabs_is_one_with_one_letter(catalogue, number):
    row = learners.finish(follow(catalogue, modules=((2, False), (1, False))), steps=2)
    module = courses.take_alone(row.track)
    given = at_once(
        number, lambda one: certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW).pk
    )
    assert given == [Certificate.objects.get().pk] * number
    assert letters_of("certificate") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_module_attested_while_the_track_is_finished_never_replaces_the_attestation_of_the_track(catalogue):
    row = learners.finish(follow(catalogue, modules=((1, False), (1, False))), steps=1)
    module, last = courses.take_alone(row.track), steps_of(row)[-1].pk

    def act(one):
        if one % 2:
            return progress.complete(enrolment_pk=row.pk, step_pk=last, at=NOW)
        return certificates.issue_for_module(enrolment_pk=row.pk, module_pk=module.pk, at=NOW)

    at_once(8, act)
    row.refresh_from_db()
    assert row.certificate.module is None
    assert Certificate.objects.exclude(pk=row.certificate.pk).filter(module=None).count() == 0
    assert Certificate.objects.filter(module=module).count() == letters_of("certificate") - 1 < 2


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_a_letter_that_several_workers_take_leaves_once(catalogue, postbox, number):
    follow(catalogue)
    letter = Letter.objects.get()
    postbox.seconds = 0.1  # time for the others to look
    outcomes = at_once(number, lambda one: delivery.send(letter.pk, now=NOW))
    assert Counter(outcomes) == {"sent": 1, "none": number - 1}
    assert [message["To"] for message in postbox.received] == ["nadia@example.org"]
    assert Letter.objects.values_list("sent_at", "tries").get() == (NOW, 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_letter_whose_database_goes_away_while_it_leaves_is_noted_as_sent_and_leaves_once(catalogue, postbox):
    follow(catalogue)
    letter = Letter.objects.get()
    ours = connection.connection.info.backend_pid

    def cut():
        with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [ours])

    postbox.meanwhile = cut
    assert delivery.send(letter.pk, now=NOW) == "sent"
    assert delivery.send(letter.pk, now=NOW) == "none"
    assert len(postbox.received) == 1
    assert connection.connection.info.backend_pid != ours


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_several_clocks_write_one_reminder(catalogue, number):
    follow(catalogue)
    at_once(number, lambda one: reminders.write_due(now=LATER))
    assert letters_of("reminder") == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
@crowds
def test_several_causes_with_one_key_write_one_letter(catalogue, number):
    row = follow(catalogue)
    pks = at_once(
        number,
        lambda one: letters.write(kind="welcome", person=row.person, enrolment=row, key="x", due_at=NOW).pk,
    )
    assert pks == [Letter.objects.get(key="x").pk] * number


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_click_and_a_mail_provider_that_unsubscribe_together_leave_one_refusal(catalogue):
    person = learners.make_person()
    at_once(8, lambda one: subscriptions.opt_out(person_pk=person.pk, kind="reminder", at=NOW))
    assert OptOut.objects.values_list("person_id", "kind").get() == (person.pk, "reminder")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_an_attestation_revoked_by_several_people_has_one_author(catalogue):
    certificate = learners.finish(follow(catalogue)).certificate
    admins = [learners.make_person(f"a{one}@example.org") for one in range(8)]
    told = at_once(
        8,
        lambda one: (
            certificates.revoke(
                Certificate.objects.get(), by=admins[one - 1], at=NOW, reason=f"Motif {one}"
            ).revoked_reason
        ),
    )
    certificate.refresh_from_db()
    author = admins.index(certificate.revoked_by) + 1
    assert (certificate.revoked_reason, told) == (f"Motif {author}", [f"Motif {author}"] * 8)

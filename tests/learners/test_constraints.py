"""What the database itself refuses, and the sentence that says so in French."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from courses.models import LessonPage, ModulePage, QuizPage
from courses.versions import freeze
from learners.models import (
    Accommodation,
    Allowance,
    Answer,
    Attempt,
    Certificate,
    Cohort,
    CohortLead,
    CohortOpening,
    CohortQuizWindow,
    CohortSession,
    Completion,
    Enrolment,
    Invitation,
    Letter,
    Message,
    OptOut,
    Regrade,
    ReminderRule,
    Review,
    User,
    WaitingPlace,
)
from tests.factories import learners
from tests.factories.courses import make_module
from tests.factories.learners import NOW

EARLIER = NOW - timedelta(days=1)
LATER = NOW + timedelta(days=1)


class World:
    """One valid row of each table, and unsaved rows like them."""

    def __init__(self, person, track, quiz):
        self.person = person
        self.track = track
        self.module = ModulePage.objects.child_of(track).first()
        self.cohort = Cohort.objects.create(name="Automne", track=track, opens_on=date(2026, 9, 1))
        self.enrolment = Enrolment.objects.create(person=person, track=track, enrolled_at=NOW, last_activity_at=NOW)
        self.quiz = QuizPage.objects.get(pk=quiz.pk)
        self.version = freeze(self.quiz, at=NOW)

    def new_person(self):
        return learners.make_person(f"p{User.objects.count()}@example.org")

    def new_enrolment(self, **fields):
        facts = {"person": self.new_person(), "track": self.track, "enrolled_at": NOW, "last_activity_at": NOW}
        return Enrolment(**facts | fields)

    def attempt(self, **fields):
        facts = {
            "enrolment": self.enrolment,
            "quiz": self.quiz,
            "version": self.version,
            "number": 1,
            "opened_at": NOW,
            "max_score": 3,
        }
        return Attempt(**facts | fields)

    def answer(self, attempt, **fields):
        return Answer(**{"attempt": attempt, "question_id": "q1", "response": [], "saved_at": NOW, **fields})

    def review(self, **fields):
        return Review(answer=saved(self.answer(saved(self.attempt()))), **fields)

    def accommodation(self, **fields):
        return Accommodation(
            **{"person": self.person, "granted_by": self.person, "granted_at": NOW, "extra_percent": 33, **fields}
        )

    def allowance(self, **fields):
        facts = {
            "enrolment": self.enrolment,
            "kind": "open",
            "page_id": self.quiz.pk,
            "comment": "Absence justifiée.",
            "granted_at": NOW,
            "granted_by": self.person,
        }
        return Allowance(**facts | fields)

    def waiting(self, **fields):
        return WaitingPlace(**{"cohort": self.cohort, "person": self.person, "asked_at": NOW} | fields)

    def certificate(self, **fields):
        facts = {
            "enrolment": self.enrolment,
            "current_for": self.enrolment,
            "issued_at": NOW,
            "holder": "Nadia Benali",
            "track_title": "Jeunes",
            "version": "2026-11-02 · 1",
            "award": "suivi",
            "award_label": "Attestation de suivi",
            "hours": 6,
        }
        return Certificate(**facts | fields)

    def module_certificate(self, **fields):
        facts = {"current_for": None, "module": self.module, "current_module": self.module, "module_title": "Module 1"}
        return self.certificate(**facts | fields)

    def letter(self, **fields):
        facts = {"person": self.person, "address": "nadia@example.org", "kind": "welcome", "key": "k", "due_at": NOW}
        return Letter(**facts | fields)


def saved(row):
    row.save()
    return row


def second_attempt_of_that_number(world):
    saved(world.attempt(submitted_at=NOW, score=1))
    return world.attempt(submitted_at=NOW, score=1)


def second_open_attempt(world):
    saved(world.attempt(number=1))
    return world.attempt(number=2)


def second_answer(world):
    attempt = saved(world.attempt())
    saved(world.answer(attempt))
    return world.answer(attempt)


def second(build):
    """A row of which an equal one is there already."""

    def violate(world):
        saved(build(world))
        return build(world)

    return violate


# The constraint; a row that breaks it; how SQLite names it; what a person is told.
def rule(world, **fields):
    return ReminderRule(**{"track": world.track, "kind": "inactive", "delay": 8, **fields})


CASES = [
    (
        "user_email_once",
        lambda world: User(email=world.person.email.upper(), password="x"),
        "UNIQUE constraint failed: index 'user_email_once'",
        "Cette adresse est déjà utilisée.",
    ),
    (
        "cohort_opens_before_it_closes",
        lambda world: Cohort(name="Hiver", track=world.track, opens_on=date(2026, 12, 1), closes_on=date(2026, 12, 1)),
        "CHECK constraint failed: cohort_opens_before_it_closes",
        "La cohorte doit se terminer après son début.",
    ),
    (
        "cohort_name_once_per_track",
        lambda world: Cohort(name="Automne", track=world.track, opens_on=date(2026, 12, 1)),
        "UNIQUE constraint failed: learners_cohort.track_id, learners_cohort.name",
        "Ce parcours a déjà une cohorte de ce nom.",
    ),
    (
        "cohort_lead_once",
        second(lambda world: CohortLead(cohort=world.cohort, person=world.person)),
        "UNIQUE constraint failed: learners_cohortlead.cohort_id, learners_cohortlead.person_id",
        "Cette personne est déjà responsable de la cohorte.",
    ),
    (
        "enrolment_once_per_track",
        lambda world: world.new_enrolment(person=world.person),
        "UNIQUE constraint failed: learners_enrolment.person_id, learners_enrolment.track_id",
        "Cette personne est déjà inscrite à ce parcours.",
    ),
    (
        "enrolment_activity_after_start",
        lambda world: world.new_enrolment(last_activity_at=EARLIER),
        "CHECK constraint failed: enrolment_activity_after_start",
        "La dernière activité ne peut pas précéder l’inscription.",
    ),
    (
        "enrolment_completed_after_start",
        lambda world: world.new_enrolment(completed_at=EARLIER),
        "CHECK constraint failed: enrolment_completed_after_start",
        "Un parcours ne peut pas être terminé avant l’inscription.",
    ),
    (
        "completion_once_per_step",
        second(lambda world: Completion(enrolment=world.enrolment, step_id=world.quiz.pk, completed_at=NOW)),
        "UNIQUE constraint failed: learners_completion.enrolment_id, learners_completion.step_id",
        "Cette étape est déjà terminée.",
    ),
    (
        "attempt_number_once",
        second_attempt_of_that_number,
        "UNIQUE constraint failed: learners_attempt.enrolment_id, learners_attempt.quiz_id, learners_attempt.number",
        "Cette tentative existe déjà.",
    ),
    (
        "attempt_one_open",
        second_open_attempt,
        "UNIQUE constraint failed: learners_attempt.enrolment_id, learners_attempt.quiz_id",
        "Une tentative est déjà en cours.",
    ),
    (
        "attempt_number_from_one",
        lambda world: world.attempt(number=0),
        "CHECK constraint failed: attempt_number_from_one",
        "Les tentatives sont numérotées à partir de 1.",
    ),
    (
        "attempt_graded_when_submitted",
        lambda world: world.attempt(submitted_at=NOW),
        "CHECK constraint failed: attempt_graded_when_submitted",
        "Une tentative est notée quand elle est envoyée, et alors seulement.",
    ),
    (
        "attempt_graded_when_submitted",
        lambda world: world.attempt(score=1),
        "CHECK constraint failed: attempt_graded_when_submitted",
        "Une tentative est notée quand elle est envoyée, et alors seulement.",
    ),
    (
        "attempt_graded_when_submitted",
        lambda world: world.attempt(passed=True),
        "CHECK constraint failed: attempt_graded_when_submitted",
        "Une tentative est notée quand elle est envoyée, et alors seulement.",
    ),
    (
        "attempt_score_in_bounds",
        lambda world: world.attempt(submitted_at=NOW, score=3.5),
        "CHECK constraint failed: attempt_score_in_bounds",
        "Le score est compris entre 0 et le maximum.",
    ),
    (
        "attempt_score_in_bounds",
        lambda world: world.attempt(submitted_at=NOW, score=-1),
        "CHECK constraint failed: attempt_score_in_bounds",
        "Le score est compris entre 0 et le maximum.",
    ),
    (
        "answer_once_per_question",
        second_answer,
        "UNIQUE constraint failed: learners_answer.attempt_id, learners_answer.question_id",
        "Cette question a déjà une réponse.",
    ),
    (
        "answer_points_in_bounds",
        lambda world: world.answer(saved(world.attempt()), points=2, max_points=1),
        "CHECK constraint failed: answer_points_in_bounds",
        "Les points ne dépassent pas le maximum, ni ce qu’une erreur peut coûter.",
    ),
    (
        "answer_points_in_bounds",
        lambda world: world.answer(saved(world.attempt()), points=-3, max_points=1),
        "CHECK constraint failed: answer_points_in_bounds",
        "Les points ne dépassent pas le maximum, ni ce qu’une erreur peut coûter.",
    ),
    (
        "answer_points_in_bounds",
        lambda world: world.answer(saved(world.attempt()), points=1),
        "CHECK constraint failed: answer_points_in_bounds",
        "Les points ne dépassent pas le maximum, ni ce qu’une erreur peut coûter.",
    ),
    (
        "answer_certainty_of_three",
        lambda world: world.answer(saved(world.attempt()), certainty=4),
        "CHECK constraint failed: answer_certainty_of_three",
        "La certitude va de 1 à 3.",
    ),
    (
        "accommodation_one_current",
        second(lambda world: world.accommodation()),
        "UNIQUE constraint failed: learners_accommodation.person_id",
        "Cette personne a déjà un aménagement en cours.",
    ),
    (
        "accommodation_extra_in_bounds",
        lambda world: world.accommodation(extra_percent=401),
        "CHECK constraint failed: accommodation_extra_in_bounds",
        "Le temps supplémentaire va de 1 à 400 %.",
    ),
    (
        "accommodation_ends_after_it_begins",
        lambda world: world.accommodation(ended_at=EARLIER),
        "CHECK constraint failed: accommodation_ends_after_it_begins",
        "Un aménagement se termine après avoir commencé.",
    ),
    (
        "cohort_quiz_window_once",
        second(lambda world: CohortQuizWindow(cohort=world.cohort, quiz_id=world.quiz.pk)),
        "UNIQUE constraint failed: learners_cohortquizwindow.cohort_id, learners_cohortquizwindow.quiz_id",
        "Ce quiz a déjà ses dates dans cette cohorte.",
    ),
    (
        "cohort_quiz_opens_before_it_closes",
        lambda world: CohortQuizWindow(cohort=world.cohort, quiz_id=world.quiz.pk, opens_at=NOW, closes_at=EARLIER),
        "CHECK constraint failed: cohort_quiz_opens_before_it_closes",
        "Le quiz doit fermer après son ouverture.",
    ),
    (
        "review_claimed_for_a_while",
        lambda world: world.review(claimed_until=NOW),
        "CHECK constraint failed: review_claimed_for_a_while",
        "Une relecture est réservée par quelqu’un et jusqu’à une heure.",
    ),
    (
        "review_given_by_somebody",
        lambda world: world.review(graded_at=NOW),
        "CHECK constraint failed: review_given_by_somebody",
        "Une relecture donnée est datée, signée, et n’est plus réservée.",
    ),
    (
        "review_given_by_somebody",
        lambda world: world.review(graded_at=NOW, graded_by=world.person, claimed_by=world.person, claimed_until=NOW),
        "CHECK constraint failed: review_given_by_somebody",
        "Une relecture donnée est datée, signée, et n’est plus réservée.",
    ),
    (
        "regrade_says_why",
        lambda world: Regrade(
            answer=saved(world.answer(saved(world.attempt()))), by=world.person, at=NOW, why="", before=1, after=2
        ),
        "CHECK constraint failed: regrade_says_why",
        "Une note modifiée a un motif.",
    ),
    (
        "certificate_revoked_with_author_and_reason",
        lambda world: world.certificate(revoked_at=NOW),
        "CHECK constraint failed: certificate_revoked_with_author_and_reason",
        "Une révocation a une date, un auteur et un motif.",
    ),
    (
        "certificate_revoked_with_author_and_reason",
        lambda world: world.certificate(revoked_at=NOW, revoked_by=world.person),
        "CHECK constraint failed: certificate_revoked_with_author_and_reason",
        "Une révocation a une date, un auteur et un motif.",
    ),
    (
        "certificate_revoked_with_author_and_reason",
        lambda world: world.certificate(revoked_reason="Erreur"),
        "CHECK constraint failed: certificate_revoked_with_author_and_reason",
        "Une révocation a une date, un auteur et un motif.",
    ),
    (
        "certificate_has_holder",
        lambda world: world.certificate(holder=""),
        "CHECK constraint failed: certificate_has_holder",
        "Une attestation porte le nom de son titulaire.",
    ),
    (
        "certificate_current_for_its_enrolment",
        lambda world: world.certificate(current_for=saved(world.new_enrolment())),
        "CHECK constraint failed: certificate_current_for_its_enrolment",
        "Une attestation vaut pour l’inscription qui l’a gagnée.",
    ),
    (
        "certificate_of_track_or_module",
        lambda world: world.module_certificate(current_for=world.enrolment),
        "CHECK constraint failed: certificate_of_track_or_module",
        "L’attestation d’un module n’est pas celle du parcours.",
    ),
    (
        "certificate_current_module_is_its_own",
        lambda world: world.module_certificate(current_module=make_module(world.track, number=8)),
        "CHECK constraint failed: certificate_current_module_is_its_own",
        "Une attestation vaut pour le module qu’elle atteste.",
    ),
    (
        "certificate_current_module_is_its_own",
        lambda world: world.certificate(current_for=None, current_module=world.module),
        "CHECK constraint failed: certificate_current_module_is_its_own",
        "Une attestation vaut pour le module qu’elle atteste.",
    ),
    (
        "certificate_once_per_module",
        second(lambda world: world.module_certificate()),
        "UNIQUE constraint failed: learners_certificate.enrolment_id, learners_certificate.current_module_id",
        "Cette inscription a déjà l’attestation de ce module.",
    ),
    (
        "certificate_of_module_is_followed",
        lambda world: world.module_certificate(award="reussite"),
        "CHECK constraint failed: certificate_of_module_is_followed",
        "Un module porte son titre, et son attestation est une attestation de suivi.",
    ),
    (
        "certificate_of_module_is_followed",
        lambda world: world.module_certificate(module_title=""),
        "CHECK constraint failed: certificate_of_module_is_followed",
        "Un module porte son titre, et son attestation est une attestation de suivi.",
    ),
    (
        "certificate_of_module_is_followed",
        lambda world: world.certificate(module_title="Écouter"),
        "CHECK constraint failed: certificate_of_module_is_followed",
        "Un module porte son titre, et son attestation est une attestation de suivi.",
    ),
    (
        "certificate_replaces_with_author_and_reason",
        lambda world: world.certificate(replaces=saved(world.certificate(current_for=None))),
        "CHECK constraint failed: certificate_replaces_with_author_and_reason",
        "Une correction remplace une attestation, avec un auteur et un motif.",
    ),
    (
        "certificate_replaced_or_revoked",
        lambda world: world.certificate(
            current_for=None, revoked_at=NOW, revoked_by=world.person, revoked_reason="Erreur"
        ),
        "CHECK constraint failed: certificate_replaced_or_revoked",
        "Une attestation remplacée ne se révoque plus : la nouvelle compte.",
    ),
    (
        "letter_sent_or_dropped",
        lambda world: world.letter(sent_at=NOW, dropped_at=NOW, dropped_reason="refusée"),
        "CHECK constraint failed: letter_sent_or_dropped",
        "Un message est envoyé ou abandonné, pas les deux.",
    ),
    (
        "letter_dropped_with_reason",
        lambda world: world.letter(dropped_at=NOW),
        "CHECK constraint failed: letter_dropped_with_reason",
        "Un message abandonné a un motif.",
    ),
    (
        "letter_dropped_with_reason",
        lambda world: world.letter(dropped_reason="refusée"),
        "CHECK constraint failed: letter_dropped_with_reason",
        "Un message abandonné a un motif.",
    ),
    (
        "opt_out_once",
        second(lambda world: OptOut(person=world.person, kind="reminder", opted_out_at=NOW)),
        "UNIQUE constraint failed: learners_optout.person_id, learners_optout.kind",
        "Ce refus est déjà enregistré.",
    ),
    (
        "cohort_has_a_seat",
        lambda world: Cohort(name="Hiver", track=world.track, opens_on=date(2026, 9, 1), seats=0),
        "CHECK constraint failed: cohort_has_a_seat",
        "Une cohorte a au moins une place.",
    ),
    (
        "cohort_opening_once_per_module",
        second(
            lambda world: CohortOpening(
                cohort=world.cohort, module_id=world.quiz.get_parent().pk, opens_on=date(2026, 9, 8)
            )
        ),
        "UNIQUE constraint failed: learners_cohortopening.cohort_id, learners_cohortopening.module_id",
        "Ce module a déjà sa date dans cette cohorte.",
    ),
    (
        "invitation_revoked_with_author",
        lambda world: Invitation(cohort=world.cohort, created_at=NOW, created_by=world.person, revoked_at=NOW),
        "CHECK constraint failed: invitation_revoked_with_author",
        "Une révocation a une date et un auteur.",
    ),
    (
        "waiting_once_per_cohort",
        second(lambda world: world.waiting()),
        "UNIQUE constraint failed: learners_waitingplace.cohort_id, learners_waitingplace.person_id",
        "Cette personne est déjà sur la liste d’attente.",
    ),
    (
        "waiting_given_or_left",
        lambda world: world.waiting(given_at=NOW, left_at=NOW),
        "CHECK constraint failed: waiting_given_or_left",
        "Une place est obtenue ou abandonnée, pas les deux.",
    ),
    (
        "allowance_one_current",
        second(lambda world: world.allowance()),
        "UNIQUE constraint failed: learners_allowance.enrolment_id, learners_allowance.page_id, "
        "learners_allowance.kind",
        "Cette personne a déjà cette dérogation.",
    ),
    (
        "allowance_extension_has_a_date",
        lambda world: world.allowance(kind="extend"),
        "CHECK constraint failed: allowance_extension_has_a_date",
        "Une clôture repoussée a une date ; une ouverture n’en a pas.",
    ),
    (
        "allowance_is_explained",
        lambda world: world.allowance(comment=""),
        "CHECK constraint failed: allowance_is_explained",
        "Une dérogation s’explique.",
    ),
    (
        "allowance_ends_after_it_begins",
        lambda world: world.allowance(ended_at=EARLIER),
        "CHECK constraint failed: allowance_ends_after_it_begins",
        "Une dérogation se termine après avoir commencé.",
    ),
    (
        "message_written_or_cancelled",
        lambda world: Message(
            cohort=world.cohort,
            subject="Bonjour",
            text="Bonjour",
            created_at=NOW,
            author=world.person,
            due_at=NOW,
            written_at=NOW,
            cancelled_at=NOW,
        ),
        "CHECK constraint failed: message_written_or_cancelled",
        "Un message part ou s’annule, pas les deux.",
    ),
    (
        "letter_postponed_with_reason",
        lambda world: world.letter(postponed_until=LATER),
        "CHECK constraint failed: letter_postponed_with_reason",
        "Un message qui attend dit pourquoi.",
    ),
    (
        "letter_postponed_with_reason",
        lambda world: world.letter(postponed_reason="dimanche"),
        "CHECK constraint failed: letter_postponed_with_reason",
        "Un message qui attend dit pourquoi.",
    ),
    (
        "letter_bounced_with_diagnostic",
        lambda world: world.letter(bounced_at=LATER),
        "CHECK constraint failed: letter_bounced_with_diagnostic",
        "Un message qui revient dit pourquoi.",
    ),
    (
        "cohort_session_once",
        second(lambda world: CohortSession(cohort=world.cohort, step=LessonPage.objects.first(), starts_at=NOW)),
        "UNIQUE constraint failed: learners_cohortsession.cohort_id, learners_cohortsession.step_id",
        "Cette séance a déjà sa date dans cette cohorte.",
    ),
    (
        "reminder_rule_once_per_track",
        second(rule),
        "UNIQUE constraint failed: learners_reminderrule.track_id, learners_reminderrule.kind, "
        "learners_reminderrule.delay",
        "Ce parcours a déjà cette règle.",
    ),
    (
        "reminder_rule_once_per_cohort",
        second(lambda world: rule(world, cohort=world.cohort)),
        "UNIQUE constraint failed: learners_reminderrule.cohort_id, learners_reminderrule.kind, "
        "learners_reminderrule.delay",
        "Cette cohorte a déjà cette règle.",
    ),
    (
        "reminder_rule_delay_in_bounds",
        lambda world: rule(world, delay=181),
        "CHECK constraint failed: reminder_rule_delay_in_bounds",
        "Le délai va de 1 à 180.",
    ),
    (
        "reminder_rule_times_in_bounds",
        lambda world: rule(world, times=0),
        "CHECK constraint failed: reminder_rule_times_in_bounds",
        "Un rappel part de 1 à 5 fois.",
    ),
    (
        "reminder_rule_words_together",
        lambda world: rule(world, subject="Bonjour"),
        "CHECK constraint failed: reminder_rule_words_together",
        "L’objet et le texte s’écrivent ensemble, ou restent vides tous les deux.",
    ),
]


@pytest.fixture
def world(learner, track, quiz):
    return World(learner, track, quiz)


def named(cases):
    return [f"{number}-{name}" for number, (name, *_) in enumerate(cases)]


@pytest.mark.parametrize(("name", "violate", "on_sqlite", "sentence"), CASES, ids=named(CASES))
def test_the_database_refuses_it(world, name, violate, on_sqlite, sentence):
    row = violate(world)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save()
    if connection.vendor == "postgresql":
        assert refused.value.__cause__.diag.constraint_name == name
    else:
        assert str(refused.value) == on_sqlite


@pytest.mark.parametrize(("name", "violate", "on_sqlite", "sentence"), CASES, ids=named(CASES))
def test_a_form_says_it_in_french(world, name, violate, on_sqlite, sentence):
    with pytest.raises(ValidationError) as refused:
        violate(world).validate_constraints()
    assert refused.value.messages == [sentence]


def test_every_named_constraint_of_learners_has_a_case_here():
    models = apps.get_app_config("learners").get_models()
    assert {constraint.name for model in models for constraint in model._meta.constraints} == {
        name for name, *_ in CASES
    }


@pytest.mark.parametrize(
    ("build", "columns"),
    [
        (lambda world: world.letter(), "learners_letter.key"),
        (lambda world: world.certificate(), "learners_certificate.current_for_id"),
    ],
    ids=["the key of a letter", "the enrolment of an attestation"],
)
def test_there_is_never_a_second_one(world, build, columns):
    saved(build(world))
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        build(world).save()
    table, _, column = columns.partition(".")
    if connection.vendor == "postgresql":
        assert (refused.value.__cause__.diag.table_name, column in str(refused.value)) == (table, True)
    else:
        assert str(refused.value) == f"UNIQUE constraint failed: {columns}"


def test_what_is_right_is_accepted(world):
    other = saved(world.new_enrolment(last_activity_at=LATER, completed_at=LATER, withdrawn_at=LATER))
    sent = saved(world.attempt(submitted_at=NOW, score=3, passed=True))
    unmarked = saved(world.attempt(number=2, submitted_at=NOW, score=0, passed=None))
    open_one = saved(world.attempt(number=3))
    rows = [
        other,
        sent,
        unmarked,
        open_one,
        saved(world.attempt(enrolment=other)),
        saved(world.answer(sent, points=0.5, max_points=1)),
        saved(world.answer(open_one)),
        saved(world.certificate(revoked_at=NOW, revoked_by=world.person, revoked_reason="Erreur")),
        saved(world.module_certificate()),
        saved(world.module_certificate(current_module=None)),
        saved(world.letter(sent_at=NOW)),
        saved(world.letter(key="l", dropped_at=NOW, dropped_reason="refusée")),
        saved(Cohort(name="Hiver", track=world.track, opens_on=date(2026, 12, 1), closes_on=date(2026, 12, 2))),
    ]
    for row in rows:
        row.validate_constraints()
    assert all(row.pk for row in rows)

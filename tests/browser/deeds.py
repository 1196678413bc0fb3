"""The deeds that Backstage can do, run in a process with the product's settings.

Each is a sentence about people and time, through the verbs of learners.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import F
from django.utils import timezone

from config.celery import app
from courses.models import CataloguePage, QuizPage, StepPage, TrackPage
from courses.outline import outline_by_slug
from courses.versions import quiz_of
from learners import addresses, attempts, certificates, enrolment, reminders, rule_book, subscriptions
from learners.models import Attempt, Certificate, Cohort, Completion, Enrolment, Letter, User
from tests.browser.product import locked
from tests.factories import learners as factories
from tests.factories.courses import make_module, make_quiz, make_track
from tests.factories.questions import every_block


def person(email, password=None, first_name="Nadia", last_name="Benali"):
    """Somebody whose address is confirmed."""
    return factories.make_person(email, password=password, first_name=first_name, last_name=last_name).pk


def session(email):
    """The cookie of that person's browser, as after signing in."""
    who = _person(email)
    store = SessionStore()
    store[SESSION_KEY] = str(who.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = who.get_session_auth_hash()
    store.create()
    return store.session_key


def password(email, password):
    """That person has another password: whoever was signed in as them no longer is."""
    who = _person(email)
    who.set_password(password)
    who.save()


def follow(email, track, steps=0, cohort=None):
    """That person follows the track, and has finished so many of its steps."""
    outline = outline_by_slug(track)
    row = enrolment.enrol(
        person=_person(email),
        track_pk=outline.pk,
        at=timezone.now(),
        cohort=Cohort.objects.get(name=cohort) if cohort else None,
    )
    for step in outline.steps[:steps]:
        factories.finish_step(row, step, at=timezone.now())
    found = Certificate.objects.filter(enrolment=row).first()
    return found.code if found else ""


def lead(email, cohort, track, opens_on="2026-09-01"):
    """That person leads a new cohort."""
    outline = outline_by_slug(track)
    return factories.make_cohort(outline, lead=_person(email), name=cohort, opens_on=opens_on).pk


def cohorts():
    """The key of every cohort, by name."""
    return dict(Cohort.objects.values_list("name", "pk"))


def days_pass(email, count):
    """Everything that this person did, and every letter they got, was so many days earlier."""
    days = timedelta(days=count)
    enrolments = Enrolment.objects.filter(person=_person(email))
    Completion.objects.filter(enrolment__in=enrolments).update(completed_at=F("completed_at") - days)
    Letter.objects.filter(enrolment__in=enrolments).update(due_at=F("due_at") - days, sent_at=F("sent_at") - days)
    enrolments.update(enrolled_at=F("enrolled_at") - days, last_activity_at=F("last_activity_at") - days)


def tick(task, times=1):
    """The clock asks for this task of its timetable: the message goes through the broker to a worker."""
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert task in names, f"{task} is not in the timetable"
    for _ in range(times):
        app.send_task(task)


def reminders_of(email):
    """How many reminders exist for that person, left or to leave."""
    return Letter.objects.filter(person=_person(email), kind=Letter.Kind.REMINDER).count()


def refuses_reminders(email):
    """Whether that person wants no reminder."""
    return subscriptions.refuses(_person(email), Letter.Kind.REMINDER)


def come_back(email):
    """A server says that nothing arrives at the address of that person."""
    addresses.mark_failing(_person(email), diagnostic="smtp; 550 5.1.1", at=timezone.now())


def letters_waiting():
    """How many letters are to leave."""
    return Letter.objects.waiting().count()


def silent_people(track):
    """The addresses of the demonstration people whom the clock must remind in this track."""
    outline, now = outline_by_slug(track), timezone.now()
    rule_book.ensure([outline], at=now)
    told = Letter.objects.filter(kind=Letter.Kind.REMINDER, rule__track=outline.pk)
    due = (one for held in rule_book.held([outline.pk])[outline.pk] for one in reminders.due(held, outline, now=now))
    found = {one.enrolment.person.email for one in due} | set(told.values_list("address", flat=True))
    return sorted(email for email in found if email.endswith("@demo.example"))


def attempts_of(email):
    """The (number, whether it was sent, score) of each attempt of that person."""
    rows = Attempt.objects.filter(enrolment__person=_person(email)).order_by("quiz", "number")
    return [[row.number, row.submitted_at is not None, row.score] for row in rows]


def completions_of(email):
    """How many steps that person has finished."""
    return Completion.objects.filter(enrolment__person=_person(email)).count()


def certificates_of(email):
    """The codes of the attestations of that person."""
    return list(Certificate.objects.filter(enrolment__person=_person(email)).values_list("code", flat=True))


def revoke(code, reason):
    """The administrator revokes this attestation."""
    admin = User.objects.get(email="admin@demo.example")
    certificates.revoke(Certificate.objects.get(code=code), by=admin, at=timezone.now(), reason=reason)


def correct(code, holder):
    """The administrator has the name on this attestation corrected; gives the new code."""
    admin = User.objects.get(email="admin@demo.example")
    row = Certificate.objects.get(code=code)
    return certificates.correct(row, holder=holder, by=admin, at=timezone.now(), reason="Faute de frappe").code


def steps(track):
    """The steps of a track in reading order, as plain values."""
    return [
        {
            "pk": step.pk,
            "number": step.number,
            "title": step.title,
            "url": step.url,
            "kind": step.kind,
            "required": step.required,
        }
        for step in outline_by_slug(track).steps
    ]


def parent_of(step):
    """The module of this step."""
    return StepPage.objects.get(pk=step).get_parent().pk


def every_type():
    """A track whose only step is a quiz with every type of question and with settings, made once; its slug."""
    with locked(settings.VAR):
        if not TrackPage.objects.filter(slug="toutes-les-questions").exists():
            page = make_track(
                CataloguePage.objects.get(), slug="toutes-les-questions", title="Toutes les questions", modules=()
            )
            make_quiz(
                make_module(page),
                title="Une question de chaque type",
                questions=every_block(),
                certainty=True,
                time_limit=45,
                max_attempts=3,
            )
    return "toutes-les-questions"


def begin(email, track):
    """That person has begun the quiz that comes first in this track, and answered every other question."""
    attempt = _opened(email, track)
    right = list(factories.right_responses(attempt).items())
    attempts.save(attempt_pk=attempt.pk, responses=dict(right[::2]), at=timezone.now())


def finish(email, track):
    """That person has sent that quiz: right, wrong and blank answers, and one to review. The key of the attempt."""
    attempt = _opened(email, track)
    right = factories.right_responses(attempt)
    wrong = {one.id: [one.options[-1].id] for one in attempt.paper.questions if one.kind == "single"}
    blank = {one.id: one.blank for one in attempt.paper.questions if one.kind == "matching"}
    sure = {one.id: 3 for one in attempt.paper.questions if attempt.paper.asks_certainty(one)}
    said = right | wrong | blank
    attempts.submit(attempt_pk=attempt.pk, responses=said, certainties=sure, at=timezone.now(), allow_blank=True)
    return attempt.pk


def _opened(email, track):
    row = Enrolment.objects.get(person=_person(email), track_id=outline_by_slug(track).pk)
    quiz = outline_by_slug(track).steps[0]
    return attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=timezone.now())


def answers():
    """For each question with proposed answers: its kind, the right response, and one that is wrong."""
    return {
        question.id: {
            "kind": question.kind,
            "right": question.right_response,
            "wrong": [next(option.id for option in question.options if not option.correct)],
        }
        for page in QuizPage.objects.live()
        for question in quiz_of(page).questions
        if question.control == "choices" and question.scored
    }


def answers_of(email):
    """For each attempt of that person, the responses that are stored, by question."""
    rows = Attempt.objects.filter(enrolment__person=_person(email)).order_by("quiz", "number")
    return [dict(row.answers.values_list("question_id", "response")) for row in rows]


def sign_out(email):
    """Every session of that person is over, as after a month away. Gives how many there were."""
    mine = [one.pk for one in Session.objects.all() if one.get_decoded().get(SESSION_KEY) == str(_person(email).pk)]
    return Session.objects.filter(pk__in=mine).delete()[0]


def publish(pk, live):
    """An author publishes this step, or takes it away."""
    page = StepPage.objects.get(pk=pk).specific
    if live:
        page.save_revision().publish()
    else:
        page.unpublish()


def _person(email):
    return User.objects.get(email=email)

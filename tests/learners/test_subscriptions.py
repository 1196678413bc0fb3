from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import resolve

from learners import enrolment as enrolments
from learners import letters, subscriptions
from learners.models import Letter, OptOut
from tests.factories import learners
from tests.factories.learners import NOW

LATER = NOW + timedelta(days=3)


def test_a_link_says_whom_and_what_it_stops():
    assert subscriptions.read_token(subscriptions.token_for(7, "reminder")) == (7, "reminder")


def test_a_link_in_an_old_letter_still_works():
    with time_machine.travel(NOW, tick=False):
        token = subscriptions.token_for(7, "reminder")
    with time_machine.travel(NOW + timedelta(days=3650), tick=False):
        assert subscriptions.read_token(token) == (7, "reminder")


def swapped(token):
    """The payload of another person's link with the signature of this one."""
    _payload, _, signature = token.partition(":")
    return f"{subscriptions.token_for(8, 'reminder').partition(':')[0]}:{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda token: "", id="empty"),
        pytest.param(lambda token: "7", id="a number"),
        pytest.param(lambda token: "n’importe:quoi:é", id="anything"),
        pytest.param(lambda token: token[:-1], id="cut short"),
        pytest.param(lambda token: token.upper(), id="in capitals"),
        pytest.param(lambda token: token.rpartition(":")[0], id="without its signature"),
        pytest.param(swapped, id="another person with this signature"),
        pytest.param(lambda token: signing.dumps([7, "reminder"]), id="signed for something else"),
        pytest.param(
            lambda token: signing.dumps([7, "reminder"], key="another secret", salt=subscriptions.SALT),
            id="signed by somebody else",
        ),
    ],
)
def test_a_forged_link_says_nothing(forge):
    assert subscriptions.read_token(forge(subscriptions.token_for(7, "reminder"))) is None


def test_the_address_of_a_link_leads_to_the_unsubscription_of_that_person(enrolment, settings):
    settings.SITE_URL = "https://alliance.example"
    letter = letters.write(
        kind=Letter.Kind.REMINDER, person=enrolment.person, enrolment=enrolment, key="reminder:x", due_at=NOW
    )
    site, path = subscriptions.unsubscribe_url(letter).split("/messages/")
    found = resolve(f"/messages/{path}")
    assert (site, found.view_name) == ("https://alliance.example", "lms:unsubscribe")
    assert subscriptions.read_token(found.kwargs["token"]) == (enrolment.person_id, "reminder")


@pytest.mark.parametrize("kind", ["account", "welcome", "certificate"])
def test_letters_that_somebody_asked_for_have_no_link(learner, kind):
    assert subscriptions.unsubscribe_url(Letter(kind=kind, person=learner)) == ""


def test_a_reminder_to_nobody_in_particular_has_no_link():
    assert subscriptions.unsubscribe_url(Letter(kind="reminder")) == ""


def test_refusing_is_a_row_with_its_date(learner):
    subscriptions.opt_out(person_pk=learner.pk, kind="reminder", at=NOW)
    assert OptOut.objects.values_list("person_id", "kind", "opted_out_at").get() == (learner.pk, "reminder", NOW)


def test_refusing_twice_keeps_the_first_date(learner):
    for at in (NOW, LATER):
        subscriptions.opt_out(person_pk=learner.pk, kind="reminder", at=at)
    assert OptOut.objects.get().opted_out_at == NOW


def test_accepting_again_takes_the_refusal_back_and_may_be_repeated(learner):
    somebody = learners.make_person("tom@example.org")
    for person in (learner, somebody):
        subscriptions.opt_out(person_pk=person.pk, kind="reminder", at=NOW)
    for _ in range(2):
        subscriptions.opt_in(person_pk=learner.pk, kind="reminder")
    assert [subscriptions.refuses(person, "reminder") for person in (learner, somebody)] == [False, True]


def test_what_somebody_asked_for_cannot_be_refused(learner):
    for kind in Letter.Kind.values:
        subscriptions.opt_out(person_pk=learner.pk, kind=kind, at=NOW)
    assert {kind: subscriptions.refuses(learner, kind) for kind in Letter.Kind.values} == {
        "account": False,
        "welcome": False,
        "reminder": True,
        "certificate": False,
        "review": True,
        "seat": False,
        "message": True,
        "task": True,
        "digest": True,
        "trial": False,
    }


def test_refusing_everything_holds_for_all_that_may_be_refused_and_nothing_else(learner):
    subscriptions.opt_out(person_pk=learner.pk, kind=subscriptions.EVERYTHING, at=NOW)
    assert {kind for kind in Letter.Kind.values if subscriptions.refuses(learner, kind)} == set(subscriptions.REFUSABLE)


def test_no_later_enrolment_cancels_what_was_refused(learner, track):
    subscriptions.opt_out(person_pk=learner.pk, kind=subscriptions.EVERYTHING, at=NOW)
    row = learners.enrol(learner, track, at=LATER)
    enrolments.withdraw(person=learner, track_pk=track.pk, at=LATER)
    learners.enrol(learner, track, at=LATER, cohort=learners.make_cohort(track))
    row.refresh_from_db()
    assert (row.withdrawn_at, subscriptions.refuses(learner, "reminder")) == (None, True)


def test_choosing_keeps_the_date_of_a_refusal_that_stays_and_may_be_repeated(learner):
    for at in (NOW, LATER):
        subscriptions.choose(
            person=learner, refused={"reminder", "review"}, territory="974", no_reminder_before=None, at=at
        )
    assert list(OptOut.objects.order_by("kind").values_list("kind", "opted_out_at")) == [
        ("reminder", NOW),
        ("review", NOW),
    ]
    subscriptions.choose(person=learner, refused={"review"}, territory="", no_reminder_before=LATER.date(), at=LATER)
    assert subscriptions.refused_by(learner) == {"review"}
    chosen = subscriptions.choices_of(learner)
    assert (chosen.territory, chosen.no_reminder_before) == ("", LATER.date())


@pytest.mark.parametrize("people", [1, 3])
def test_what_is_to_be_known_of_readers_is_two_questions(track, people, django_assert_num_queries):
    rows = [learners.enrol(learners.make_person(f"p{one}@example.org"), track) for one in range(people)]
    with django_assert_num_queries(2):
        found = subscriptions.readers([(row.person_id, None) for row in rows], now=NOW)
    assert set(found) == {row.person_id for row in rows}

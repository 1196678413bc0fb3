"""The links at the foot of letters: one POST stops them, opening the address changes nothing."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from learners.models import Letter, OptOut
from learners.reminders import write_due
from learners.subscriptions import refused_by, token_for
from learners.tasks import send_letter
from lms.views import demo
from tests.factories.learners import make_person
from tests.lms.visiting import Visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reminder(enrolment, clock):
    """The reminder that the learner received after nine days of silence, as the mail server got it."""
    clock.shift(timedelta(days=9))
    write_due(now=timezone.now())
    send_letter(Letter.objects.get(kind="reminder").pk)
    return mail.outbox[-1]


def path_in(header):
    """The path of the address between angle brackets."""
    return re.fullmatch(r"<https?://[^/]+(/\S+)>", header).group(1)


def test_the_reminder_carries_the_headers_of_one_click_unsubscription(reminder):
    assert reminder.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert path_in(reminder.extra_headers["List-Unsubscribe"]) in reminder.body


def test_a_mail_provider_stops_the_reminders_by_one_post_without_cookie_nor_csrf(reminder, learner):
    address = path_in(reminder.extra_headers["List-Unsubscribe"])
    provider = Client(enforce_csrf_checks=True)

    answers = [provider.post(address, ONE_CLICK) for _ in range(2)]

    assert [(one.status_code, one.content.decode(), one.cookies) for one in answers] == [
        (200, "Désinscription enregistrée.", {})
    ] * 2
    assert list(OptOut.objects.values_list("person", "kind")) == [(learner.pk, "reminder")]


def test_opening_the_link_asks_and_changes_nothing(visitor, learner, site):
    address = f"/messages/{token_for(learner.pk, 'reminder')}/desinscription/"

    page = visitor.open(address)

    assert (page.status, page.h1) == (200, "Ne plus recevoir ces messages ?")
    assert page.buttons == ["Ne plus les recevoir", "Seulement l’indispensable"]
    assert visitor.client.head(address).status_code == 200
    assert OptOut.objects.count() == 0


def test_a_reader_stops_the_reminders_by_the_button_and_may_undo_it(visitor, learner, site):
    page = visitor.open(f"/messages/{token_for(learner.pk, 'reminder')}/desinscription/")

    stopped = visitor.press(page, "Ne plus les recevoir")
    assert (stopped.status, stopped.h1) == (200, "C’est fait")
    assert OptOut.objects.count() == 1

    back = visitor.press(stopped, "Les recevoir de nouveau")
    assert (back.status, back.h1) == (200, "C’est noté")
    assert OptOut.objects.count() == 0


def test_the_link_stops_the_letters_of_its_own_person_whoever_is_signed_in(learner, site):
    other = make_person("lea@example.org")

    Visitor(other).client.post(f"/messages/{token_for(learner.pk, 'reminder')}/desinscription/", ONE_CLICK)

    assert list(OptOut.objects.values_list("person", flat=True)) == [learner.pk]


def test_the_pages_of_the_link_name_nobody(visitor, learner, site):
    page = visitor.open(f"/messages/{token_for(learner.pk, 'reminder')}/desinscription/")

    assert [word in str(page.soup) for word in ("Nadia", "Benali", "nadia@example.org")] == [False] * 3


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_the_link_knows_no_other_method(client, learner, site, method):
    address = f"/messages/{token_for(learner.pk, 'reminder')}/"

    assert getattr(client, method)(f"{address}desinscription/").status_code == 405
    assert client.get(f"{address}reinscription/").status_code == 405
    assert OptOut.objects.count() == 0


def test_only_what_may_be_refused_has_a_link(visitor, learner, site):
    statuses = [
        visitor.open(f"/messages/{token_for(learner.pk, kind)}/desinscription/").status
        for kind in (
            "account",
            "welcome",
            "certificate",
            "seat",
            "reminder",
            "message",
            "review",
            "digest",
            "everything",
        )
    ]

    assert statuses == [404] * 4 + [200] * 5


def test_a_reader_keeps_the_indispensable_only(visitor, learner, site):
    page = visitor.open(f"/messages/{token_for(learner.pk, 'reminder')}/desinscription/")

    assert visitor.press(page, "Seulement l’indispensable").h1 == "C’est fait"

    assert refused_by(learner) == {"everything"}


def test_the_mail_of_the_demonstration_is_shown_with_its_accents(tmp_path):
    head = 'Subject: a\nTo: b\nContent-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n'
    path = tmp_path / "one.log"
    path.write_bytes(f"{head}L’alliance est là.\n".encode())
    assert demo.read(path)["text"] == "L’alliance est là.\n"

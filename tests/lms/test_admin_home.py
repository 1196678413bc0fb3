"""The first page of the admin: what leaves by itself, for those who watch over it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from learners.models import Heartbeat, Letter
from tests.factories.learners import NOW, make_instructor, make_person
from tests.lms.visiting import Visitor


@pytest.fixture
def louise(db):
    """An administrator."""
    return Visitor(make_person("louise@example.org", is_superuser=True, is_staff=True))


def departures(visitor):
    """What the panel « Envois » says, or nothing."""
    panel = visitor.open("/admin/").soup.find(id="envois-content")
    return " ".join(panel.get_text(" ").split()) if panel else ""


def test_an_administrator_sees_that_nothing_waits_and_that_the_clock_beats(louise):
    Heartbeat.objects.create(name="clock", at=NOW + timedelta(minutes=59, seconds=48))
    words = departures(louise)
    assert "Elle bat : dernier signe il y a 12 secondes." in words
    assert "Aucun message en attente" in words
    assert "Aucun refus ces sept derniers jours" in words


def test_a_clock_that_is_silent_and_letters_that_are_late_are_told(louise):
    Heartbeat.objects.create(name="clock", at=NOW - timedelta(hours=2))
    Letter.objects.create(person=louise.person, address="l@example.org", kind="welcome", key="k", due_at=NOW)
    refused = {"dropped_at": NOW, "dropped_reason": "refusée par le serveur de courrier", "last_error": "550"}
    Letter.objects.create(person=louise.person, address="l@example.org", kind="welcome", key="r", due_at=NOW, **refused)
    words = departures(louise)
    assert "Elle est muette depuis 3 h." in words.replace("\u00a0", " ")
    assert "1 message en attente , dont 1 en retard de plus de dix minutes" in words
    assert "1 message refusé ces sept derniers jours" in words


def test_a_clock_that_never_ticked_is_told(louise):
    assert "Elle n’a jamais donné signe." in departures(louise)


def test_who_reads_no_letter_is_shown_no_panel(track):
    writer = make_instructor("helene@example.org", is_staff=True)
    writer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert departures(Visitor(writer)) == ""

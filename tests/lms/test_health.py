"""/sante/: what a monitoring service reads, without signing in."""

import socket
from datetime import timedelta
from time import perf_counter

import pytest
from django.db import DatabaseError, connection

from config.celery import app
from learners.models import Heartbeat
from learners.schedule import beat
from tests.factories.learners import enrol


@pytest.fixture
def closed_port():
    """A port of this machine where nothing listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def read(client):
    """The status and the facts."""
    response = client.get("/sante/")
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def test_everything_is_well_when_the_clock_was_heard(client, db, clock):
    beat()
    clock.shift(timedelta(seconds=40))

    assert read(client) == (
        200,
        {
            "ok": True,
            "database": True,
            "broker": True,
            "worker": True,
            "clock_age_seconds": 40,
            "letters_waiting": 0,
            "figures_agree": None,
        },
    )


def test_letters_that_wait_are_counted(client, enrolment, learner):
    beat()

    assert read(client)[1]["letters_waiting"] == 1


@pytest.mark.parametrize(("silence", "status"), [(99, 200), (100, 503), (3600, 503)])
def test_a_clock_that_is_silent_for_long_is_a_fault(client, db, clock, silence, status):
    beat()
    clock.shift(timedelta(seconds=silence))

    code, facts = read(client)

    assert (code, facts["ok"], facts["clock_age_seconds"]) == (status, status == 200, silence)


def test_a_clock_that_was_never_heard_is_a_fault(client, db):
    assert read(client) == (
        503,
        {
            "ok": False,
            "database": True,
            "broker": True,
            "worker": False,
            "clock_age_seconds": None,
            "letters_waiting": 0,
            "figures_agree": None,
        },
    )


def test_a_broker_that_is_away_is_a_fault_and_is_told_at_once(client, db, monkeypatch, closed_port):
    beat()
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{closed_port}/0")
    before = perf_counter()

    code, facts = read(client)

    assert (code, facts["ok"], facts["broker"], facts["database"]) == (503, False, False, True)
    assert perf_counter() - before < 5


def test_a_database_that_is_away_is_told_as_json_too(client, db):
    beat()

    def refuse(*args):
        raise DatabaseError("away")

    with connection.execute_wrapper(refuse):
        code, facts = read(client)

    assert (code, facts["ok"], facts["database"], facts["letters_waiting"]) == (503, False, False, None)


def test_the_page_needs_nobody_and_tells_nobody(client, db, enrolment, learner, track):
    Heartbeat.objects.all().delete()
    enrol(learner, track)

    response = client.get("/sante/")

    assert "Benali" not in response.text
    assert response.cookies == {}
    assert client.post("/sante/").status_code == 405

"""What workers and brokers do to us: a task twice, no broker, a broker that is down or mute."""

import socket
from time import monotonic

import pytest
import time_machine
from celery import Celery
from django.core import mail
from django.test import override_settings

from config.celery import app
from learners.models import Letter
from learners.tasks import SweptTask, send_letter
from tests.factories.learners import NOW, enrol, finish


def task_of(address, settings):
    """A task like ours, of an application configured like ours, whose broker is at that address."""
    settings.CELERY_BROKER_URL = address
    other = Celery("tests", set_as_current=False)
    other.config_from_object("django.conf:settings", namespace="CELERY")

    @other.task(base=SweptTask, name="tests.deliver")
    def deliver(pk):
        raise AssertionError("a hint runs nothing in the caller's process")

    return deliver


def test_a_task_given_twice_sends_one_letter(enrolment):
    letter = Letter.objects.get()
    with time_machine.travel(NOW, tick=False):
        send_letter(letter.pk)
        send_letter(letter.pk)
    assert [message.to for message in mail.outbox] == [["nadia@example.org"]]
    assert Letter.objects.values_list("sent_at", "tries").get() == (NOW, 1)


@pytest.mark.django_db
def test_a_task_for_a_letter_that_does_not_exist_does_nothing():
    send_letter(12345)
    assert mail.outbox == []


def test_a_hint_puts_the_key_of_the_row_in_the_queue(queue):
    send_letter.hint(7)
    assert queue.taken() == [("learners.tasks.send_letter", 7)]


def test_attestations_have_a_queue_of_their_own_and_the_clock_has_another(queue, track, learner, after_commit):
    with after_commit():
        finish(enrol(learner, track))
    welcome, attestation = Letter.objects.order_by("pk")
    assert queue.taken("letters") == [("learners.tasks.send_letter", welcome.pk)]
    assert queue.taken("documents") == [("learners.tasks.send_letter", attestation.pk)]
    routes = [app.amqp.router.route({}, one["task"])["queue"].name for one in app.conf.beat_schedule.values()]
    assert set(routes) == {"clock"}


def test_a_worker_that_is_told_nothing_takes_from_every_queue():
    assert set(app.amqp.queues.consume_from) == {"clock", "letters", "documents"}


def test_without_a_broker_a_hint_does_nothing(queue):
    with override_settings(CELERY_BROKER_URL=""):
        send_letter.hint(7)
    assert queue.taken() == []


def test_a_hint_neither_fails_nor_waits_when_the_broker_is_down(settings):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    task = task_of(f"redis://127.0.0.1:{port}/0", settings)
    began = monotonic()
    task.hint(7)
    assert monotonic() - began < 3


@pytest.mark.slow
def test_a_hint_does_not_wait_long_for_a_broker_that_does_not_answer(settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        task = task_of(f"redis://127.0.0.1:{mute.getsockname()[1]}/0", settings)
        began = monotonic()
        task.hint(7)
        assert monotonic() - began < 8

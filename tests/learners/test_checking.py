"""Every night the figures of lists are counted again from the rows; a difference that was made by hand is told."""

from datetime import timedelta

import pytest
from django.db.models import Count, QuerySet
from structlog.testing import capture_logs

from learners import checking, enrolment
from learners.models import Certificate, Completion, Enrolment, Heartbeat
from learners.models.enrolment import EnrolmentQuerySet
from tests.factories import courses
from tests.factories.learners import NOW, enrol, finish, make_person

LATER = NOW + timedelta(days=1)


@pytest.fixture
def rows(track):
    """Four learners: nothing done, half of it, everything; and one who left."""
    found = [finish(enrol(make_person(f"p{steps}@example.org"), track), steps=steps) for steps in (0, 2, 4)]
    gone = finish(enrol(make_person("gone@example.org"), track), steps=1)
    enrolment.withdraw(person=gone.person, track_pk=track.pk, at=NOW)
    return found


def test_figures_that_agree_are_said_to(rows):
    with capture_logs() as logs:
        result = checking.compare(now=LATER)
    assert (result.agrees, result.compared) == (True, 3)
    assert [(line["event"], line["log_level"]) for line in logs] == [("figures agree", "info")]
    assert checking.figures_agree() is True
    assert list(Heartbeat.objects.values_list("name", "at")) == [("figures", LATER)]


def test_before_the_first_night_nothing_is_known(db):
    assert checking.figures_agree() is None


def test_a_progress_that_is_told_in_two_ways_is_reported(rows, monkeypatch):
    _, half, _ = rows
    module = half.track.get_children().first().specific
    extra = courses.make_lesson(module, title="Facultative", required=False)
    Completion.objects.create(enrolment=half, step_id=extra.pk, completed_at=NOW)
    assert checking.compare(now=LATER).agrees

    # The fault that this check is for: a list that forgets which steps count.
    monkeypatch.setattr(EnrolmentQuerySet, "with_progress", lambda self, _: self.annotate(done=Count("completions")))
    assert checking.compare(now=LATER).progress == (half.pk,)


def test_a_finish_without_attestation_and_the_reverse_are_reported_by_night_and_then_mended(rows):
    _, half, full = rows
    moved = QuerySet(Certificate)  # past what refuses to alter an attestation
    moved.filter(enrolment=full).update(enrolment=half, current_for=half)
    with capture_logs() as logs:
        result = checking.compare(now=LATER)
    assert (result.progress, result.unattested, result.unfinished) == ((), (full.pk,), (half.pk,))
    assert logs == [
        {
            "event": "figures differ",
            "log_level": "warning",
            "enrolments": 3,
            "progress_count": 0,
            "unattested_count": 1,
            "unfinished_count": 1,
            "progress": [],
            "unattested": [full.pk],
            "unfinished": [half.pk],
        }
    ]
    assert checking.figures_agree() is False

    moved.filter(enrolment=half).update(enrolment=full, current_for=full)
    assert checking.compare(now=LATER + timedelta(days=1)).agrees
    assert checking.figures_agree() is True


def test_the_log_names_twenty_at_most(track):
    people = [enrol(make_person(f"p{number}@example.org"), track) for number in range(22)]
    Enrolment.objects.filter(pk__in=[row.pk for row in people]).update(completed_at=NOW)
    with capture_logs() as logs:
        checking.compare(now=LATER)
    assert (logs[0]["unattested_count"], logs[0]["unattested"]) == (22, [row.pk for row in people[:20]])


def test_optional_and_unpublished_steps_are_counted_the_same_on_both_sides(rows, outline):
    optional = courses.make_lesson(rows[0].track.get_children().first().specific, title="Facultative", required=False)
    Completion.objects.create(enrolment=rows[1], step_id=optional.pk, completed_at=NOW)
    rows[0].track.get_descendants().get(pk=outline.steps[0].pk).specific.unpublish()
    assert checking.compare(now=LATER).progress == ()

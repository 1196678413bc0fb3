"""What the tests of the screens share: a fixed hour, people at their browsers, templates that know every name."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as project
from django.template import engines
from django.template.base import FilterExpression, Node

from courses.models import CataloguePage
from courses.outline import outline_by_pk
from learners import roles
from learners.models import User
from tests.factories.learners import NOW, enrol, make_person
from tests.lms.visiting import Visitor

OURS = tuple(str(Path(project.ROOT) / app / "templates") for app in ("lms", "learners"))


class StrictlyNothing(str):
    """What an undefined template variable gives: nothing, and a failure where the template is ours.

    Django asks whether there is a replacement text before it applies filters, in one place. The
    templates of the CMS, and ours in its place, go on with their habit of undefined names.
    """

    __slots__ = ()

    def __bool__(self):
        frame = sys._getframe(1)
        if frame.f_code is not FilterExpression.resolve.__code__:
            return False
        name, context = frame.f_locals["self"].token, frame.f_locals["context"]
        while frame and not isinstance(frame.f_locals.get("self"), Node):
            frame = frame.f_back
        node = frame.f_locals["self"] if frame else None
        origin = str(getattr(node, "origin", ""))
        # A preview shows a page to its author, as nobody: what belongs to a person is not there.
        preview = getattr(context.get("request"), "is_preview", False)
        if origin.startswith(OURS) and "/wagtailadmin/" not in origin and not preview:
            pytest.fail(f"undefined template variable « {name} » in {origin}")
        return False


@pytest.fixture(autouse=True)
def _templates_know_every_name(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", StrictlyNothing())


@pytest.fixture(autouse=True)
def clock():
    """Every test happens on 23 November 2026, at eleven in Paris; ``clock.shift`` passes time."""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def world_made_at():
    """What is made once is made an hour before."""
    return NOW


@pytest.fixture
def site(published):
    """The catalogue, which holds one track, « Jeunes »."""
    return published[0]


@pytest.fixture
def track(published):
    """A live track in order: two lessons and a quiz in a first module, one lesson in a second."""
    return published[1]


@pytest.fixture
def empty(site, track):
    """The catalogue without any track, for tests that make their own."""
    track.delete()
    return CataloguePage.objects.get()


@pytest.fixture
def visitor(db):
    """Somebody who did not sign in."""
    return Visitor()


@pytest.fixture
def nadia(learner):
    """The learner at her browser."""
    return Visitor(learner)


@pytest.fixture
def enrolment(learner, track):
    """The learner follows the track."""
    return enrol(learner, track)


@pytest.fixture
def steps(track):
    """The steps of the track: Leçon 1.1, Leçon 1.2, Quiz 1, Leçon 2.1."""
    return outline_by_pk(track.pk).steps


@pytest.fixture
def instructor(site):
    """Somebody who writes and publishes, and leads nobody."""
    person = make_person("helene@example.org", first_name="Hélène", last_name="Marchetti")
    person.groups.add(roles.instructors())
    return person


@pytest.fixture
def admin(db):
    """Somebody who may do everything."""
    return User.objects.create_superuser("louise@example.org", None, first_name="Louise", last_name="Ferrand")

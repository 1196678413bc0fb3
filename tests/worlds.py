"""What takes long to make is made once, and stands for all the tests that ask for the same."""

import inspect
from contextlib import ExitStack, contextmanager, nullcontext

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Model

ORDER = {}


def made_once(build):
    """A fixture of rows that stand for as long as the tests that follow one another ask for them.

    It may ask for others of the same kind, defined before it, and for nothing else. It is made before the transaction
    of any test; each test reads its rows again, as that test finds them, and undoes what it did to them. Where
    transactions are real, each test makes its own.
    """

    def found(request, db, **given):
        worlds = request.getfixturevalue("worlds")
        return read_again(worlds.value(build)) if connection.in_atomic_block else build(**given)

    def parameter(name):
        return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)

    asked = list(inspect.signature(build).parameters)
    found.__signature__ = inspect.Signature([parameter(name) for name in ("request", "db", *asked)])
    found.__name__, found.__doc__, found.__module__ = build.__name__, build.__doc__, build.__module__
    found.build = build
    ORDER[build] = len(ORDER)
    return pytest.fixture(found)


def asked_by(item):
    """What a test wants made once, in the order of all tests: two worlds begin alike as far as they may."""
    fixtures = item._fixtureinfo.name2fixturedefs
    builds = {getattr(fixtures[name][-1].func, "build", None) for name in item.fixturenames if name in fixtures}
    return sorted(builds - {None}, key=ORDER.get)


def read_again(value):
    """The same rows as the database has them now, in the same lists and dicts."""
    if isinstance(value, Model):
        return type(value)._default_manager.get(pk=value.pk)
    if isinstance(value, dict):
        return {key: read_again(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(read_again(one) for one in value)
    assert value is None or isinstance(value, str | int), f"a test could change {value!r} for those that follow"
    return value


@contextmanager
def undone():
    """A transaction, or a savepoint, of which nothing stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Worlds:
    """What stands now: savepoints one upon another, each with what it was made of."""

    def __init__(self, blocker):
        self.blocker = blocker
        self.standing = []
        self.moment = None

    def value(self, build):
        return next(value for one, value, _ in self.standing if one is build)

    def begin(self, builds):
        """Whether all that stands is the beginning of these builds."""
        return builds[: len(self.standing)] == [build for build, _, _ in self.standing]

    def make(self, builds, moment=None):
        """These builds stand, and nothing else does; what is missing is made at that moment."""
        with self.blocker.unblock(), time_machine.travel(moment, tick=False) if moment else nullcontext():
            while self.standing and not (moment == self.moment and self.begin(builds)):
                _, _, end = self.standing.pop()
                end.close()
            self.moment = moment
            for build in builds[len(self.standing) :]:
                with ExitStack() as end:
                    end.enter_context(undone())
                    by_name = {one.__name__: value for one, value, _ in self.standing}
                    given = {name: read_again(by_name[name]) for name in inspect.signature(build).parameters}
                    self.standing.append((build, build(**given), end.pop_all()))

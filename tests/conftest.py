"""Guard-rails of the suite. Each says which class of mistake it makes impossible."""

import gc
import socket
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import override_settings
from hypothesis import settings as hypothesis_settings
from wagtail.models import Collection, Locale, Page, Site

from tests.factories import courses, learners
from tests.worlds import ORDER, Worlds, asked_by, made_once

# A property that took long on a busy machine is not broken; the suite says the same of the same code every time.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=True)
# For looking further: make test ARGS="--hypothesis-profile=explore -k properties"
hypothesis_settings.register_profile("explore", deadline=None, max_examples=1_000)
hypothesis_settings.load_profile("suite")


# The fixtures that lead to a database, directly or not.
DATABASES = {"db", "django_db_setup", "empty_database"}
# Which words a page holds, how a file is read: the same on any database. The demonstration is loaded on each by the
# journey that follows.
SAME_ON_ANY_DATABASE = {
    "courses/test_content_blocks.py",
    "courses/test_exchange_formats.py",
    "courses/test_exchange_samples.py",
    "courses/test_glossary.py",
    "courses/test_pages.py",
    "lms/test_headers.py",
    "lms/test_pages.py",
    "lms/test_quiz_screens.py",
    "lms/test_refusals.py",
    "lms/test_secrecy.py",
    "lms/test_seed_demo.py",
    "test_content.py",
}
# Refusals ask the same everywhere; pages open for those who may see the most.
ROLES_THAT_SEE_LITTLE = ("[visitor]", "[other]", "[owner]", "[rival]")


def pytest_addoption(parser):
    """What a second run, on another database, need not repeat."""
    parser.addoption("--database-only", action="store_true", help="leave out what asks nothing of the database")


def pytest_collection_modifyitems(config, items):
    """The slow ones first: nobody waits for one that began last. In a file, those of one world follow one another."""
    gc.freeze()  # what is loaded by now is no garbage
    gc.set_threshold(200_000, 20, 100)
    files = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            files[item.path],
            [ORDER[build] for build in asked_by(item)],
        )
    )
    if config.getoption("--database-only"):
        items[:] = [item for item in items if asks_a_database(item)]


def asks_a_database(item):
    """Whether a test can tell one database from another."""
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    if path == "lms/test_roles.py" and item.name.endswith(ROLES_THAT_SEE_LITTLE):
        return False
    return has_a_database(item) and path not in SAME_ON_ANY_DATABASE


def has_a_database(item, names=DATABASES):
    """Whether a test uses one at all."""
    return bool(names & set(item.fixturenames)) or item.get_closest_marker("django_db") is not None


def is_transactional(item):
    """Whether the transactions of a test are real."""
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The rows that Wagtail's own migrations create, since the suite builds tables without them."""
    with django_db_blocker.unblock():
        if not Page.objects.exists():
            Locale.objects.get_or_create(language_code="fr")
            Page.add_root(title="Root", slug="root")
        if not Collection.objects.exists():
            Collection.add_root(name="Root")
        Page.objects.filter(depth=2).delete()
        Site.objects.all().delete()
        keep_numbers_apart()
        # SQLite is asked once per process whether it knows JSON: not by the test that counts queries.
        assert connection.features.supports_json_field


def keep_numbers_apart():
    """Each table numbers its rows from a start of its own.

    The row of one table is then never found by the number of a row of another, and no number grows by a digit between
    two halves of a test.
    """
    tables = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_field]
    with connection.cursor() as cursor:
        for place, table in enumerate(tables, start=10):
            if connection.vendor == "postgresql":
                sequence = [table.db_table, table.auto_field.column, place * 1000]
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", sequence)
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.db_table])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.db_table, place * 1000]
                )


@pytest.fixture(scope="session")
def wagtail_rows_return(django_db_setup):
    """Real commits are undone by emptying every table, and Wagtail cannot live without its first rows."""

    def restore(**kwargs):
        if not Page.objects.exists():
            Locale.objects.get_or_create(language_code="fr")
            Page.add_root(title="Root", slug="root")
            Collection.add_root(name="Root")
        cache.clear()

    wagtail = apps.get_app_config("wagtailcore")
    post_migrate.connect(restore, sender=wagtail)
    yield
    post_migrate.disconnect(restore, sender=wagtail)


@pytest.fixture
def real_commits(wagtail_rows_return, transactional_db):
    """Transactions really end: after-commit work happens, and other connections see the rows."""
    assert not connection.in_atomic_block


@pytest.fixture(scope="session", autouse=True)
def seals_in_a_temporary_folder(tmp_path_factory):
    """A self-made authority for the run, which leaves no key behind."""
    with override_settings(SEAL_FOLDER=tmp_path_factory.mktemp("seals") / "sceau"):
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A test that reaches beyond this machine is a test of somebody else's server."""
    connect = socket.socket.connect

    def only_here(self, address):
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(autouse=True)
def media_in_a_temporary_folder(settings, tmp_path):
    """A test that writes files leaves none behind."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def wagtail_indexes_nothing(settings):
    """Wagtail's own search and its index of references take a third of the time of a published page."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def wagtail_indexes(settings, wagtail_indexes_nothing):
    """For the tests that read what Wagtail indexes."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(scope="session")
def worlds(django_db_setup, django_db_blocker):
    """What stands under the tests."""
    worlds = Worlds(django_db_blocker)
    yield worlds
    worlds.make([])


@pytest.fixture(scope="session")
def world_made_at():
    """When what is made once is made: now, unless a folder of tests says otherwise."""


@pytest.fixture(autouse=True)
def _world(request, wagtail_indexes_nothing, media_in_a_temporary_folder, world_made_at):
    """Before a test begins its transaction, what it wants made once stands, and nothing else."""
    if has_a_database(request.node, {"db", "transactional_db"}):
        wanted = [] if is_transactional(request.node) else asked_by(request.node)
        request.getfixturevalue("worlds").make(wanted, world_made_at)


@pytest.fixture
def _django_db_helper(_world, _django_db_helper):
    """The transaction of a test, which pytest-django begins: never before its world stands."""


@made_once
def site():
    """The home page and the catalogue."""
    return courses.make_site()


@made_once
def track(site):
    """A live track in order: two modules, three lessons and a quiz (see factories)."""
    return courses.make_track(site)


@made_once
def published():
    """The same catalogue and the same track, for folders whose tests all have them."""
    site = courses.make_site()
    return site, courses.make_track(site)


@pytest.fixture
def learner(db):
    """Somebody with a confirmed address."""
    return learners.make_person("nadia@example.org", first_name="Nadia", last_name="Benali")


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """A block at whose end the transaction « commits »: what was to leave after commit leaves."""

    def block():
        return django_capture_on_commit_callbacks(execute=True)

    return block

"""What the tests of the content share."""

import pytest

from tests.factories.learners import make_person


@pytest.fixture
def editor(client, db):
    """A client signed in as somebody who may edit everything."""
    client.force_login(make_person("admin@example.org", is_staff=True, is_superuser=True))
    return client


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A slow machine gives up no file that a test wants to be read."""
    monkeypatch.setattr("courses.exchange.found.MAX_SECONDS", 60)

"""The same import confirmed in two tabs at the same moment, over real connections: the questions once.

SQLite takes one writer at a time, so races are run on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from taggit.models import Tag

from courses import importing
from courses.models import BankQuestion
from tests.factories.learners import make_person

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]
FILE = b"""
$CATEGORY: Alliances

Une commune peut entrer dans une alliance.{TRUE####Oui.}

// [tag:dons]
Un don est un apport.{TRUE####Oui.}
"""


def at_once(acts):
    """What these gave, each in its thread with its own connection, started together."""
    start = Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("tabs", [2, 6])
def test_of_several_tabs_that_confirm_the_same_import_one_creates_its_questions(real_commits, tabs):
    author = make_person("paul@example.org", is_superuser=True)
    parcel = importing.dry_run(FILE, by=author, publish=True).parcel
    outcomes = at_once([lambda: importing.confirm(parcel, by=author)] * tabs)
    assert sorted(outcomes) == [0] * (tabs - 1) + [2]
    assert BankQuestion.objects.filter(live=True).count() == 2
    assert Tag.objects.count() == 2


def test_two_imports_that_bring_the_same_new_tags_at_once_both_succeed(real_commits):
    author = make_person("paul@example.org", is_superuser=True)
    parcels = [importing.dry_run(FILE, by=author, publish=True).parcel for _ in range(4)]
    outcomes = at_once([lambda one=one: importing.confirm(one, by=author) for one in parcels])
    assert outcomes == [2] * 4
    assert Tag.objects.count() == 2

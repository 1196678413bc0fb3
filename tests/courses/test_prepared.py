"""A query that was written once gives what the queryset gives, with any values in its blanks."""

import pytest
from wagtail.models import Page

from courses.models import ModulePage
from courses.outline import BY_PK, BY_SLUG, BY_STEP, outline_by_pk
from courses.prepared import PreparedQuery
from learners.records import OF_ENROLMENT, OF_PERSON
from tests.factories import courses
from tests.factories.learners import enrol, finish, make_person
from tests.worlds import made_once


@made_once
def tracks(site):
    """Two tracks with a day, a delay, a prerequisite: every kind of column."""
    first, second = (courses.make_track(site, slug=slug) for slug in ("jeunes", "decideurs"))
    module = ModulePage.objects.child_of(second).last()
    module.opens_after_days = 7
    module.prerequisites = [{"type": "prerequisite", "value": {"page": module.get_prev_sibling().pk, "score": 60}}]
    module.save()
    return first, second


@pytest.fixture
def rows(tracks):
    """Somebody has finished the first track and follows the second."""
    person = make_person("nadia@example.org")
    return [finish(enrol(person, tracks[0])), finish(enrol(person, tracks[1]), steps=2)]


def test_outlines_and_records_are_the_same_as_those_of_the_querysets(tracks, rows):
    for track, row in zip(tracks, rows, strict=True):
        step = outline_by_pk(track.pk).steps[0].pk
        for query, given in (
            (BY_PK, [track.pk]),
            (BY_SLUG, [track.slug]),
            (BY_STEP, [step]),
            (OF_ENROLMENT, [row.pk]),
            (OF_PERSON, [row.person_id, track.pk]),
        ):
            found = query.rows(*given)
            assert found
            assert found == list(query.build(*given))


def test_what_is_not_there_gives_no_row(tracks):
    assert BY_PK.rows(tracks[1].pk + 1_000) == BY_SLUG.rows("nulle-part") == []


def test_each_blank_takes_its_own_value(site):
    query = PreparedQuery(
        lambda pk, slug: Page.objects.filter(pk=pk, slug=slug, live=True).values("title", "pk"), -1, "?"
    )
    assert query.rows(site.pk, site.slug) == [{"title": site.title, "pk": site.pk}]
    assert query.rows(site.pk, "autre") == []
    with pytest.raises(ValueError, match="argument"):
        query.rows(site.pk)

"""Blocks of a lesson: named for meaning, refused when what gives them meaning is missing."""

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import get_template

from courses.blocks.content import ContentBlocks
from courses.models import LessonPage
from tests.courses.admin_forms import edit_url, form_of
from tests.courses.samples import VALUES, block
from tests.factories.courses import make_lesson, make_module, make_track

pytestmark = pytest.mark.django_db

REQUIRED = "Champ requis."
UNSOURCED = "Indiquez la source, ou cochez « récit composé »."
RAGGED = "Chaque ligne a autant de cases qu’il y a d’en-têtes."


def faults(stored, *, draft=False):
    """What the form says of this block, by field; None when it takes it."""
    stream = ContentBlocks()
    stream.set_name("body")
    clean = stream.clean_deferred if draft else stream.clean
    try:
        clean(stream.to_python([stored]))
    except ValidationError as error:
        return error.as_json_data()["blockErrors"][0]["blockErrors"]
    return None


def test_every_type_of_block_has_a_sample_here():
    assert set(VALUES) == set(ContentBlocks().child_blocks)


@pytest.mark.parametrize("kind", VALUES)
def test_a_whole_block_is_published(kind):
    assert faults(block(kind)) is None


@pytest.mark.parametrize("kind", VALUES)
def test_each_type_of_block_has_its_own_template(kind):
    template = ContentBlocks().child_blocks[kind].get_template()
    assert get_template(template).template.name == f"blocks/{kind}.html"


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("figure", "value"),
        ("figure", "text"),
        ("figure", "date"),
        ("figure", "source"),
        ("expert", "date"),
        ("expert", "source"),
        ("quote", "author"),
        ("quote", "source"),
        ("quote", "date"),
        ("testimony", "name"),
        ("example", "title"),
        ("data_table", "caption"),
        ("video", "transcript"),
        ("audio", "transcript"),
    ],
)
def test_what_gives_a_block_its_meaning_is_required_to_publish_and_may_wait_in_a_draft(kind, field):
    stored = block(kind, **{field: ""})
    assert faults(stored) == {field: {"messages": [REQUIRED]}}
    assert faults(stored, draft=True) is None


@pytest.mark.parametrize("kind", ["testimony", "example"])
@pytest.mark.parametrize(
    ("source", "composed", "fault"),
    [
        ("", False, {"source": {"messages": [UNSOURCED]}}),
        ("Un rapport", False, None),
        ("", True, None),
        ("Un rapport", True, None),
    ],
)
def test_a_story_is_sourced_or_declared_as_composed(kind, source, composed, fault):
    stored = block(kind, source=source, composed=composed)
    assert faults(stored) == fault
    assert faults(stored, draft=True) is None


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([["a", "b"], ["c", "d"]], None),
        ([["a", "b"], ["c"]], {"rows": {"messages": [RAGGED]}}),
        ([["a", "b", "c"]], {"rows": {"messages": [RAGGED]}}),
    ],
)
def test_the_rows_of_a_table_are_as_long_as_its_headers(rows, fault):
    stored = block("data_table", headers=["Acteur", "Apport"], rows=rows)
    assert faults(stored) == fault
    assert faults(stored, draft=True) is None


@pytest.mark.parametrize(("headers", "cells"), [(1, 1), (7, 7)])
def test_a_table_has_two_to_six_columns(headers, cells):
    stored = block("data_table", headers=["x"] * headers, rows=[["x"] * cells])
    assert list(faults(stored)) == ["headers"]


@pytest.mark.parametrize(
    ("alt_text", "decorative", "faulty"),
    [("Deux maisons", False, None), ("", True, None), ("", False, ["alt_text"])],
)
def test_an_image_has_an_alternative_text_or_is_declared_decorative(alt_text, decorative, faulty):
    stored = block("image")
    stored["value"]["image"] |= {"alt_text": alt_text, "decorative": decorative}
    told = faults(stored)
    assert (told and list(told["image"]["blockErrors"])) == faulty


@pytest.mark.parametrize("points", [[], ["x"] * 7])
def test_one_to_six_points_are_worth_remembering(points):
    assert list(faults(block("takeaways", points=points))) == ["points"]


@pytest.mark.parametrize("minutes", [0, 241])
def test_an_activity_lasts_a_minute_to_four_hours(minutes):
    assert list(faults(block("activity", minutes=minutes))) == ["minutes"]


def test_publishing_an_unsourced_story_is_refused_and_changes_nothing(site, editor):
    lesson = make_lesson(make_module(make_track(site, modules=())))
    stored = block("testimony", source="", composed=False)
    form = form_of(editor, lesson, body=[stored], **{"action-publish": "yes"})
    response = editor.post(edit_url(lesson), form)
    (error,) = response.context["form"].errors.as_data()["body"]
    assert error.as_json_data() == {"blockErrors": {0: {"blockErrors": {"source": {"messages": [UNSOURCED]}}}}}
    assert [child.block_type for child in LessonPage.objects.get().body] == ["text"]


def test_an_unsourced_story_is_kept_as_a_draft(site, editor):
    lesson = make_lesson(make_module(make_track(site, modules=())))
    stored = block("testimony", source="", composed=False)
    assert editor.post(edit_url(lesson), form_of(editor, lesson, body=[stored])).status_code == 302
    draft = LessonPage.objects.get().get_latest_revision_as_object()
    assert [child.block_type for child in draft.body] == ["testimony"]

"""The conventions of page types are refused at start when they are broken."""

import pytest

from courses.checks import page_types_keep_conventions
from courses.models import CataloguePage, LessonPage, TrackPage
from lms.models import StandardPage


def faults():
    """The identifiers and messages of what the check refuses."""
    return [(error.id, error.msg) for error in page_types_keep_conventions(None)]


def test_our_page_types_keep_the_conventions():
    assert faults() == []


@pytest.mark.parametrize("methods", [["GET", "HEAD", "POST"], ["GET"]])
def test_a_page_type_that_takes_another_method_is_refused(monkeypatch, methods):
    monkeypatch.setattr(StandardPage, "allowed_http_methods", methods)
    assert faults() == [("courses.E001", "StandardPage must only accept GET and HEAD.")]


@pytest.mark.parametrize("relatives", ["parent_page_types", "subpage_types"])
def test_a_page_type_that_may_stand_anywhere_is_refused(monkeypatch, relatives):
    monkeypatch.delattr(TrackPage, relatives)
    assert faults() == [("courses.E002", "TrackPage must declare its parents and children.")]


def test_a_child_may_rely_on_what_its_parent_type_declares(monkeypatch):
    assert "subpage_types" not in vars(LessonPage)
    assert faults() == []


def test_a_page_type_without_a_template_is_refused(monkeypatch):
    monkeypatch.setattr(CataloguePage, "template", "courses/nowhere.html")
    assert faults() == [("courses.E003", "CataloguePage has no template courses/nowhere.html.")]

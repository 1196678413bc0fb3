"""Several people write at once, and Wagtail marks « this is a draft » on what they share."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.fields import StreamField

from courses.blocks.streams import StreamBlock


class SlowBlock(blocks.CharBlock):
    """A line whose first check lasts as long as the test wants."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reached, self.go_on = Event(), Event()

    def clean(self, value):
        """Say that it is reached, wait, check."""
        if not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(20)
        return super().clean(value)


def test_a_draft_that_is_saved_meanwhile_lets_nobody_publish_what_is_incomplete():
    line = SlowBlock()
    stream = StreamBlock([("line", line)])
    empty = stream.to_python([{"type": "line", "value": ""}])
    with ThreadPoolExecutor() as people:
        draft = people.submit(stream.clean_deferred, empty)
        assert line.reached.wait(20)
        published = people.submit(stream.clean, empty)
        wait([published], timeout=0.5)  # it would end here if nobody waited
        line.go_on.set()
        assert draft.result()[0].value == ""
        with pytest.raises(ValidationError):
            published.result()


def test_every_stream_of_ours_is_checked_that_way():
    ours = [model for name in ("courses", "learners", "lms") for model in apps.get_app_config(name).get_models()]
    streams = [field for model in ours for field in model._meta.get_fields() if isinstance(field, StreamField)]
    assert streams
    assert [str(field) for field in streams if not isinstance(field.stream_block, StreamBlock)] == []

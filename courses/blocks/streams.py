"""The stream of blocks that every page of ours is made of."""

from threading import RLock

from wagtail import blocks

# Shared by all streams: they have blocks in common.
ONE_AT_A_TIME = RLock()


class StreamBlock(blocks.StreamBlock):
    """A stream that one request checks at a time.

    Wagtail notes « this is a draft, ask for less » on the blocks themselves, which all threads of a process share: the
    preview of one author could let the incomplete quiz of another be published, or have a draft refused.
    """

    def clean(self, value):
        """The value, checked for publication or, within ``clean_deferred``, as a draft."""
        with ONE_AT_A_TIME:
            return super().clean(value)

    def clean_deferred(self, value):
        """The value, checked as a draft."""
        with ONE_AT_A_TIME:
            return super().clean_deferred(value)

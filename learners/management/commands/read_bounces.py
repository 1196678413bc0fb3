"""Read one message on standard input, as an alias of a mail server gives it: a report of a letter that came back."""

import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from learners import bounces
from learners.bounce_reports import LARGEST


class Command(BaseCommand):
    help = "Read on standard input a report of non-delivery, and say what it did."

    def handle(self, *args, **options):
        """One sentence. Never a failure: the mail server would answer it with another message."""
        raw = sys.stdin.buffer.read(LARGEST + 1)
        while sys.stdin.buffer.read(LARGEST):
            pass  # to the end: a pipe that breaks is a failure for whoever writes
        self.stdout.write(bounces.receive(raw, now=timezone.now()).label)

"""Only with `make run`: the letters that left, for a stranger without a mail server."""

from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

SHOWN = 50


@require_safe
def demo_mail(request):
    """The newest letters written by the file mail backend."""
    folder = Path(settings.EMAIL_FILE_PATH or "/nonexistent")
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)[:SHOWN]
    return TemplateResponse(request, "lms/demo_mail.html", {"letters": [read(path) for path in files]})


def read(path):
    """One letter as the template shows it."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "subject": message["subject"],
        "to": message["to"],
        "date": datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone()),
        "text": body.get_content() if body else "",
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }

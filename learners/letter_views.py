"""The admin's list of letters: what leaves, what waits and why, what came back. Read only."""

from django.template.defaultfilters import linebreaksbr
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from learners import delivery, relevance
from learners.models import Letter
from learners.preview_views import PreviewHtmlView, PreviewView


class ReadLetterView(InspectView):
    """A letter as it left."""

    page_title = "Message"

    def get_text_display_value(self):
        """The code or the link of a letter about an account is for its reader alone."""
        letter = self.object
        if letter.kind == Letter.Kind.ACCOUNT:
            return "(non montré)"
        if letter.sent_at or letter.dropped_at:
            return linebreaksbr(letter.text)
        now = timezone.now()
        if why := relevance.why_drop(letter, now=now):
            return f"(ne partira pas : {why})"
        return linebreaksbr(f"(tel qu’il partirait maintenant)\n\n{delivery.compose(letter, now=now)[0].text}")


class LetterList(IndexView):
    """What leaves and what left; the previews are behind a button, for administrators."""

    @cached_property
    def header_buttons(self):
        """The list of what could leave, beside that of what does."""
        buttons = super().header_buttons
        if self.request.user.is_superuser:
            buttons.append(HeaderButton("Aperçus", url=reverse("letters:previews"), icon_name="view"))
        return buttons


class LetterViewSet(ModelViewSet):
    model = Letter
    icon = "mail"
    menu_label = "Messages"
    list_display = [
        "address",
        "kind",
        "subject",
        "due_at",
        "postponed_until",
        "postponed_reason",
        "sent_at",
        "dropped_reason",
        "last_error",
    ]
    search_fields = ["address", "subject"]
    list_filter = ["kind"]
    ordering = ["-due_at"]
    form_fields: list[str] = []
    index_view_class = LetterList
    inspect_view_class = ReadLetterView
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "address",
        "kind",
        "subject",
        "text",
        "due_at",
        "postponed_until",
        "postponed_reason",
        "sent_at",
        "tries",
        "last_error",
        "dropped_at",
        "dropped_reason",
        "bounced_at",
        "bounce",
    ]
    add_to_reference_index = False

    def get_urlpatterns(self):
        """Its own, and the previews."""
        return [
            path("previews/", PreviewView.as_view(), name="previews"),
            path("previews/html/", PreviewHtmlView.as_view(), name="preview_html"),
            *super().get_urlpatterns(),
        ]

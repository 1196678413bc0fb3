"""The admin's previews of letters: choose a kind and somebody, see what they would receive, send it to oneself."""

import secrets

from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from learners import previews
from learners.samples import SAMPLES

SHOWN = 10
VOICES = {"vous": False, "tu": True}
# What a letter needs to be shown as it is: its own styles, and nothing that runs or is fetched.
ALONE = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
}


class Choice(forms.Form):
    """Which letter, in which voice, and to whom."""

    kind = forms.ChoiceField(label="Message", choices=[(key, one.label) for key, one in SAMPLES.items()])
    voice = forms.ChoiceField(
        label="Voix",
        required=False,
        choices=[("", "Toutes"), ("vous", "Vouvoiement"), ("tu", "Tutoiement")],
        help_text="Sans effet sur les messages du compte et de l’équipe, qui vouvoient.",
    )
    q = forms.CharField(label="Nom ou adresse", required=False, max_length=80)


class Trial(forms.Form):
    """What a press of the button is recognised by, however often it is pressed."""

    token = forms.RegexField(r"^[\w-]{8,40}$", widget=forms.HiddenInput)


class Previews(View):
    """What both pages share: administrators only, and the letter that is asked for."""

    def dispatch(self, request, *args, **kwargs):
        """Nobody else reads the letters of others."""
        if not request.user.is_superuser:
            raise PermissionDenied
        self.now = timezone.now()
        asked = request.GET.dict()
        self.choice = Choice({"kind": next(iter(SAMPLES))} | asked)
        if not self.choice.is_valid():
            raise Http404
        chosen = self.choice.cleaned_data
        self.sample = SAMPLES[chosen["kind"]]
        self.rows = self.sample.found(now=self.now, words=chosen["q"], informal=VOICES.get(chosen["voice"]))
        wanted = asked.get("who", "")
        known = wanted.isascii() and wanted.isdigit() and len(wanted) <= 18
        self.row = self.rows.filter(pk=wanted).first() if known else self.rows.first()
        return super().dispatch(request, *args, **kwargs)

    def shown(self):
        """The Preview, or None when nobody fits or there is nothing to say."""
        return previews.preview(self.sample, self.row, now=self.now) if self.row else None

    def address(self, **changes):
        """The query of this page, changed."""
        return urlencode({name: value for name, value in (self.choice.cleaned_data | changes).items() if value})


class PreviewView(Previews, WagtailAdminTemplateMixin, TemplateView):
    """The subject, the text and the HTML of one letter, beside the choice of another."""

    template_name = "learners/admin/previews.html"
    page_title = "Aperçus des messages"
    header_icon = "mail"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self):
        """Under the list of messages."""
        above = [{"url": reverse("letters:index"), "label": "Messages"}]
        return [*super().get_breadcrumbs_items(), *above, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        """The choice, who fits, and the letter."""
        rows = list(self.rows[: SHOWN + 1])
        return super().get_context_data(
            choice=self.choice,
            people=[
                {
                    "words": self.sample.words_of(one),
                    "query": self.address(who=one.pk),
                    "current": self.row and one.pk == self.row.pk,
                }
                for one in rows[:SHOWN]
            ],
            more=len(rows) > SHOWN,
            shown=self.shown(),
            row=self.row,
            html_query=self.address(who=self.row.pk) if self.row else "",
            trial=Trial(initial={"token": secrets.token_urlsafe(12)}),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        """Send it to oneself, once for each page that was opened."""
        trial, shown = Trial(request.POST), self.shown()
        if shown is None or not trial.is_valid():
            raise Http404
        previews.send_trial(shown, to=request.user, token=trial.cleaned_data["token"], at=self.now)
        messages.success(request, f"L’essai part à {request.user.email}.")
        return redirect(f"{reverse('letters:previews')}?{self.address(who=self.row.pk)}")


@method_decorator([csp_replace(ALONE), xframe_options_sameorigin], name="dispatch")
class PreviewHtmlView(Previews):
    """The HTML of the letter alone, for the frame of the page."""

    def get(self, request, *args, **kwargs):
        """As a mail reader would show it."""
        shown = self.shown()
        if shown is None:
            raise Http404
        return HttpResponse(shown.html)

"""The pages of the admin where questions of the bank come in and go out."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.views.generic import FormView, TemplateView
from taggit.forms import TagField
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets import AdminTagWidget
from wagtail.admin.widgets.button import Button
from wagtail.rich_text import expand_db_html
from wagtail.snippets.views.snippets import IndexView

from courses import importing
from courses.exchange.formats import FORMATS, WRITABLE
from courses.exchange.found import MAX_BYTES, Entry, Unreadable, excerpt
from courses.models import BankQuestion, BankQuestionTag, Difficulty, QuizPage, TrackPage
from courses.versions import frozen_child


class ImportForm(forms.Form):
    """A file, and where its questions go in the bank."""

    file = forms.FileField(
        label="Fichier", help_text="GIFT, Moodle XML ou Aiken ; 2 Mo et 500 questions au plus. Rien n’est encore créé."
    )
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Le reconnaître"), *((name, one.label) for name, one in FORMATS.items())],
    )
    track = forms.ModelChoiceField(
        label="Parcours",
        queryset=TrackPage.objects.order_by("title"),
        required=False,
        empty_label="Aucun en particulier",
    )
    difficulty = forms.ChoiceField(
        label="Difficulté", required=False, choices=[("", "Non précisée"), *Difficulty.choices]
    )
    tags = TagField(
        label="Étiquettes",
        required=False,
        widget=AdminTagWidget(tag_model=BankQuestionTag.tag_model()),
        help_text="Ajoutées à celles du fichier.",
    )
    state = forms.ChoiceField(
        label="Créer",
        choices=[("draft", "des brouillons, à relire"), ("live", "des questions publiées, sauf les incomplètes")],
        initial="draft",
        widget=forms.RadioSelect,
    )


class BankPage(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """A page of the bank, below its list."""

    model = BankQuestion
    header_icon = "folder-open-1"
    index_url_name = ""

    def get_breadcrumbs_items(self):
        """The list, then this page."""
        items = [
            {"url": reverse(self.index_url_name), "label": "Banque de questions"},
            {"url": "", "label": self.get_page_title()},
        ]
        return [*super().get_breadcrumbs_items(), *items]


class ImportView(BankPage, FormView):
    """Step one: choose a file, see what it holds. Step two: confirm. Nothing is written before."""

    permission_required = "add"
    page_title = "Importer des questions"
    template_name = "courses/admin/import.html"
    form_class = ImportForm

    def post(self, request, *args, **kwargs):
        """Confirm what was shown, or show what the file holds."""
        return self.confirm(request.POST["parcel"]) if "parcel" in request.POST else super().post(request)

    def get_form(self, form_class=None):
        """Only those who may publish are offered to."""
        form = super().get_form(form_class)
        if not self.user_has_permission("publish"):
            form.fields["state"].choices = form.fields["state"].choices[:1]
        return form

    def form_valid(self, form):
        """The dry run."""
        asked = form.cleaned_data
        try:
            plan = importing.dry_run(
                asked["file"].read(MAX_BYTES + 1),
                by=self.request.user,
                format_name=asked["format"],
                track=asked["track"],
                difficulty=asked["difficulty"],
                tags=asked["tags"],
                publish=asked["state"] == "live",
            )
        except Unreadable as reason:
            form.add_error("file", str(reason))
            return self.form_invalid(form)
        context = self.get_context_data(form=form, plan=plan, name=asked["file"].name, live=asked["state"] == "live")
        return self.render_to_response(context)

    def confirm(self, parcel):
        """Create, say how many, show the bank."""
        try:
            created = importing.confirm(parcel, by=self.request.user)
        except importing.NotConfirmable as reason:
            messages.error(self.request, str(reason))
            return redirect(self.request.path)
        if created:
            messages.success(self.request, f"Questions créées dans la banque : {created}.")
        else:
            messages.warning(self.request, "Ces questions ont déjà été créées : rien n’a été ajouté.")
        return redirect(self.index_url_name)


class ExportView(BankPage, TemplateView):
    """The questions of the list as it is filtered, or of a quiz: first what will be missing, then the file."""

    any_permission_required = IndexView.any_permission_required
    page_title = "Exporter des questions"
    template_name = "courses/admin/export.html"

    def listed(self, request):
        """The questions of the list as this request filters it; given by the viewset."""
        raise NotImplementedError

    def user_has_any_permission(self, permissions):
        """Who may edit a quiz may export it; the bank is for those who see it."""
        return bool(self.quiz) or super().user_has_any_permission(permissions)

    def get(self, request, *args, **kwargs):
        """The page, or the file once a format is chosen."""
        chosen = WRITABLE.get(request.GET.get("vers"))
        if chosen is None:
            return super().get(request, *args, **kwargs)
        text = chosen.write(self.entries, remark=self.missing_draws).text
        response = HttpResponse(text, content_type=f"{chosen.media_type}; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.file_name}.{chosen.suffix}"'
        return response

    def get_context_data(self, **kwargs):
        """What the page of the choice shows."""
        return super().get_context_data(
            subject=self.subject,
            count=len(self.entries),
            quiz=self.quiz,
            missing_draws=self.missing_draws,
            drafts=self.incomplete,
            formats=[self.outcome(name, one) for name, one in WRITABLE.items()],
            **kwargs,
        )

    def outcome(self, name, form):
        """What a format would hold, and where to take it."""
        written = form.write(self.entries)
        query = self.request.GET.copy()
        query["vers"] = name
        return {
            "label": form.label,
            "count": len(self.entries) - len(written.left_out),
            "left_out": written.left_out,
            "reduced": written.reduced,
            "url": f"?{query.urlencode()}",
        }

    @cached_property
    def quiz(self):
        """The quiz to export, for those who may edit it; None for the bank."""
        wanted = self.request.GET.get("quiz")
        if wanted is None:
            return None
        quiz = get_object_or_404(QuizPage, pk=wanted if wanted.isdecimal() else None)
        if not quiz.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied
        return quiz

    @property
    def subject(self):
        """What is exported, in words."""
        if self.quiz:
            return f"le quiz « {self.quiz.title} »"
        asked = any(value for name, value in self.request.GET.items() if name not in {"p", "ordering"})
        return "la banque de questions, telle que vous l’avez filtrée" if asked else "toute la banque de questions"

    @property
    def missing_draws(self):
        """What is said of the draws of a quiz, which no other platform would know; nothing without them."""
        counts = (
            [child.value["count"] for child in self.quiz.questions if child.block_type == "draw"] if self.quiz else []
        )
        if not counts:
            return ""
        asked = f"{sum(counts)} question{'s' if sum(counts) > 1 else ''} par tentative"
        if len(counts) == 1:
            return f"Un tirage dans la banque n’est pas exporté : {asked}."
        return f"{len(counts)} tirages dans la banque ne sont pas exportés : {asked}."

    @property
    def file_name(self):
        """A name for the file."""
        return slugify(self.quiz.title) if self.quiz else "banque-de-questions"

    @cached_property
    def readings(self):
        """(title, entry or None when the question is an incomplete draft, or left the bank) pairs."""
        if self.quiz:
            return [reading(child, title_of(child), ()) for child in self.quiz.questions if child.block_type != "draw"]
        rows = list(self.listed(self.request))
        prefetch_related_objects(rows, "tagged_items__tag")
        return [
            reading(row.question[0], row.title, [item.tag.name for item in row.tagged_items.all()])
            for row in rows
            if len(row.question)
        ]

    @property
    def entries(self):
        """What can be written."""
        return [entry for _, entry in self.readings if entry]

    @property
    def incomplete(self):
        """The titles of the questions that are not finished."""
        return [title for title, entry in self.readings if not entry]


def title_of(child):
    """The title of a question that a quiz takes from the bank; its own questions have none."""
    return child.value.title if child.block_type == "bank_question" and child.value else ""


def reading(child, title, tags):
    """(title, entry) of one block; no entry for a draft that cannot be frozen."""
    try:
        question = frozen_child(child)
    except (ValueError, TypeError):
        question = None
    if question is None:
        return title or "Sans intitulé", None
    title = title or excerpt(question.summary, 160)
    return title, Entry(question=portable(question), title=title, tags=tuple(tags))


def portable(question):
    """The question with links that mean something elsewhere."""
    names = {"prompt", "explanation", "model_answer"} & set(type(question).model_fields)
    changes = {name: expand_db_html(getattr(question, name)) for name in names}
    return question.model_copy(update=changes | {"hints": tuple(map(expand_db_html, question.hints))})


class BankIndexView(IndexView):
    """The list of the bank, with the doors to other platforms."""

    import_url_name = ""
    export_url_name = ""
    page_title = "Banque de questions"
    add_item_label = "Ajouter une question"

    def get_base_queryset(self):
        """Each question with what its row says."""
        return super().get_base_queryset().select_related("track").prefetch_related("tagged_items__tag")

    @cached_property
    def header_more_buttons(self):
        """Import, for those who may add; export, for those who see the list."""
        buttons = super().header_more_buttons
        query = self.request.GET.urlencode()
        if self.user_has_permission("add"):
            buttons.append(Button("Importer", url=reverse(self.import_url_name), icon_name="upload", priority=80))
        url = reverse(self.export_url_name) + (f"?{query}" if query else "")
        return [*buttons, Button("Exporter", url=url, icon_name="download", priority=90)]

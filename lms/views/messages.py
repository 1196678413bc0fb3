"""Writing to a cohort: what leaves later, what has left, and a new message."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.outline import outline_by_pk
from courses.typography import pluriel
from learners import delivery, messages
from learners.errors import MessageCancelled, MessageGone
from learners.models import Message
from lms.messaging import LATER, MessageForm, WordsForm, audiences_of, chosen_in, draft_of, drafted_at
from lms.views.cohorts import above, led_cohort

PAGE_SIZE = 20
NAMED = 30  # recipients of a selection that the page of a message names


@login_required
@require_safe
def cohort_messages(request, pk):
    """The messages of a cohort, the latest hour first, with what became of their letters."""
    cohort = led_cohort(request, pk)
    found = Message.objects.filter(cohort=cohort).select_related("author").annotate(chosen=Count("recipients"))
    found = found.order_by("-due_at", "-pk")
    page_obj = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    posts = messages.posts_of(page_obj.object_list)
    context = {
        "cohort": cohort,
        "page_obj": page_obj,
        "rows": [{"message": one, "post": posts[one.pk]} for one in page_obj],
        "breadcrumb": above(cohort),
    }
    return TemplateResponse(request, "lms/cohort/messages.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_message(request, pk):
    """Write, look at what somebody will receive, then send: each press of a button is one step."""
    cohort, now = led_cohort(request, pk), timezone.now()
    asked = chosen_in(request.POST.getlist("personnes") or request.GET.getlist("personnes"))
    audiences, reader = audiences_of(cohort, asked, now=now)
    context = {"cohort": cohort, "breadcrumb": [*above(cohort), ("Messages", messages_page(cohort))]}
    outline = outline_by_pk(cohort.track_id)
    if reader is None or outline is None:
        return TemplateResponse(request, "lms/cohort/nobody.html", context | {"outline": outline})
    form = MessageForm(
        request.POST or None,
        cohort=cohort,
        now=now,
        audiences=audiences,
        initial={"personnes": ",".join(str(pk) for pk in sorted(asked))},
    )
    action = request.POST.get("action", "")
    if request.method != "POST" or action == "modifier" or not form.is_valid():
        invalid = request.method == "POST" and action != "modifier"
        return TemplateResponse(
            request, "lms/cohort/new_message.html", context | {"form": form}, status=422 if invalid else 200
        )
    audience = audiences[form.cleaned_data["to"]]
    draft = drafted_at(request.POST.get("draft", ""), request.user, cohort)
    if action == "envoyer" and draft:
        message = messages.compose(
            cohort=cohort, by=request.user, recipients=audience.enrolments, drafted_at=draft, at=now, **form.words
        )
        notices.success(request, told(message, audience.count))
        return redirect("lms:cohort_message", cohort.pk, message.pk)
    shown_to = (audience.enrolments or [reader])[0]
    words = {name: form.cleaned_data[name] for name in ("subject", "text")}
    context |= {
        "form": form,
        "audience": audience,
        "reader": shown_to.person,
        "letter": delivery.from_manager(shown_to, outline, author=request.user, cohort=cohort, now=now, **words),
        "due_at": form.cleaned_data["due_at"] if form.cleaned_data["when"] == LATER else None,
        "draft": draft_of(request.user, cohort, now),
    }
    return TemplateResponse(request, "lms/cohort/message_preview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cohort_message(request, pk, message_pk):
    """One message: its words and what became of it; until its hour, the form that changes it."""
    cohort, now = led_cohort(request, pk), timezone.now()
    message = get_object_or_404(Message.objects.select_related("author"), pk=message_pk, cohort=cohort)
    form = None
    if message.written_at is None and message.cancelled_at is None:
        local = timezone.localtime(message.due_at, cohort.zone)
        initial = {"subject": message.subject, "text": message.text, "when": LATER, "day": local, "hour": local.time()}
        form = WordsForm(request.POST or None, cohort=cohort, now=now, initial=initial)
    if request.method == "POST":
        if form is None:
            raise MessageGone if message.written_at else MessageCancelled
        if form.is_valid():
            message = messages.edit(message_pk=message.pk, at=now, **form.words)
            notices.success(request, "Le message est parti." if message.written_at else "Message modifié.")
            return redirect("lms:cohort_message", cohort.pk, message.pk)
    chosen = [] if message.to_everybody else list(message.recipients.select_related("person").order_by("pk"))
    context = {
        "cohort": cohort,
        "message": message,
        "form": form,
        "post": messages.posts_of([message])[message.pk],
        "chosen": [one.person for one in chosen[:NAMED]],
        "more": max(len(chosen) - NAMED, 0),
        "breadcrumb": [*above(cohort), ("Messages", messages_page(cohort))],
    }
    status = 422 if form and form.errors else 200
    return TemplateResponse(request, "lms/cohort/message.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_message(request, pk, message_pk):
    """Ask, then give up a message that has not left."""
    cohort = led_cohort(request, pk)
    message = get_object_or_404(Message, pk=message_pk, cohort=cohort)
    if request.method == "POST":
        messages.cancel(message_pk=message.pk, at=timezone.now())
        notices.success(request, "Message annulé : il ne partira pas.")
        return redirect("lms:cohort_messages", cohort.pk)
    if message.written_at or message.cancelled_at:
        raise Http404
    return TemplateResponse(request, "lms/cohort/cancel_message.html", {"cohort": cohort, "message": message})


def messages_page(cohort):
    """Where the messages of a cohort are."""
    return reverse("lms:cohort_messages", args=[cohort.pk])


def told(message, count):
    """What is said once a message is sent or scheduled."""
    if message.written_at:
        return f"Message envoyé à {count} personne{pluriel(count)}. Les lettres partent dans la minute."
    return "Message programmé : il peut être modifié ou annulé jusqu’à son heure."

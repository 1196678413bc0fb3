"""What the admin says when rules are published: refused when nobody could follow them, else whom they touch."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Page

from courses.models import ModulePage, StepPage, TrackPage
from courses.outline import outline_once_live, prerequisites_in
from courses.rules import problems, with_page
from courses.typography import pluriel, typographie
from learners.tightening import touched_by


def track_holding(page):
    """The track that this page is, or is in; None elsewhere."""
    tracks = TrackPage.objects.filter(pk=page.pk) | TrackPage.objects.ancestor_of(page)
    return tracks.first()


def outlines_around(page):
    """The outline of the track of this page as it stands, or None when it is not live, and as it will be."""
    track = track_holding(page)
    once_live = outline_once_live(track.pk) if track else None
    return (once_live if track.live else None, with_page(once_live, page)) if once_live else (None, None)


@hooks.register("before_publish_page")
def refuse_rules_that_close_the_track(request, page):
    """Rules that nobody could follow are kept as a draft, with the reason; others say whom they touch."""
    if not isinstance(page, TrackPage | ModulePage | StepPage):
        return None
    before, after = outlines_around(page)
    refused = unpublished(page) or (problems(after) if after else [])
    if refused:
        for reason in refused:
            messages.error(request, f"{typographie(reason)} Rien n’est publié ; le brouillon est gardé.")
        return redirect("wagtailadmin_pages:edit", page.pk)
    if before and before != after:
        say_whom_it_touches(request, touched_by(before, after, now=timezone.now()))
    return None


def unpublished(page):
    """Which prerequisites of this module would ask nothing, because they are of another track or not live."""
    if not isinstance(page, ModulePage):
        return []
    asked = Page.objects.filter(pk__in=[one.page_pk for one in prerequisites_in(page.prerequisites)])
    track = page.get_parent()
    elsewhere = [one for one in asked if not one.is_descendant_of(track)]
    drafts = [one for one in asked if one not in elsewhere and not one.live]
    return [f"Le prérequis « {one.title} » n’est pas dans ce parcours." for one in elsewhere] + [
        f"Le prérequis « {one.title} » n’est pas publié : publiez-le d’abord." for one in drafts
    ]


def say_whom_it_touches(request, touched):
    """How many learners a change of rules touches, and that nothing is taken back."""
    if touched.closed:
        who = f"{touched.closed} personne{pluriel(touched.closed)}"
        messages.warning(
            request,
            typographie(
                f"Ces règles referment au moins une étape à {who} en cours de parcours. "
                "Ce qui est terminé le reste, et rien n’est repris."
            ),
        )
    if touched.more:
        who = f"{touched.more} personne{pluriel(touched.more)}"
        verb = pluriel(touched.more, "a,ont")
        messages.warning(
            request,
            typographie(
                f"{who} en cours de parcours {verb} maintenant davantage à faire. "
                "Qui avait terminé le parcours l’a terminé, et garde son attestation."
            ),
        )


def refuse_rules_in_bulk(request, pages):
    """Publishing a selection asks the same of each page of it."""
    for page in pages:
        draft = page.get_latest_revision_as_object() if isinstance(page, Page) else page
        if isinstance(draft, TrackPage | ModulePage | StepPage):
            _, after = outlines_around(draft)
            refused = unpublished(draft) or (problems(after) if after else [])
            if refused:
                messages.error(request, f"« {draft.title} » : {typographie(refused[0])} Rien n’est publié.")
                return redirect("wagtailadmin_explore", draft.get_parent().pk)
    return None

"""What the admin says when rules are published or pages moved: refused if nobody could follow, else whom it touches."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Page

from courses.models import ModulePage, StepPage, TrackPage
from courses.outline import outline_by_pk, outline_once_live, prerequisites_in
from courses.rules import circle_of_tracks, parted, problems, with_page
from courses.typography import pluriel, typographie
from learners.tightening import touched_by


def track_holding(page):
    """The track that this page is, or is in; None elsewhere."""
    tracks = TrackPage.objects.filter(pk=page.pk) | TrackPage.objects.ancestor_of(page)
    return tracks.first()


def outlines_around(page):
    """The outline of the track of this page as it stands, or None when it is not live, and as it will be."""
    track = track_holding(page)
    if track is None:
        return None, None
    return outline_by_pk(track.pk), with_page(outline_once_live(track.pk, page_pks=[page.pk]), page)


@hooks.register("before_publish_page")
def refuse_rules_that_close_the_track(request, page):
    """Rules that nobody could follow are kept as a draft, with the reason; others say whom they touch."""
    if not isinstance(page, TrackPage | ModulePage | StepPage):
        return None
    if page.live and page.first_published_at is None:
        # Wagtail saves a page that is published as soon as it is made before it asks; publishing sets it live again.
        Page.objects.filter(pk=page.pk).update(live=False, has_unpublished_changes=True)
    before, after = outlines_around(page)
    refused = unreachable(page) or (problems(after) if after else [])
    if refused:
        for reason in refused:
            messages.error(request, f"{typographie(reason)} Rien n’est publié ; le brouillon est gardé.")
        return redirect("wagtailadmin_pages:edit", page.pk)
    if before and before != after:
        say_whom_it_touches(request, touched_by(before, after, now=timezone.now()))
    return None


def unreachable(page):
    """Which prerequisites of this track or module would ask nothing, or never open: elsewhere, a draft, a circle."""
    if isinstance(page, TrackPage):
        first = page.follows
        drafts = [first] if first is not None and not first.live and first.pk != page.pk else []
        return circle_of_tracks(page) + [
            f"Le parcours à terminer d’abord, « {one.title} », n’est pas publié : publiez-le avant." for one in drafts
        ]
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
    """Publishing a selection asks the same of each page of it, and of all of a track together; says whom it touches."""
    chosen = [page.get_latest_revision_as_object() if isinstance(page, Page) else page for page in pages]
    drafts: dict[int, list] = {}
    for draft in chosen:
        track = track_holding(draft) if isinstance(draft, TrackPage | ModulePage | StepPage) else None
        if track:
            drafts.setdefault(track.pk, []).append(draft)
    around = []
    for track_pk, together in drafts.items():
        before, after = outline_by_pk(track_pk), outline_once_live(track_pk, page_pks=[one.pk for one in together])
        for draft in together:
            after = with_page(after, draft)
        refused = [reason for draft in together for reason in unreachable(draft)] + problems(after)
        if refused:
            messages.error(request, f"{typographie(refused[0])} Rien n’est publié.")
            return redirect("wagtailadmin_explore", together[0].get_parent().pk)
        around.append((before, after))
    for before, after in around:
        if before and before != after:
            say_whom_it_touches(request, touched_by(before, after, now=timezone.now()))
    return None


@hooks.register("before_move_page")
def refuse_a_move_that_closes_a_track(request, page, destination):
    """A module or a step that goes elsewhere must leave every track passable. Only asked when it is confirmed."""
    move = partial(_moved, [page], destination, request.user)
    if request.method != "POST" or may_move(request, [page, destination], move):
        return None
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_reorder_page")
def refuse_an_order_that_closes_the_track(request, page, reorder):
    """Another place among its neighbours is a rule too; admin/reorder.js reads the list again at once."""
    return None if may_move(request, [page], reorder) else HttpResponse(status=409)


def refuse_moves_in_bulk(request, pages, destination):
    """Moving a selection asks the same of all of it."""
    move = partial(_moved, pages, destination, request.user)
    if may_move(request, [*pages, destination], move):
        return None
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)


def _moved(pages, destination, by):
    """Move these pages as Wagtail does, reading each again: the tree changes in the database only."""
    for page in pages:
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=destination.pk), pos="last-child", user=by)


def may_move(request, pages, move):
    """Whether this move leaves the tracks around these pages passable; says why not, or whom it touches.

    The move is done, looked at and undone, so that its outcome is read as every screen would read it.
    """
    tracks = {track.pk: track for track in map(track_holding, pages) if track}
    before = {pk: outline_once_live(pk) for pk in tracks}
    with transaction.atomic():
        move()
        after = {pk: outline_once_live(pk) for pk in tracks}
        transaction.set_rollback(True)
    # A track that was closed already is mended one move after another.
    known = {reason for one in before.values() for reason in problems(one)}
    found = [reason for pk in tracks for reason in [*parted(before[pk], after[pk]), *problems(after[pk])]]
    reasons = [reason for reason in found if reason not in known]
    for reason in reasons:
        messages.error(request, f"{typographie(reason)} Rien n’est déplacé.")
    if not reasons:
        for pk, track in tracks.items():
            if track.live and before[pk] != after[pk]:
                say_whom_it_touches(request, touched_by(before[pk], after[pk], now=timezone.now()))
    return not reasons

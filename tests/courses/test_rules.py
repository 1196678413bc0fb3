"""Rules that nobody could follow are told before they are published. Pure, then at the editor's desk."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.urls import reverse

from courses.manuscripts import identity
from courses.models import LessonPage, ModulePage, QuizPage, StepPage
from courses.outline import OtherTrack, Prerequisite, outline_by_pk
from courses.rules import problems
from learners.models import Enrolment
from tests.courses.admin_forms import edit_url, form_of
from tests.factories import courses
from tests.factories.learners import enrol, finish, make_person
from tests.learners.test_standing import make_outline
from tests.worlds import made_once

STEPS = [(11, True)], [(21, True)], [(31, True)]


def waiting(in_order=False, **asked):
    """A track of three modules; ``m2=[3]`` makes the second one wait for the third."""
    rules = {int(name[1]): {"prerequisites": tuple(map(Prerequisite, pks))} for name, pks in asked.items()}
    return make_outline(*STEPS, in_order=in_order, rules={n: {"title": f"M{n}"} | rules.get(n, {}) for n in (1, 2, 3)})


@pytest.mark.parametrize(
    ("outline", "told"),
    [
        (waiting(), []),
        (waiting(m2=[1], m3=[21]), []),
        (waiting(m1=[3]), []),
        (waiting(m2=[2]), ["Le module « M2 » s’attend lui-même : retirez ce prérequis."]),
        (waiting(m2=[21]), ["Le module « M2 » s’attend lui-même : retirez ce prérequis."]),
        (waiting(m2=[3], m3=[21]), ["« M2 » attend « M3 », qui attend « M2 » : personne ne pourrait les ouvrir."]),
        (
            waiting(m1=[2], m2=[3], m3=[1]),
            ["« M1 » attend « M2 », qui attend « M3 », qui attend « M1 » : personne ne pourrait les ouvrir."],
        ),
        (waiting(in_order=True, m3=[1]), []),
        (
            waiting(in_order=True, m2=[31]),
            ["« M2 » attend « M3 », qui attend « M2 » : personne ne pourrait les ouvrir."],
        ),
    ],
    ids=[
        "no rule",
        "a line",
        "backwards",
        "itself",
        "its own step",
        "two that wait for each other",
        "three in a circle",
        "along the order",
        "against the order",
    ],
)
def test_what_nobody_could_follow_is_told(outline, told):
    assert problems(outline) == told


# ---------------------------------------------------------------- at the desk


@made_once
def modules(site):
    """Two modules of a free track, each with a lesson, the first with a quiz."""
    track = courses.make_track(site, modules=((1, True), (1, False)), in_order=False)
    return list(ModulePage.objects.child_of(track).order_by("path"))


@pytest.fixture
def desk(client, db):
    """An editor's browser."""
    client.force_login(get_user_model().objects.create_superuser("louise@example.org", None))
    return client


def publish(desk, page, **changes):
    """What the desk says when the editor publishes the page with these changes."""
    response = desk.post(edit_url(page), form_of(desk, page, **changes) | {"action-publish": "yes"})
    assert response.status_code == 302, response.context["form"].errors
    return [" ".join(str(message).split()) for message in get_messages(response.wsgi_request)]


def asking(page, score=None):
    """The stream of one prerequisite."""
    return [{"type": "prerequisite", "value": {"page": page.pk, "score": score}, "id": identity(page.pk)}]


def test_a_prerequisite_is_published_and_closes_the_module(desk, modules):
    first, second = modules
    publish(desk, second, prerequisites=asking(first))
    outline = outline_by_pk(second.get_parent().pk)
    assert outline.modules[1].prerequisites == (Prerequisite(first.pk),)


def test_a_prerequisite_that_names_nothing_yet_is_a_draft_and_not_published(desk, modules):
    empty = [{"type": "prerequisite", "value": {"page": None, "score": None}, "id": identity(1)}]
    assert desk.post(edit_url(modules[1]), form_of(desk, modules[1], prerequisites=empty)).status_code == 302
    whole = form_of(desk, modules[1], prerequisites=empty) | {"action-publish": "yes"}
    assert "Champ requis." in desk.post(edit_url(modules[1]), whole).content.decode()


def test_a_circle_is_not_published_and_the_draft_is_kept(desk, modules):
    first, second = modules
    publish(desk, second, prerequisites=asking(first))
    said = publish(desk, first, prerequisites=asking(second))
    assert said == [
        "« Module 1 » attend « Module 2 », qui attend « Module 1 » : personne ne pourrait les ouvrir. "
        "Rien n’est publié ; le brouillon est gardé."
    ]
    first.refresh_from_db()
    assert (len(first.prerequisites), first.has_unpublished_changes) == (0, True)
    assert len(first.get_latest_revision_as_object().prerequisites) == 1


def test_a_prerequisite_of_another_track_or_not_published_is_refused(desk, modules, site):
    other = courses.make_track(site, slug="decideurs", modules=((1, False),))
    lesson = StepPage.objects.descendant_of(other).get()
    (said,) = publish(desk, modules[1], prerequisites=asking(lesson))
    assert said.startswith("Le prérequis « Leçon 1.1 » n’est pas dans ce parcours.")
    mine = StepPage.objects.descendant_of(modules[0]).first()
    mine.unpublish()
    (said,) = publish(desk, modules[1], prerequisites=asking(mine))
    assert said.startswith("Le prérequis « Leçon 1.1 » n’est pas publié")


def test_a_score_is_asked_of_a_quiz_only(desk, modules):
    lesson = StepPage.objects.descendant_of(modules[0]).first()
    response = desk.post(
        edit_url(modules[1]),
        form_of(desk, modules[1], prerequisites=asking(lesson, 80)) | {"action-publish": "yes"},
    )
    assert "Seul un quiz a un score" in response.content.decode()


def test_publication_says_whom_a_tighter_rule_touches(desk, modules):
    track = modules[0].get_parent()
    for name, steps in (("abel", 0), ("zoe", 1), ("ines", 3)):
        finish(enrol(make_person(f"{name}@example.org"), track), steps=steps)
    quiz = QuizPage.objects.descendant_of(track).get()
    said = publish(desk, modules[1], prerequisites=asking(quiz, 50))
    assert said[0] == (
        "Ces règles referment au moins une étape à 2 personnes en cours de parcours. "
        "Ce qui est terminé le reste, et rien n’est repris."
    )


def test_publication_says_who_has_more_to_do_and_nobody_loses_what_was_earned(desk, modules, after_commit):
    track = modules[0].get_parent()
    modules[1].required = False
    courses.publish(modules[1])
    under_way = finish(enrol(make_person("zoe@example.org"), track), steps=1)
    finished = finish(enrol(make_person("ines@example.org"), track), steps=2)
    assert finished.completed_at is not None
    modules[1].refresh_from_db()
    said = publish(desk, modules[1], required="on")
    assert said[0] == (
        "1 personne en cours de parcours a maintenant davantage à faire. "
        "Qui avait terminé le parcours l’a terminé, et garde son attestation."
    )
    finished.refresh_from_db()
    under_way.refresh_from_db()
    assert (finished.completed_at is None, under_way.completed_at) == (False, None)
    assert finished.certificate.revoked_at is None


def test_publishing_what_changes_no_rule_says_nothing_of_learners(desk, modules):
    enrol(make_person("zoe@example.org"), modules[0].get_parent())
    said = publish(desk, modules[0], summary="Un autre résumé.")
    assert [message for message in said if "personne" in message] == []


def test_a_required_step_that_is_published_for_the_first_time_says_who_has_more_to_do(desk, modules):
    enrol(make_person("zoe@example.org"), modules[0].get_parent())
    draft = LessonPage(title="De plus", body=[], live=False)
    modules[1].add_child(instance=draft)
    draft.save_revision()
    body = [{"type": "text", "value": "<p>Un texte.</p>", "id": identity("de-plus")}]
    (said, *_) = publish(desk, draft, body=body, summary="Une étape.", required="on")
    assert said.startswith("1 personne en cours de parcours a maintenant davantage à faire.")


def test_a_selection_that_is_published_says_whom_it_touches(desk, modules):
    enrol(make_person("zoe@example.org"), modules[0].get_parent())
    modules[1].prerequisites = asking(modules[0])
    modules[1].save_revision()
    said = in_bulk(desk, "publish", modules[1])
    assert said[0].startswith("Ces règles referment au moins une étape à 1 personne en cours de parcours.")


def test_drafts_that_are_a_circle_together_are_not_published_together(desk, modules):
    first, second = modules
    for one, other in ((first, second), (second, first)):
        one.prerequisites = asking(other)
        one.save_revision()
    (said,) = in_bulk(desk, "publish", first, second)
    assert "« Module 1 » attend « Module 2 », qui attend « Module 1 »" in said
    assert [len(one.prerequisites) for one in ModulePage.objects.filter(pk__in=[first.pk, second.pk])] == [0, 0]


def test_a_module_with_an_impossible_rule_published_as_soon_as_it_is_made_stays_a_draft(desk, modules, site):
    elsewhere = courses.make_track(site, slug="decideurs", modules=((1, False),))
    track = modules[0].get_parent()
    add = reverse("wagtailadmin_pages:add", args=["courses", "modulepage", track.pk])
    rules = {"prerequisites-count": "1", "prerequisites-0-deleted": "", "prerequisites-0-order": "0"}
    rules |= {"prerequisites-0-type": "prerequisite", "prerequisites-0-value-score": ""}
    rules |= {"prerequisites-0-value-page": StepPage.objects.descendant_of(elsewhere).get().pk}
    facts = {"title": "Neuf", "slug": "neuf", "summary": "Un module.", "objectives-count": "0", "required": "on"}
    facts["abilities-count"] = "0"
    response = desk.post(add, facts | rules | {"order": "", "action-publish": "yes"})
    assert response.status_code == 302, response.context["form"].errors
    made = ModulePage.objects.get(title="Neuf")
    assert (made.live, made.has_unpublished_changes) == (False, True)
    assert len(made.get_latest_revision_as_object().prerequisites) == 1


def test_tracks_that_wait_for_each_other_are_not_published(desk, site):
    one, other, third = (courses.make_track(site, slug=slug, modules=()) for slug in ("jeunes", "decideurs", "essai"))
    publish(desk, one, follows=other.pk)
    assert outline_by_pk(one.pk).follows == OtherTrack(other.pk, "Decideurs", "/parcours/decideurs/")
    publish(desk, other, follows=third.pk)
    (said, *_) = publish(desk, third, follows=one.pk)
    assert said.startswith(
        "« Essai » attend « Jeunes », qui attend « Decideurs », qui attend « Essai » : personne ne pourrait les ouvrir."
    )
    assert publish(desk, third, follows=third.pk)[-1].startswith("Le parcours « Essai » s’attend lui-même")
    assert outline_by_pk(third.pk).follows is None


def test_a_track_does_not_wait_for_one_that_is_not_published(desk, site):
    one, other = (courses.make_track(site, slug=slug, modules=()) for slug in ("jeunes", "decideurs"))
    other.unpublish()
    (said, *_) = publish(desk, one, follows=other.pk)
    assert said.startswith("Le parcours à terminer d’abord, « Decideurs », n’est pas publié : publiez-le avant.")


def test_a_track_that_is_unpublished_asks_nothing_any_more(desk, site):
    one, other = (courses.make_track(site, slug=slug, modules=()) for slug in ("jeunes", "decideurs"))
    publish(desk, one, follows=other.pk)
    other.unpublish()
    assert outline_by_pk(one.pk).follows is None


def test_a_later_day_of_a_whole_track_says_whom_it_touches(desk, modules):
    track = modules[0].get_parent().specific
    enrol(make_person("zoe@example.org"), track)
    (said, *_) = publish(desk, track, opens_on="2126-01-01")
    assert said.startswith("Ces règles referment au moins une étape à 1 personne en cours de parcours.")
    response = desk.post(
        edit_url(track), form_of(desk, track, opens_on="2126-01-01", opens_after_days="3") | {"action-publish": "yes"}
    )
    assert "Choisissez une date ou un délai, pas les deux." in response.content.decode()


# ---------------------------------------------------------------- moved, without being published


@made_once
def ordered(site):
    """Three modules of a track in order, of which the last asks the first; and a learner who has not begun."""
    track = courses.make_track(site, modules=((1, False), (2, False), (1, False)))
    found = list(ModulePage.objects.child_of(track).order_by("path"))
    found[2].prerequisites = asking(found[0])
    courses.publish(found[2])
    enrol(make_person("zoe@example.org"), track)
    return found


def titles(track):
    """The modules of a track, in its order."""
    return list(ModulePage.objects.child_of(track).order_by("path").values_list("title", flat=True))


def said_by(response):
    """What the desk says with this answer."""
    return [" ".join(str(message).split()) for message in get_messages(response.wsgi_request)]


def reorder(desk, page, position):
    """What the desk answers to a page dropped at this place among its neighbours."""
    return desk.post(f"{reverse('wagtailadmin_pages:set_page_position', args=[page.pk])}?position={position}")


def in_bulk(desk, action, *pages, **form):
    """What the desk says of these pages, chosen together."""
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    chosen = "&".join(f"id={page.pk}" for page in pages)
    response = desk.post(f"{url}?{chosen}&next=/admin/", form)
    assert response.status_code == 302
    return said_by(response)


def test_an_order_that_closes_the_track_is_refused_and_the_old_one_stands(desk, ordered):
    response = reorder(desk, ordered[2], 0)
    assert response.status_code == 409
    assert said_by(response) == [
        "« Module 3 » attend « Module 1 », qui attend « Module 3 » : personne ne pourrait les ouvrir. "
        "Rien n’est déplacé."
    ]
    assert titles(ordered[0].get_parent()) == ["Module 1", "Module 2", "Module 3"]


def test_an_order_that_all_can_follow_is_kept_and_says_whom_it_touches(desk, ordered):
    zoe = Enrolment.objects.get(person__email="zoe@example.org")
    finish(zoe, steps=1)
    response = reorder(desk, ordered[2], 1)
    assert response.status_code == 200
    assert titles(ordered[0].get_parent()) == ["Module 1", "Module 3", "Module 2"]
    assert said_by(response) == [
        "Ces règles referment au moins une étape à 1 personne en cours de parcours. "
        "Ce qui est terminé le reste, et rien n’est repris."
    ]


def test_a_step_that_goes_into_the_module_that_asks_it_stays_where_it_is(desk, ordered):
    step = StepPage.objects.child_of(ordered[0]).get()
    ordered[1].prerequisites = asking(step)
    courses.publish(ordered[1])
    url = reverse("wagtailadmin_pages:move_confirm", args=[step.pk, ordered[1].pk])
    assert desk.get(url).status_code == 200
    said = "Le module « Module 2 » s’attend lui-même : retirez ce prérequis. Rien n’est déplacé."
    assert said_by(desk.post(url)) == [said]
    assert in_bulk(desk, "move", step, chooser=ordered[1].pk) == [said, said]
    assert list(StepPage.objects.child_of(ordered[0])) == [step]


def test_a_prerequisite_that_goes_to_another_track_stays_with_who_asks_it(desk, ordered, site):
    other = courses.make_track(site, slug="decideurs", modules=())
    said = "Le module « Module 3 » attend « Module 1 », qui ne serait plus dans le même parcours. Rien n’est déplacé."
    assert in_bulk(desk, "move", ordered[0], chooser=other.pk) == [said]
    assert in_bulk(desk, "move", ordered[2], chooser=other.pk) == [said, said]
    assert titles(other) == []


def test_what_asks_nothing_and_that_nobody_asks_moves(desk, ordered, site):
    other = courses.make_track(site, slug="decideurs", modules=())
    desk.post(reverse("wagtailadmin_pages:move_confirm", args=[ordered[1].pk, other.pk]))
    assert titles(other) == ["Module 2"]


def test_a_track_that_was_closed_already_may_be_mended_by_moves(desk, ordered):
    ordered[0].move(ordered[0].get_parent(), pos="last-child")
    assert problems(outline_by_pk(ordered[0].get_parent().pk)) != []
    assert reorder(desk, ordered[1], 2).status_code == 200
    ordered[0].refresh_from_db()
    assert reorder(desk, ordered[0], 0).status_code == 200
    assert problems(outline_by_pk(ordered[0].get_parent().pk)) == []

"""The right answers of a quiz are in no response before it is sent, whoever asks and wherever they look."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import get_resolver, reverse
from wagtail.models import GroupPagePermission, Page

from courses.models import QuizPage
from learners import roles
from learners.models import Attempt, Certificate, Letter
from tests.factories.courses import make_track, multiple, single, true_false
from tests.factories.learners import enrol, finish, make_cohort, make_person
from tests.lms.test_learning import DONE, LESSON_1, LESSON_2, QUIZ, filled
from tests.lms.visiting import Visitor
from tests.worlds import made_once

TOKENS = ["secret-b7f3a1", "secret-c94d2e", "secret-e05f88"]


class Recorder(Client):
    """A browser that keeps everything that it receives."""

    def __init__(self, **defaults):
        super().__init__(raise_request_exception=False, **defaults)
        self.received = []

    def request(self, **request):
        response = super().request(**request)
        body = b"".join(response) if response.streaming else response.content
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        cookies = response.cookies.output()
        self.received.append(f"{response.status_code}\n{headers}\n{cookies}\n{body.decode(errors='replace')}")
        return response


def recording(person=None, *, csrf=True):
    """Somebody whose every response is kept."""
    somebody = Visitor(person)
    client = Recorder(enforce_csrf_checks=csrf)
    client.cookies = somebody.client.cookies
    somebody.client = client
    return somebody


def planted(*, right=1):
    """Three questions whose explanations hold a token; ``right`` says which answers are right."""
    questions = [single("A", right=right), multiple("B", right=(right, 4)), true_false("C", answer=right == 1)]
    for question, token in zip(questions, TOKENS, strict=True):
        question["value"]["explanation"] = f"<p>Parce que {token}.</p>"
    return questions


def plant(**kwargs):
    """Publish these questions in « Quiz 1 »."""
    quiz = QuizPage.objects.get(slug="quiz-1")
    quiz.questions = planted(**kwargs)
    quiz.save_revision().publish()
    return quiz


def leaks(received):
    """The responses that hold a token, by their first lines."""
    return [text[:300] for text in received if any(token in text for token in TOKENS)]


def walk_to_the_end(somebody, *, send=True):
    """Everything that a learner meets in an attempt, up to the last press on « Envoyer »."""
    somebody.press(somebody.open("/parcours/jeunes/"), "S’inscrire au parcours")
    somebody.open(QUIZ)
    for lesson in (LESSON_1, LESSON_2):
        somebody.press(somebody.open(lesson), DONE)
    somebody.press(somebody.open(QUIZ), "Commencer le quiz")
    attempt = Attempt.objects.get(enrolment__person=somebody.person)
    answers = filled(attempt)
    first, second, _third = answers
    somebody.press(somebody.open(QUIZ), "Enregistrer et continuer plus tard", {second: answers[second]})
    somebody.press(somebody.open(QUIZ), "Envoyer mes réponses", {first: ""})
    somebody.press(somebody.open(QUIZ), "Envoyer mes réponses", {first: "intrus"})
    for address in (
        QUIZ,
        f"/apprendre/tentatives/{attempt.pk}/",
        f"/apprendre/tentatives/{attempt.pk}/envoyer/",
        f"/apprendre/quiz/{attempt.quiz_id}/commencer/",
        "/",
        "/parcours/",
        "/parcours/jeunes/",
        "/parcours/jeunes/module-1/",
        "/mon-espace/",
        "/glossaire/",
    ):
        somebody.open(address)
        somebody.client.head(address)
    seen = list(somebody.client.received)
    result = somebody.press(somebody.open(QUIZ), "Envoyer mes réponses", answers) if send else None
    return attempt, seen, result


def test_no_response_of_a_whole_attempt_holds_an_explanation_before_it_is_sent(learner, track):
    plant()

    _, seen, result = walk_to_the_end(recording(learner))

    assert leaks(seen) == []
    assert [token in result.words for token in TOKENS] == [True] * 3
    assert [letter for letter in Letter.objects.all() if leaks([letter.text, letter.html, letter.subject])] == []


def test_a_second_attempt_shows_nothing_on_the_page_of_the_quiz(learner, track):
    plant()
    nadia = recording(learner)
    walk_to_the_end(nadia)
    nadia.client.received.clear()

    nadia.press(nadia.open(QUIZ), "Recommencer le quiz")
    nadia.open(QUIZ)

    assert leaks(nadia.client.received) == []


def neutral(text):
    """A response without what changes from one person or one request to the next."""
    text = re.sub(r"Content-Length: \d+", "", text)
    text = re.sub(r"(csrf[^\s=]*)=\S+|sessionid=\S+|messages=\S+", "", text)
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", text)
    text = re.sub(r'(name="basis" value=)"[^"]+"', basis_without_names, text)
    text = re.sub(r"reponses:\d+:\d+", "reponses:P:N", text)
    text = re.sub(r"[\w.]+@example\.org", "ADDRESS", text)
    return re.sub(r"tentatives/\d+/", "tentatives/N/", text)


def basis_without_names(found):
    """What a quiz page says it was made from, without the name that each page has of its own."""
    return re.sub(r"page&quot;:&quot;\w+", "page&quot;:&quot;PAGE", found[0])


def test_the_pages_of_an_attempt_are_the_same_whichever_answers_are_right(track):
    """If anything told which choice is right (an attribute, an order, a length), the two would differ."""
    walks = []
    for right in (1, 2):
        plant(right=right)
        person = make_person(f"p{right}@example.org")
        somebody = recording(person)
        somebody.press(somebody.open("/parcours/jeunes/"), "S’inscrire au parcours")
        for lesson in (LESSON_1, LESSON_2):
            somebody.press(somebody.open(lesson), DONE)
        somebody.press(somebody.open(QUIZ), "Commencer le quiz")
        attempt = Attempt.objects.get(enrolment__person=person)
        first, *_ = filled(attempt)
        chosen = {first: planted()[0]["value"]["choices"][2]["id"]}
        somebody.press(somebody.open(QUIZ), "Enregistrer et continuer plus tard", chosen)
        somebody.press(somebody.open(QUIZ), "Envoyer mes réponses")
        walks.append([neutral(text) for text in somebody.client.received])

    assert len(walks[0]) > 10
    assert walks[0] == walks[1]


ADDRESSES = [
    "/",
    "/parcours/",
    "/parcours/jeunes/",
    "/parcours/jeunes/module-1/",
    LESSON_1,
    LESSON_2,
    QUIZ,
    "/glossaire/",
    "/mon-espace/",
    "/cohortes/",
    "/sante/",
    f"{QUIZ}?preview=1",
    f"{QUIZ}?format=json",
    "/recherche/?q=secret",
    "/api/v2/pages/",
    "/sitemap.xml",
]


@pytest.mark.parametrize(
    "who", ["visitor", "learner of the track", "learner elsewhere", "manager", "instructor", "admin"]
)
def test_nobody_reads_an_explanation_on_the_site_while_others_answer(learner, track, admin, instructor, who):
    plant()
    lead = make_person("lead@example.org")
    cohort = make_cohort(track, lead=lead)
    attempt, _, _ = walk_to_the_end(recording(learner), send=False)
    other = make_person("lea@example.org")
    finish(enrol(other, track, cohort=cohort), steps=2)
    people = {
        "visitor": None,
        "learner of the track": other,
        "learner elsewhere": make_person("zoe@example.org"),
        "manager": lead,
        "instructor": instructor,
        "admin": admin,
    }

    somebody = recording(people[who])
    for address in (
        *ADDRESSES,
        f"/cohortes/{cohort.pk}/",
        f"/cohortes/{cohort.pk}/export.csv",
        f"/apprendre/tentatives/{attempt.pk}/",
    ):
        somebody.client.get(address, follow=True)

    assert leaks(somebody.client.received) == []


def test_the_result_of_an_attempt_is_for_its_owner_alone(learner, track, admin, instructor):
    plant()
    attempt, _, _ = walk_to_the_end(recording(learner))
    lead = make_person("lead@example.org")
    make_cohort(track, lead=lead)

    for person in (None, make_person("lea@example.org"), lead, instructor, admin):
        somebody = recording(person)
        somebody.open(f"/apprendre/tentatives/{attempt.pk}/")
        assert leaks(somebody.client.received) == []


# ---------------------------------------------------------------- the CMS


def admin_addresses(values):
    """Every address under /admin/, its parameters filled with these values; and the parameters without value."""
    missing = set()
    found = []

    def walk(resolver, names, namespace):
        for one in resolver.url_patterns:
            here = names + tuple(getattr(one.pattern, "converters", {})) + tuple(one.pattern.regex.groupindex)
            if hasattr(one, "url_patterns"):
                walk(one, here, f"{namespace}{one.namespace}:" if one.namespace else namespace)
                continue
            missing.update(set(here) - set(values))
            if one.name:
                found.append(reverse(f"{namespace}{one.name}", kwargs={name: values.get(name, 1) for name in here}))

    admin = next(
        one for one in get_resolver().url_patterns if str(one.pattern) == "admin/" and hasattr(one, "url_patterns")
    )
    walk(admin, (), "")
    return found, missing


@made_once
def quiz_in_the_admin(published):
    """Addresses of the whole CMS, pointed at a quiz that has two revisions, a draft and a published one."""
    quiz = plant()
    first = quiz.latest_revision_id
    quiz.refresh_from_db()
    quiz.title = "Quiz 1 bis"
    draft = quiz.save_revision()
    values = dict.fromkeys(("pk", "page_id", "page_pk", "page_to_move_id", "object_id"), quiz.pk)
    values |= {
        "parent_page_id": quiz.get_parent().pk,
        "destination_id": quiz.get_parent().pk,
        "revision_id": draft.pk,
        "revision_id_a": first,
        "revision_id_b": "latest",
        "app_label": "courses",
        "app_name": "courses",
        "content_type_app_name": "courses",
        "model_name": "quizpage",
        "content_type_model_name": "quizpage",
        "action": "publish",
        "action_name": "copy",
        "filter_spec": "width-10",
        "uidb64": "MQ",
        "token": "abc",
    }
    numbers = (
        "task_state_id task_id workflow_state_id collection_id workflow_pk session_id redirect_id document_id doc_id"
    )
    numbers += " uploaded_file_id image_id"
    values |= dict.fromkeys(numbers.split(), 1)
    addresses, missing = admin_addresses(values)
    assert missing == set(), "name a value for the new parameters of the CMS"
    searches = [
        f"{reverse(name)}?q=secret" for name in ("wagtailadmin_pages:search", "wagtailadmin_choose_page_search")
    ]
    api = f"{reverse('wagtailadmin_api:pages:listing')}?fields=*&type=courses.QuizPage"
    return [*addresses, *searches, api, f"/admin/api/main/pages/{quiz.pk}/?fields=*"]


def writer_of_another_track(site):
    """Somebody of the CMS who writes one track, which is not that of the quiz."""
    group = Group.objects.create(name="Autre parcours")
    group.permissions.add(roles.permission("wagtailadmin", "access_admin"))
    other = make_track(site, slug="decideurs", modules=((1, False),))
    for codename in roles.ON_PAGES:
        GroupPagePermission.objects.create(
            group=group, page=other, permission=roles.permission("wagtailcore", codename)
        )
    person = make_person("paul@example.org")
    person.groups.add(group)
    return person


def test_a_writer_of_another_track_finds_the_answers_nowhere_in_the_cms(site, quiz_in_the_admin):
    paul = recording(writer_of_another_track(site), csrf=False)
    assert paul.open("/admin/").status == 200

    for address in quiz_in_the_admin:
        paul.client.get(address)
        paul.client.post(address)

    assert leaks(paul.client.received) == []
    quiz = QuizPage.objects.get(slug="quiz-1")
    assert (quiz.title, quiz.live, quiz.locked) == ("Quiz 1", True, False)


def test_the_walk_through_the_cms_would_see_the_answers(admin, quiz_in_the_admin):
    louise = recording(admin)

    for address in quiz_in_the_admin:
        louise.client.get(address)

    assert len(leaks(louise.client.received)) >= 2


@pytest.mark.parametrize("who", ["visitor", "learner", "manager"])
def test_the_cms_opens_to_nobody_who_does_not_write(learner, track, quiz_in_the_admin, who):
    lead = make_person("lead@example.org")
    lead.groups.add(roles.managers())
    make_cohort(track, lead=lead)
    somebody = recording({"visitor": None, "learner": learner, "manager": lead}[who])

    opened = {address: somebody.client.get(address).status_code for address in quiz_in_the_admin}

    harmless = {"/admin/logout/", "/admin/jsi18n/", "/admin/sprite/"}
    assert {address for address, status in opened.items() if status == 200} <= harmless
    assert leaks(somebody.client.received) == []
    assert Certificate.objects.count() == 0
    assert Page.objects.get(slug="quiz-1").live

"""Question blocks: a draft may be half written, a published quiz may not."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from wagtail import blocks

from courses.blocks.every import QuestionBlocks
from courses.models import QuizPage, QuizVersion
from courses.versions import freeze, quiz_of
from lms.questions import QuizForm
from tests.courses.admin_forms import edit_url, form_of
from tests.courses.samples import VALUES
from tests.factories.courses import make_module, make_quiz, make_track, multiple, single, true_false
from tests.factories.learners import NOW
from tests.worlds import made_once

pytestmark = pytest.mark.django_db

ONE = "Cochez une seule réponse juste."
SOME = "Cochez au moins une réponse juste."
REQUIRED = "Champ requis."

NO_ANSWER = true_false("C")
NO_ANSWER["value"]["answer"] = ""
NO_PROMPT = single("A")
NO_PROMPT["value"]["prompt"] = ""
NO_EXPLANATION = single("A")
NO_EXPLANATION["value"]["explanation"] = ""
NO_TEXT = single("A")
NO_TEXT["value"]["choices"][1]["value"]["text"] = ""
TWO_RIGHT = single("A")
TWO_RIGHT["value"]["choices"][1]["value"]["correct"] = True


def stream(*kinds):
    """The values of a media stream that holds a sample of each of these blocks."""
    samples = {"image": VALUES["image"]()["image"], "audio": VALUES["audio"](), "text": "<p>Un <b>texte</b>.</p>"}
    return [{"type": kind, "value": samples[kind]} for kind in kinds]


@pytest.mark.parametrize("make", [single, multiple, true_false])
def test_a_question_shows_a_picture_and_plays_a_recording(quiz, make):
    question = make("A")
    question["value"]["media"] = stream("image", "audio")

    (frozen,) = quiz_of(changed(quiz, [question])).questions

    assert (frozen.picture.alt, frozen.sound.title) == ("Deux maisons et un pont", "Une voix")
    assert frozen.illustrated


def test_what_stands_under_an_answer_is_shown_with_it_and_a_recording_beside_its_label(quiz):
    question = single("A", right=1)
    question["value"]["choices"][0]["value"]["media"] = stream("text", "image", "audio")

    frozen = quiz_of(changed(quiz, [question]))
    shown = BeautifulSoup(
        render_to_string("components/question.html", {"item": QuizForm(frozen, {}).questions[0]}), "html.parser"
    )

    label = shown.select_one("label.option")
    assert (label.b.get_text(), label.img["alt"]) == ("texte", "Deux maisons et un pont")
    assert label.audio is None  # a control inside a label would be pressed with it
    assert shown.audio["aria-label"] == "Une voix"
    assert frozen.questions[0].say([frozen.questions[0].choices[0].id]) == "A 1"
    assert frozen.questions[0].illustrated


def changed(quiz, questions):
    """The quiz with these questions."""
    quiz.questions = questions
    quiz.save()
    quiz.refresh_from_db()
    return quiz


@made_once
def quiz(site):
    """A live quiz."""
    return make_quiz(make_module(make_track(site, modules=())))


def faults(questions):
    """What the form says of these questions, by field of the first one; None when it takes them."""
    block = QuestionBlocks()
    block.set_name("questions")
    try:
        block.clean(block.to_python(questions))
    except ValidationError as error:
        told = error.as_json_data()
        return told.get("blockErrors", {}).get(0, {}).get("blockErrors", told)
    return None


@pytest.mark.parametrize(
    ("question", "field", "message"),
    [
        (single("A", right=0), "choices", ONE),
        (TWO_RIGHT, "choices", ONE),
        (multiple("B", right=()), "choices", SOME),
        (NO_ANSWER, "answer", REQUIRED),
        (NO_PROMPT, "prompt", REQUIRED),
        (NO_EXPLANATION, "explanation", REQUIRED),
    ],
)
def test_a_question_without_its_right_answer_or_its_words_is_not_published(question, field, message):
    assert faults([question]) == {field: {"messages": [message]}}


def test_a_choice_without_words_is_not_published():
    told = faults([NO_TEXT])
    assert told == {"choices": {"blockErrors": {1: {"blockErrors": {"text": {"messages": [REQUIRED]}}}}}}


@pytest.mark.parametrize("count", [0, 1, 11])
def test_a_question_proposes_two_to_ten_answers(count):
    told = faults([single("A", choices=count)])
    assert list(told) == ["choices"]
    assert told["choices"]["messages"] != []


@pytest.mark.parametrize(
    "question",
    [
        single("A", right=3),
        single("A", choices=2),
        single("A", choices=10),
        multiple("B", right=(4,)),
        multiple("B", right=(1, 2, 3, 4)),
        true_false("C", answer=False),
    ],
)
def test_a_whole_question_is_published(question):
    assert faults([question]) is None


@pytest.mark.parametrize("points", [0, 21, None])
def test_a_question_is_worth_one_to_twenty_points(points):
    assert list(faults([single("A", points=points)])) == ["points"]


@pytest.mark.parametrize("kind", QuestionBlocks.base_blocks)
def test_a_new_question_begins_with_every_field_and_with_as_many_rows_as_it_needs(kind):
    block = QuestionBlocks().child_blocks[kind]
    assert lacking(block, block.get_form_state(block.get_default())) == []


def lacking(block, state):
    """What the editor of a new block would not have: a field without a value, a row that publication asks for."""
    if isinstance(block, blocks.ListBlock):
        short = [block.label] if len(state) < (block.meta.min_num or 0) else []
        return short + [one for row in state for one in lacking(block.child_block, row["value"])]
    if isinstance(block, blocks.StructBlock) and state:
        gone = [name for name in block.child_blocks if name not in state]
        return gone + [one for name in state for one in lacking(block.child_blocks[name], state[name])]
    return []


def test_a_quiz_has_at_least_one_question():
    assert faults([])["messages"] != []


@pytest.mark.parametrize("question", [single("Neuve", right=0), multiple("Neuve", right=()), NO_ANSWER])
def test_publishing_a_question_without_a_right_answer_is_refused_and_changes_nothing(editor, quiz, question):
    form = form_of(editor, quiz, questions=[question], **{"action-publish": "yes"})
    response = editor.post(edit_url(quiz), form)
    assert list(response.context["form"].errors) == ["questions"]
    assert [block.id for block in QuizPage.objects.get().questions] == [block.id for block in quiz.questions]
    assert QuizPage.objects.get().live_revision_id == quiz.live_revision_id


@pytest.mark.parametrize(
    "question", [single("Neuve", right=0), multiple("Neuve", right=()), NO_ANSWER, NO_PROMPT, TWO_RIGHT]
)
def test_a_half_written_question_is_kept_as_a_draft(editor, quiz, question):
    response = editor.post(edit_url(quiz), form_of(editor, quiz, questions=[question]))
    assert response.status_code == 302
    saved = QuizPage.objects.get()
    assert [block.id for block in saved.questions] == [block.id for block in quiz.questions]
    assert [block.id for block in saved.get_latest_revision_as_object().questions] == [question["id"]]


def test_questions_and_choices_keep_their_identity_when_they_are_moved_and_reworded(editor, quiz):
    before = quiz_of(quiz)
    moved = [multiple("B"), single("A"), true_false("C")]
    moved[0]["value"]["choices"].reverse()
    moved[1]["value"]["prompt"] = "<p>Mieux dit ?</p>"
    editor.post(edit_url(quiz), form_of(editor, quiz, questions=moved, **{"action-publish": "yes"}))
    after = quiz_of(QuizPage.objects.get())
    assert [question.id for question in after.questions] == [before.questions[at].id for at in (1, 0, 2)]
    assert after.questions[1].prompt == "<p>Mieux dit ?</p>"
    assert after.questions[1].choices == before.questions[0].choices
    assert after.questions[0].choices == before.questions[1].choices[::-1]


def test_saving_a_quiz_again_without_a_change_makes_no_new_version(editor, quiz):
    version = freeze(quiz, at=NOW)
    editor.post(edit_url(quiz), form_of(editor, quiz, **{"action-publish": "yes"}))
    saved = QuizPage.objects.get()
    assert saved.live_revision_id != quiz.live_revision_id
    assert freeze(saved, at=NOW).pk == version.pk
    assert QuizVersion.objects.count() == 1

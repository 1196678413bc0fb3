"""Every type of question has all of its pieces; then what each type is worth."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string

from courses.blocks.every import QuestionBlocks
from courses.blocks.exercises import UnreadableGaps, read_gaps
from courses.manuscripts import ManuscriptError
from courses.questionnaires import read_question
from courses.quizzes import TYPES, Quiz, question_from
from courses.versions import frozen_question
from lms.questions import HINTS, QuizForm, field_name, responses_in
from tests.factories.questions import every_block, every_question, sample
from tests.lms.visiting import Screen

QUESTIONS = every_question()


def named(question):
    """The name of a parametrised test."""
    return question.kind


def form_data(question, response):
    """What a browser would post for that response, hidden controls included."""
    data = QueryDict(mutable=True)
    name = field_name(question.id)
    data.update({name: ""})
    match question.control:
        case "choices":
            data.setlist(name, ["", *response])
        case "line" | "text":
            data.setlist(name, [response])
        case _:
            for row, place in response.items():
                data[f"{name}.{row}"] = place
    return data


class Shown:
    """A rendered form, as Screen reads a response."""

    status_code = 200

    def __init__(self, quiz, kept):
        items = QuizForm(quiz, kept).questions
        html = "".join(
            render_to_string("components/question.html", {"item": item, "disabled": False, "check_url": ""})
            for item in items
        )
        self.content = f"<main><form method='post'>{html}<button>Envoyer</button></form></main>".encode()


def posted(quiz, kept):
    """The responses that the form sends back when it is shown with these and sent at once."""
    _, _, fields = Screen(Shown(quiz, kept), "/").form("Envoyer")
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return responses_in(data, quiz)


def test_the_samples_show_every_type():
    """A new type without a sample fails here, and then everywhere below."""
    assert {type(question) for question in QUESTIONS} == set(TYPES)
    assert {question.kind for question in QUESTIONS} == set(QuestionBlocks().child_blocks)


@pytest.mark.parametrize("block", every_block(), ids=lambda block: block["type"])
def test_a_question_as_written_is_one_that_may_be_published(block):
    stream = QuestionBlocks()
    assert stream.clean(stream.to_python([block]))


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_a_question_survives_its_freezing_and_its_export(question):
    quiz = Quiz(title="Essai", questions=(question,))
    assert Quiz.model_validate(quiz.to_json()) == quiz
    assert question_from(question.export()) == question


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_the_right_response_earns_everything_and_can_be_said(question):
    right = question.right_response
    assert question.accepts(right)
    assert question.complete(right)
    assert question.say(right)
    assert question.fraction(right) == (1.0 if question.scored and question.automatic else question.fraction(right))
    if not question.automatic:
        assert question.fraction(right) is None


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_a_blank_response_is_accepted_incomplete_worth_nothing_and_says_nothing(question):
    assert question.accepts(question.blank)
    assert not question.complete(question.blank)
    assert question.fraction(question.blank) == 0
    assert question.say(question.blank) == ""
    assert question.remark(question.blank) == ""


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
@pytest.mark.parametrize("response", [None, 3, True, {"x": "y"}, ["x"], [3], {"x": 1}, [["x"]], "a" * 30_000])
def test_what_no_form_of_ours_could_send_is_refused(question, response):
    assert not question.accepts(response)


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_the_form_shows_what_was_kept_and_sends_it_back(question):
    quiz = Quiz(title="Essai", questions=(question,))
    for response in (question.right_response, question.blank):
        assert posted(quiz, {question.id: response}) == {question.id: response}


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_the_controls_of_a_question_have_a_group_a_name_and_labels(question):
    screen = Screen(Shown(Quiz(title="Essai", questions=(question,)), {}), "/")
    group = screen.soup.select_one("fieldset.question")
    assert group.legend.get_text(strip=True).startswith("Question 1 sur 1")
    controls = group.find_all(["input", "select", "textarea"])
    visible = [one for one in controls if one.get("type") != "hidden"]
    assert visible
    labels = {label["for"]: label.get_text(strip=True) for label in group.find_all("label")}
    assert all(labels[one["id"]] for one in visible)
    described = group.get("aria-describedby", "").split()
    assert all(screen.soup.find(id=one) for one in described)
    assert not [tag for tag in group.find_all(True) if tag.has_attr("style") or tag.name == "script"]


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_shuffling_changes_the_order_and_nothing_else(question):
    quiz = Quiz(title="Essai", questions=(question,))
    shuffled = quiz.paper([], seed=7).questions[0]
    assert quiz.paper([], seed=7).questions[0] == shuffled
    assert shuffled.accepts(question.right_response)
    assert shuffled.fraction(question.right_response) == question.fraction(question.right_response)
    assert sorted(shuffled.say(question.right_response)) == sorted(question.say(question.right_response))


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_the_form_of_a_question_does_not_tell_the_answer_apart(question):
    """The controls are the same when another answer is right."""
    quiz = Quiz(title="Essai", questions=(question,))
    shown = Shown(quiz, {}).content.decode()
    assert "explication" not in shown
    for secret in (question.explanation, *question.hints, getattr(question, "model_answer", "")):
        assert not secret or secret not in shown
    if question.kind in {"short_text", "number"}:
        assert question.right_response not in shown


def test_every_hint_belongs_to_a_type():
    assert {name.split("_")[0] for name in HINTS} <= {question.kind.split("_")[0] for question in QUESTIONS}


# ---------------------------------------------------------------- what each type is worth


def ids_of(question):
    """The ids of the choices, by their words."""
    return {choice.text: choice.id for choice in question.choices}


@pytest.mark.parametrize(
    ("scoring", "chosen", "worth"),
    [
        ("all", ["Une association", "Une commune"], 1),
        ("all", ["Une association"], 0),
        ("each", ["Une association"], 2 / 3),
        ("each", ["Une association", "Une commune", "Personne"], 2 / 3),
        ("each", ["Personne"], 0),
        ("each", [], 0),
        ("right_only", ["Une association"], 1 / 2),
        ("right_only", ["Une association", "Personne"], 0),
    ],
)
def test_several_choices_are_worth_what_the_author_decided(scoring, chosen, worth):
    question = sample("multiple", scoring=scoring)
    assert question.fraction([ids_of(question)[text] for text in chosen]) == pytest.approx(worth)


def test_the_author_sees_what_sample_answers_are_worth():
    assert dict(sample("multiple", scoring="right_only").samples()) == {
        "Toutes les bonnes réponses": 1,
        "Une bonne réponse seulement": 0.5,
        "Toutes les bonnes et une mauvaise": 0,
        "Une bonne et une mauvaise": 0,
        "Une mauvaise réponse seulement": 0,
    }


def test_what_the_author_says_about_a_choice_is_said_to_those_who_chose_it():
    question = sample("single")
    assert question.remark([ids_of(question)["Rivaliser"]]) == "C’est l’inverse."
    assert question.remark([ids_of(question)["Coopérer"]]) == ""


@pytest.mark.parametrize("text", ["12,5", "12.5 %", "12,5 %", "  12 ", "13 pour cent", "12,5 POUR CENT"])
def test_a_number_is_right_within_its_tolerance_however_it_is_written(text):
    assert sample("number").fraction(text) == 1


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("13,1", ""),
        ("douze", "Ce n’est pas un nombre : écrivez par exemple 1 234,5."),
        ("12,5 km", "Le nombre est le bon, mais pas l’unité."),
        ("NaN", "Ce n’est pas un nombre : écrivez par exemple 1 234,5."),
    ],
)
def test_a_number_is_wrong_and_says_why_when_it_can(text, remark):
    question = sample("number")
    assert (question.fraction(text), question.remark(text)) == (0, remark)


def test_a_unit_that_must_be_written_is_missed():
    question = sample("number", unit_required=True)
    assert question.fraction("12,5") == 0
    assert question.remark("12,5") == "Le nombre est le bon ; l’unité manque."


def test_a_tolerance_in_per_cent_follows_the_value():
    question = sample("number", value=200, tolerance=10, relative=True, units=())
    assert [question.fraction(text) for text in ("180", "220", "179,9")] == [1, 1, 0]


def test_each_pair_counts_unless_the_author_wants_them_all():
    question = sample("matching")
    first, second, _ = question.right_response
    half_wrong = {**question.right_response, first: question.right_response[second]}
    assert question.fraction(half_wrong) == pytest.approx(2 / 3)
    assert sample("matching", scoring="all").fraction(half_wrong) == 0
    assert "la lune" in {place.text for place in question.places(first)}


def test_ordering_counts_well_placed_neighbours():
    question = sample("ordering")
    a, b, c, d = (item.id for item in question.items)
    assert question.fraction({b: "1", c: "2", d: "3", a: "4"}) == pytest.approx(2 / 3)
    assert question.fraction({d: "1", c: "2", b: "3", a: "4"}) == 0
    assert question.fraction({a: "1", b: "2", c: "3", d: "3"}) == pytest.approx(1 / 3)
    assert question.remark({a: "1", b: "1"}) == "Un même rang a été donné à plusieurs éléments."
    assert sample("ordering", scoring="all").fraction({b: "1", c: "2", d: "3", a: "4"}) == 0


def test_items_to_order_are_not_shown_in_the_right_order():
    question = sample("ordering")
    assert [row.text for row in question.rows] == ["agir", "écouter", "évaluer", "réunir"]


def test_a_sorted_answer_reads_category_by_category():
    question = sample("sorting")
    said = question.say(question.right_response)
    assert said == "Mécénat : un don, un prêt de salle ; Coopération : un projet commun, une vente à deux"


def test_gaps_are_typed_or_chosen():
    question = sample("gaps")
    assert question.fraction({"1": "Coalition", "2": "différents"}) == 1
    assert question.fraction({"1": "aliance", "2": "absents"}) == 0
    assert question.remark({"1": "aliance"}) == "C’est presque cela : relisez l’orthographe."
    assert not question.accepts({"1": "x", "2": "un mot qui n’est pas proposé"})
    assert question.say({"1": "alliance"}) == "Une [alliance] réunit des acteurs […]."
    assert [place.text for place in question.places("2")] == ["absents", "différents", "identiques"]


@pytest.mark.parametrize("text", ["Sans trou.", "Un {{trou", "Un {{}} vide.", "Un {{~ faux}} seul.", "{{a | ~ a}}"])
def test_gaps_that_cannot_be_understood_are_refused_to_the_author(text):
    with pytest.raises(UnreadableGaps):
        read_gaps(text)


def test_a_rubric_makes_the_points_of_an_open_answer():
    assert sample("open").points == 3


def stored(wanted):
    """A list as Wagtail stores it; choices are (text, correct) pairs."""
    if not isinstance(wanted, list):
        return wanted
    values = [{"text": one[0], "correct": one[1]} if isinstance(one, tuple) else one for one in wanted]
    return [{"type": "item", "id": str(place), "value": value} for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("single", {"choices": [("a", False), ("b", False)]}),
        ("multiple", {"choices": [("a", False), ("b", False)]}),
        ("matching", {"extras": ["le minibus"]}),
        ("ordering", {"items": ["a", "a", "b"]}),
        ("gaps", {"text": "Rien à remplir."}),
        ("number", {"units": [], "unit_required": True}),
        ("open", {"review": "self", "model_answer": ""}),
    ],
)
def test_a_question_that_nobody_could_answer_is_not_published(kind, change):
    block = next(one for one in every_block() if one["type"] == kind)
    value = {**block["value"], **{name: stored(wanted) for name, wanted in change.items()}}
    stream = QuestionBlocks()
    with pytest.raises(ValidationError):
        stream.clean(stream.to_python([{**block, "value": value}]))


def test_an_unknown_field_in_a_file_is_named():
    question = {"id": "a", "type": "vrai-faux", "question": "?", "reponse": "vrai", "explication": "!", "surprise": 1}
    with pytest.raises(ManuscriptError, match="surprise"):
        read_question(question, "essai.yaml")


def test_identities_survive_another_reading_of_the_file():
    assert [frozen_question(block) for block in every_block()] == QUESTIONS

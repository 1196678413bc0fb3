"""Which responses of a page may be written: never over a newer answer that another page gave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from learners.merging import Basis, Stored, blank, digest, elsewhere, merge

HERE, THERE = "here", "there"


def basis(revision=3, *, turn=1, known=None, page=HERE):
    """A page made when the attempt was at that revision; ``known``: what it showed."""
    shown = {question: digest(response) for question, response in (known or {}).items()}
    return Basis(page=page, turn=turn, revision=revision, known=shown)


def merged(stored, responses, seen, **options):
    """What is changed, and the (question, touched) pairs that clash."""
    done = merge(stored, responses, seen, **options)
    return done.changed, [(clash.question_id, clash.touched) for clash in done.clashes]


def test_a_first_answer_is_kept():
    assert merged({}, {"q": ["a"]}, basis()) == ({"q": ["a"]}, [])


def test_an_answer_that_changes_one_the_page_knew_is_kept():
    assert merged({"q": Stored(["a"], 3, THERE)}, {"q": ["b"]}, basis(3, known={"q": ["a"]})) == ({"q": ["b"]}, [])


def test_a_newer_different_answer_of_another_page_is_not_overwritten():
    assert merged({"q": Stored(["a"], 4, THERE)}, {"q": ["b"]}, basis(3)) == ({}, [("q", True)])


def test_the_same_answer_given_by_another_page_is_no_clash():
    assert merged({"q": Stored(["a"], 4, THERE)}, {"q": ["a"]}, basis(3)) == ({}, [])


def test_one_question_in_dispute_holds_no_other_back():
    stored = {"q": Stored(["a"], 4, THERE)}
    assert merged(stored, {"q": ["b"], "r": ["c"]}, basis(3)) == ({"r": ["c"]}, [("q", True)])


def test_a_retry_after_a_lost_reply_is_no_clash_even_when_the_answer_changed_meanwhile():
    stored = {"q": Stored(["a"], 4, HERE, turn=1)}
    assert merged(stored, {"q": ["a"]}, basis(3, turn=1)) == ({}, [])
    assert merged(stored, {"q": ["b"]}, basis(3, turn=2)) == ({"q": ["b"]}, [])


def test_a_message_that_arrives_after_a_newer_one_of_its_page_changes_nothing():
    assert merged({"q": Stored(["b"], 5, HERE, turn=2)}, {"q": ["a"]}, basis(3, turn=1)) == ({}, [])


def test_a_whole_form_does_not_undo_elsewhere_what_it_left_as_it_was():
    stored = {"q": Stored(["b"], 4, THERE), "r": Stored(["x"], 5, THERE)}
    assert merged(stored, {"q": ["a"], "r": []}, basis(3, known={"q": ["a"]})) == ({}, [])


def test_what_is_sent_for_good_is_what_was_on_the_screen():
    stored = {"q": Stored(["b"], 4, THERE), "r": Stored(["x"], 5, THERE)}
    sent = {"q": ["a"], "r": []}
    assert merged(stored, sent, basis(3, known={"q": ["a"]}), final=True) == ({}, [("q", False), ("r", False)])


def test_an_answer_changed_and_changed_back_on_one_page_is_kept():
    stored = {"q": Stored(["b"], 4, HERE, turn=1)}
    assert merged(stored, {"q": ["a"]}, basis(3, turn=2, known={"q": ["a"]})) == ({"q": ["a"]}, [])


def test_writing_over_a_newer_blank_loses_nothing():
    assert merged({"q": Stored([], 4, THERE)}, {"q": ["b"]}, basis(3)) == ({"q": ["b"]}, [])


def test_a_page_that_says_nothing_of_itself_has_the_last_word():
    assert merged({"q": Stored(["a"], 9, THERE)}, {"q": ["b"]}, None) == ({"q": ["b"]}, [])


def test_a_page_is_told_what_it_does_not_show():
    stored = {
        "q": Stored(["a"], 4, THERE),
        "r": Stored(["b"], 2, THERE),
        "s": Stored(["c"], 5, HERE),
        "t": Stored([], 6, THERE),
    }
    assert elsewhere(stored, basis(3, known={"r": ["b"]})) == ["q"]
    assert elsewhere(stored, None) == []


@pytest.mark.parametrize("response", [[], "", {}, {"row": ""}, None])
def test_nothing_answered_is_blank_whatever_the_type(response):
    assert blank(response)
    assert digest(response) == ""


@pytest.mark.parametrize(
    "values",
    [
        {"page": "", "turn": 0, "revision": 0, "known": {}},
        {"page": "a\n", "turn": 0, "revision": 0, "known": {}},
        {"page": "a" * 33, "turn": 0, "revision": 0, "known": {}},
        {"page": "a", "turn": -1, "revision": 0, "known": {}},
        {"page": "a", "turn": 2**31, "revision": 0, "known": {}},
        {"page": "a", "turn": "1", "revision": 0, "known": {}},
        {"page": "a", "turn": 0, "revision": 0, "known": {}, "score": 3},
    ],
)
def test_a_page_can_say_of_itself_nothing_that_a_row_cannot_hold(values):
    with pytest.raises(ValidationError):
        Basis(**values)


ANSWERS = st.sampled_from([[], ["a"], ["b"], ["c"]])
QUESTIONS = st.sampled_from(["q", "r"])
SAVES = st.lists(st.tuples(st.sampled_from([HERE, THERE]), QUESTIONS, ANSWERS), max_size=12)


def play(saves, *, repeated):
    """Two pages made from an empty attempt save in turn; the given messages arrive twice."""
    stored, revision, turns, clashes = {}, 0, {HERE: 0, THERE: 0}, []
    for number, (page, question, response) in enumerate(saves):
        turns[page] += 1
        seen = Basis(page=page, turn=turns[page], revision=0, known={})
        for _ in range(2 if number in repeated else 1):
            done = merge(stored, {question: response}, seen)
            revision += bool(done.changed)
            stored |= {key: Stored(value, revision, page, seen.turn) for key, value in done.changed.items()}
        clashes += [(page, clash.question_id, number) for clash in done.clashes]
    return {key: one.response for key, one in stored.items()}, clashes


@given(SAVES, st.sets(st.integers(0, 11)))
def test_messages_that_arrive_twice_change_nothing_and_dispute_nothing(saves, repeated):
    assert play(saves, repeated=repeated) == play(saves, repeated=set())


@given(SAVES)
def test_an_answer_is_stored_as_its_page_gave_it_last_or_that_page_was_told(saves):
    stored, clashes = play(saves, repeated=set())
    for page in (HERE, THERE):
        last = {question: (response, number) for number, (one, question, response) in enumerate(saves) if one == page}
        for question, (response, number) in last.items():
            told = (page, question, number) in clashes
            newer = any(one != page and key == question and later > number for later, (one, key, _) in enumerate(saves))
            # A blank from a page that never showed anything is not an answer taken back.
            assert told or newer or stored.get(question, []) == response or response == []

"""Item statistics, against figures worked out by hand or by independent formulas."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import item_analysis as stats
from courses.item_analysis import Given, Sitting
from courses.item_verdicts import verdict_of
from courses.quizzes import Choice, Draw, Quiz, SingleChoice
from tests.factories.questions import every_question, sample

# Five people, three questions of one point; worked out by hand below.
MARKS = {"a": [1, 1, 1, 0, 0], "b": [1, 1, 0, 0, 0], "c": [0, 0, 1, 1, 1]}


def rests(name):
    return [sum(MARKS[key][row] for key in MARKS if key != name) for row in range(5)]


def test_the_facility_of_seven_right_out_of_ten_lies_between_forty_and_eighty_nine_per_cent():
    # Wilson 95 %: (0.7 + 0.19207 ± 1.96 √(0.021 + 0.0096)) / 1.38415, by hand: 0.3968 to 0.8922.
    low, high = stats.wilson(7, 10)
    assert (round(low, 4), round(high, 4)) == (0.3968, 0.8922)


def test_no_observation_gives_no_interval():
    assert stats.wilson(0, 0) == (None, None)


def test_a_question_that_goes_with_the_rest_discriminates_and_one_that_goes_against_it_does_not():
    # a: marks 1 1 1 0 0, rests 1 1 1 1 1 → no spread. b: rests 1 1 2 1 1, cov = -0.1; var b = 0.3, var rest = 0.2.
    assert stats.discrimination_index(MARKS["a"], rests("a")) is None
    assert isclose(stats.discrimination_index(MARKS["b"], rests("b")), 100 * -0.1 / (0.3 * 0.2) ** 0.5)
    # c: marks 0 0 1 1 1, rests 2 2 1 0 0 → cov = -0.5, var c = 0.3, var rest = 1.
    assert isclose(stats.discrimination_index(MARKS["c"], rests("c")), 100 * -0.5 / (0.3 * 1.0) ** 0.5)


def test_efficiency_is_a_hundred_when_the_marks_could_not_do_better():
    assert isclose(stats.discriminative_efficiency([0, 0, 1, 1], [1, 2, 3, 4]), 100)
    assert isclose(stats.discriminative_efficiency([1, 1, 0, 0], [1, 2, 3, 4]), -100)
    assert stats.discriminative_efficiency([1, 1, 1], [1, 2, 3]) is None


def test_a_correlation_of_one_half_over_twenty_eight_pairs_lies_between_sixteen_and_seventy_four():
    # Fisher 95 %: atanh 0.5 = 0.5493, ± 1.96 / √25 = 0.392: tanh 0.1573 to tanh 0.9413.
    assert stats.fisher(50, 28) == pytest.approx((15.6, 73.58), abs=0.01)
    assert stats.fisher(-50, 28) == pytest.approx((-73.58, -15.6), abs=0.01)
    assert (stats.fisher(100, 28), stats.fisher(-100, 28)) == ((100, 100), (-100, -100))


def test_the_point_biserial_is_the_correlation_with_a_zero_or_one_variable():
    chosen, rest = [True, True, False, False], [4, 3, 2, 1]
    # Means 3.5 and 1.5, population deviation √1.25, share one half: 2 / 1.1180 × 0.5 = 0.8944.
    assert round(stats.point_biserial(chosen, rest), 4) == 0.8944
    assert stats.point_biserial([True] * 4, rest) is None


def test_alpha_is_a_hundred_for_twin_questions_and_zero_for_unrelated_ones():
    assert isclose(stats.cronbach_alpha([[0, 1, 0, 1], [0, 1, 0, 1]]), 100)
    assert isclose(stats.cronbach_alpha([[0, 0, 1, 1], [0, 1, 0, 1]]), 0, abs_tol=1e-9)
    assert stats.cronbach_alpha([[0, 1, 1]]) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), min_size=2, max_size=40))
def test_indices_stay_within_their_bounds(pairs):
    marks, others = [one for one, _ in pairs], [two for _, two in pairs]
    index = stats.discrimination_index(marks, others)
    assert index is None or -100.0001 <= index <= 100.0001
    # Nothing does better than sorted marks; worse than their mirror image is possible.
    efficiency = stats.discriminative_efficiency(marks, others)
    assert efficiency is None or efficiency <= 100.0001


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_holds_the_share_it_is_about(successes, count):
    successes = min(successes, count)
    low, high = stats.wilson(successes, count)
    assert 0 <= low <= successes / count + 1e-9
    assert successes / count - 1e-9 <= high <= 1


def quiz(count=3, **fields):
    return Quiz(
        title="Essai",
        questions=tuple(
            SingleChoice(
                id=f"q{number}",
                prompt=f"<p>Question {number}</p>",
                explanation="",
                choices=tuple(Choice(id=f"q{number}{letter}", text=letter, correct=letter == "a") for letter in "abc"),
            )
            for number in range(1, count + 1)
        ),
        **fields,
    )


def sittings(*rows):
    """One sitting per row of letters, as « aab »: « - » is left blank, a space was not met."""
    return [
        Sitting(
            {
                f"q{n}": Given([f"q{n}{letter}"] if letter != "-" else [], float(letter == "a"), blank=letter == "-")
                for n, letter in enumerate(row, start=1)
                if letter != " "
            },
            seconds=60 * number,
        )
        for number, row in enumerate(rows, start=1)
    ]


def answering(question, *answers):
    """The figures of one question that was given these answers, (response, fraction) pairs; two more go with it."""
    rows = [one.given for one in sittings(*["aa", "ab"] * len(answers))]
    return stats.analyse(
        Quiz(title="Essai", questions=(question, *quiz(2).questions)),
        [
            Sitting({question.id: Given(response, fraction, blank=not response), **row}, seconds=60)
            for (response, fraction), row in zip(answers, rows, strict=False)
        ],
    ).items[0]


# ---------------------------------------------------------------- a whole quiz, by hand

# Twenty-four people; points of the three questions (right is a): 4 × 111, 8 × 110, 4 × 011, 8 × 000.
GROUP = ["aaa"] * 4 + ["aab"] * 8 + ["baa"] * 4 + ["bbc"] * 8


def test_the_figures_of_a_whole_quiz_are_those_worked_out_by_hand():
    figures = stats.analyse(quiz(), sittings(*GROUP))
    first, _, third = figures.items

    # Points: 12, 16 and 8 out of 24; 36 of 72 in all. Lengths: 1 to 24 minutes.
    assert [item.facility for item in figures.items] == pytest.approx([12 / 24, 16 / 24, 8 / 24])
    assert figures.facility == pytest.approx(0.5)
    assert figures.median_seconds == 12.5 * 60
    # Wilson, 12 of 24: 0.5 ± 1.96 √(1/96 + 1.96²/2304) / (1 + 1.96²/24) = 0.5 ± 0.1857.
    assert (first.facility_low, first.facility_high) == pytest.approx((0.3143, 0.6857), abs=1e-4)

    # First: x = 1 for twelve, rests 2 (×4), 1 (×8); x = 0 with rests 2 (×4), 0 (×8). Sums of squares and
    # products about the means: Σxx = 12 - 144/24 = 6, ΣRR = 40 - 24²/24 = 16, ΣxR = 16 - 12·24/24 = 4.
    assert first.discrimination == pytest.approx(100 * 4 / (6 * 16) ** 0.5)
    # Both sorted: the twelve right answers meet the rests 1 (×4) and 2 (×8), Σ = 20, best = 20 - 12 = 8.
    assert first.efficiency == pytest.approx(100 * 4 / 8)
    # Third: rests 2 (×4) and 1 (×4) when right, 2 (×8) and 0 (×8) when wrong; Σxx = 16/3, ΣRR = 52 - 28²/24,
    # ΣxR = 12 - 8·28/24 = 8/3; sorted, eight right answers meet eight rests of 2: 16 - 28/3.
    assert third.discrimination == pytest.approx(100 * (8 / 3) / ((16 / 3) * (52 - 28**2 / 24)) ** 0.5)
    assert third.efficiency == pytest.approx(100 * (8 / 3) / (16 - 28 / 3))

    # Totals 3 (×4), 2 (×12), 0 (×8): Σ squares 84 - 36²/24 = 30; questions 6, 16/3, 16/3, all over 23.
    assert figures.reliability == pytest.approx(100 * 3 / 2 * (1 - (6 + 16 / 3 + 16 / 3) / 30))

    # Choices of the third: a for 8, b for 8 (rests 2), c for 8 (rests 0). Mean rest 28/24, variance 52/24 - (28/24)².
    assert [(one.letter, one.count, one.correct) for one in third.choices] == [
        ("A", 8, True),
        ("B", 8, False),
        ("C", 8, False),
    ]
    deviation = (52 / 24 - (28 / 24) ** 2) ** 0.5
    assert [one.point_biserial for one in third.choices] == pytest.approx(
        [
            (12 / 8 - 16 / 16) / deviation * (2 / 9) ** 0.5,
            (16 / 8 - 12 / 16) / deviation * (2 / 9) ** 0.5,
            (0 - 28 / 16) / deviation * (2 / 9) ** 0.5,
        ]
    )


def test_the_point_biserial_of_the_right_choice_is_the_discrimination_index():
    for item in stats.analyse(quiz(), sittings(*GROUP)).items:
        assert 100 * item.choices[0].point_biserial == pytest.approx(item.discrimination)


@given(st.lists(st.text("abc-", min_size=4, max_size=4), min_size=20, max_size=40))
def test_taking_the_rest_as_a_share_changes_none_of_the_published_figures(rows):
    for number, item in enumerate(stats.analyse(quiz(4), sittings(*rows)).items):
        marks = [int(row[number] == "a") for row in rows]
        others = [row.count("a") - mark for row, mark in zip(rows, marks, strict=True)]
        assert item.discrimination == pytest.approx(stats.discrimination_index(marks, others))
        assert item.efficiency == pytest.approx(stats.discriminative_efficiency(marks, others))


# ---------------------------------------------------------------- honest counts


def test_nothing_is_broken_down_below_five_people():
    figures = stats.analyse(quiz(), sittings("aaa", "aba", "baa", "aac"))
    first = figures.items[0]
    assert (figures.count, figures.facility, figures.median_seconds, figures.reliability) == (4, None, None, None)
    assert (first.facility, first.facility_low, first.choices, first.discrimination) == (None, None, (), None)
    assert verdict_of(first) == ["Trop peu de réponses pour conclure (4) : il en faut 5."]


@pytest.mark.parametrize(("count", "enough"), [(19, False), (20, True)])
def test_discrimination_choices_and_reliability_wait_for_twenty_people(count, enough):
    figures = stats.analyse(quiz(), sittings(*(GROUP * 2)[:: len(GROUP) * 2 // 24][:count]))
    first = figures.items[0]
    assert (first.facility is not None, len(first.choices)) == (True, 3)
    found = [first.discrimination, first.efficiency, first.choices[0].point_biserial, figures.reliability]
    assert [one is not None for one in found] == [enough] * 4
    assert ("À confirmer : 19 réponses seulement, il en faut 20 pour en juger." in verdict_of(first)) is not enough


def test_a_quiz_that_nobody_took_has_no_figure():
    figures = stats.analyse(quiz(), [])
    assert (figures.count, figures.facility, figures.median_seconds, figures.reliability) == (0, None, None, None)
    assert [(item.met, item.count, item.facility) for item in figures.items] == [(0, 0, None)] * 3


def test_choices_are_counted_among_those_who_met_the_question_blank_answers_too():
    second = stats.analyse(quiz(), sittings("aaa", "aab", "b-b", "bbb", "aaa")).items[1]
    assert [(choice.letter, choice.count, choice.share) for choice in second.choices] == [
        ("A", 3, 0.6),
        ("B", 1, 0.2),
        ("C", 0, 0.0),
    ]
    assert (second.met, second.blank, second.count, second.facility) == (5, 1, 5, 0.6)


# ---------------------------------------------------------------- draws, readers, opinions, other types


def test_a_drawn_question_counts_those_who_met_it_and_its_rest_is_a_share_of_what_they_met():
    # Twenty people met the first two questions only, four the last two: q1 goes with q2, perfectly.
    rows = ["aa "] * 10 + ["bb "] * 10 + [" ab"] * 4
    drawn = quiz(draws=(Draw(id="d", count=2, pool=("q1", "q2", "q3")),), plan=("d",))
    figures = stats.analyse(drawn, sittings(*rows))
    assert [(item.met, item.count) for item in figures.items] == [(20, 20), (24, 24), (4, 4)]
    assert figures.items[0].discrimination == pytest.approx(100)
    assert figures.facility == pytest.approx((10 * 1 + 10 * 0 + 4 * 0.5) / 24)
    assert figures.reliability is None


def test_a_question_alone_in_its_quiz_has_a_facility_and_no_discrimination():
    (item,) = stats.analyse(quiz(1), sittings(*["a", "b"] * 12)).items
    assert (item.facility, item.discrimination, item.choices[0].point_biserial) == (0.5, None, None)


def test_answers_that_wait_for_a_reader_do_not_count_nor_do_blank_ones_beside_them():
    read, unread, blank = ("Un récit.", 0.5), ("Un autre.", None), ("", 0.0)
    item = answering(sample("open"), *[read] * 6, *[unread] * 2, *[blank] * 3)
    assert (item.met, item.count, item.blank, item.waiting, item.facility) == (11, 6, 3, 2, 0.5)
    assert "2 réponses attendent une relecture : elles ne comptent pas encore." in verdict_of(item)


def test_once_all_is_read_blank_answers_count_for_nothing():
    item = answering(sample("open"), *[("Un récit.", 1.0)] * 6, *[("", 0.0)] * 2)
    assert (item.count, item.waiting, item.facility) == (8, 0, 0.75)


def test_an_opinion_has_frequencies_and_nothing_else():
    question = sample("opinion")
    yes, no = (choice.id for choice in question.choices)
    item = answering(question, *[([yes], 0.0)] * 15, *[([no], 0.0)] * 5)
    assert [(one.count, one.share, one.correct, one.point_biserial) for one in item.choices] == [
        (15, 0.75, None, None),
        (5, 0.25, None, None),
    ]
    assert (item.met, item.count, item.facility, item.discrimination, verdict_of(item)) == (20, 0, None, None, [])


@pytest.mark.parametrize("question", every_question(), ids=lambda one: f"{one.kind}-{one.points}")
def test_every_type_is_described_as_far_as_it_can_be(question):
    item = answering(question, *[(question.right_response, float(question.scored))] * 10, *[(question.blank, 0.0)] * 10)
    assert (item.met, item.blank) == (20, 10)
    assert item.facility == (0.5 if question.scored else None)
    assert (item.discrimination is not None) is question.scored
    assert bool(item.choices) is (question.control == "choices")
    assert len(item.choices) == len(getattr(question, "options", ()))


# ---------------------------------------------------------------- verdicts


def verdicts(*rows):
    """The sentences about the first question."""
    return verdict_of(stats.analyse(quiz(), sittings(*rows)).items[0])


def test_an_answer_that_nobody_chooses_is_named():
    assert "La réponse C n’est jamais choisie : remplacez-la par une erreur plus plausible." in verdicts(*GROUP)


def test_several_answers_that_nobody_chooses_are_named_together():
    assert any(
        line.startswith("Les réponses B et C ne sont jamais choisies") for line in verdicts(*["aaa", "aab", "-bb"] * 7)
    )


def test_a_question_failed_by_those_who_succeed_elsewhere_is_to_be_reviewed_first():
    first, *others = verdicts(*["baa", "baa", "abb", "abc"] * 5)
    assert first.startswith("À revoir d’abord")
    assert any(line.startswith("La réponse B, comptée fausse, attire") for line in others)


def test_what_chance_could_do_is_said_with_its_doubt():
    # Over 25 people: ΣxR = 7 - 12·17/25, Σxx = 12 - 144/25, ΣRR = 17 - 289/25: the index is −20, from −55 to 21.
    said = verdicts(*["aab"] * 7, *["bab"] * 10, *["abb"] * 5, *["bbb"] * 3)
    assert said[0].startswith("Peut-être à revoir")


@pytest.mark.parametrize(("each", "said"), [(2, False), (20, True)])
def test_a_question_is_called_blunt_only_once_chance_is_out_of_the_question(each, said):
    found = verdicts(*["aab", "bab", "aba", "bba", "aaa", "baa", "abb", "bbb", "cab", "aca"] * each)
    assert any(line.startswith("Elle distingue peu") for line in found) is said


def test_a_wrong_answer_chosen_more_than_the_right_one_is_named():
    assert verdicts("aaa", "aab", "baa", "baa", "bbb")[0].startswith(
        "La réponse B, fausse, est choisie plus souvent que la bonne"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["aaa", *["bab", "cba"] * 12], "Très difficile"),
        (["aaa", "aab"] * 12, "Presque tout le monde"),
        (["aab", "bab", "aba", "bba", "aaa", "baa", "abb", "bbb"] * 8, "Elle distingue peu"),
    ],
)
def test_a_question_that_is_too_hard_too_easy_or_blunt_is_said_to_be_so(rows, said):
    assert verdicts(*rows)[0].startswith(said)


def test_a_question_that_does_its_work_gets_no_remark():
    assert verdicts(*["aaa"] * 7, *["aab"] * 3, *["bba", "cbb"] * 5) == []

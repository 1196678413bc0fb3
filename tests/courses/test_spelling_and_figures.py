"""What is forgiven, what nearly is, and numbers as French people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes import figures
from courses.quizzes.spelling import LENIENCIES, distance, matches, near, spelled

words = st.text(alphabet="abcéèœ-’' ALÀ\u00a0", max_size=12)


@pytest.mark.parametrize(
    ("typed", "accepted", "leniency"),
    [
        ("CATALYSEUR", "catalyseur", "case"),
        ("evenement", "événement", "accents"),
        ("coeur", "cœur", "accents"),
        ("rendez vous", "rendez-vous", "hyphens"),
        ("l'alliance", "l’alliance", "apostrophes"),
        ("un  projet\u00a0commun", "un projet commun", "spaces"),
        ("l’ alliance", "l’alliance", "spaces"),
    ],
)
def test_a_difference_is_forgiven_when_the_author_says_so_and_only_then(typed, accepted, leniency):
    both = {"apostrophes", leniency} if "’ " in typed else {leniency}
    assert matches(typed, [accepted], both)
    assert not matches(typed, [accepted], set())


def test_blanks_at_both_ends_and_the_way_accents_are_encoded_never_count():
    assert matches(" e\u0301cole ", ["école"], ())


@given(words, st.sets(st.sampled_from(LENIENCIES)))
def test_forgiving_twice_is_forgiving_once(text, forgive):
    assert spelled(spelled(text, forgive), forgive) == spelled(text, forgive)


@given(words, words)
def test_the_distance_is_a_distance(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("typed", "close"),
    [
        ("catalyseur", False),
        ("catalizeur", True),
        ("catlayseur", True),
        ("catalyse", True),
        ("cata", False),
        ("", False),
    ],
)
def test_a_slip_of_the_pen_is_near_and_the_right_word_is_not(typed, close):
    assert near(typed, ["Catalyseur"], LENIENCIES) is close


def test_a_very_short_word_has_no_near_miss():
    assert not near("le", ["la"], LENIENCIES)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1 234,5", "1234.5", ""),
        ("1\u202f234,5 €", "1234.5", "€"),
        ("12,5 %", "12.5", "%"),
        ("12.5%", "12.5", "%"),
        ("−3", "-3", ""),
        ("+ 3", "3", ""),
        ("1.234,5", "1234.5", ""),
        ("1,234.5", "1234.5", ""),
        ("1.234.567", "1234567", ""),
        (",5", "0.5", ""),
        ("007", "7", ""),
        ("3 km/h", "3", "km/h"),
    ],
)
def test_a_number_is_read_as_people_type_it(text, value, unit):
    assert figures.parse(text) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["", "abc", "12,", "1 23", "1,2,3", "--3", "1e9", "Infinity", "NaN", "9" * 60, "½"])
def test_what_is_not_a_number_is_not_read(text):
    parsed = figures.parse(text)
    assert parsed is None or parsed[1]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_a_number_as_we_write_it_is_read_back(number):
    assert figures.parse(figures.written(number)) == (number, "")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    figures.parse(text)
    matches(text, [text[::-1]], LENIENCIES)

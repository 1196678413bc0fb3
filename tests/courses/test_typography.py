"""Printed French: every rule, on text and on HTML. N is a narrow no-break space, F a no-break space."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.typography import duree, heures, jour, pluriel, pourcent, typographie, typographie_html

N = "\u202f"
F = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("l'eau d'hier", "l’eau d’hier"),
        ("« Bonjour »", f"«{N}Bonjour{N}»"),
        ("«Bonjour»", f"«{N}Bonjour{N}»"),
        ("Vraiment ?", f"Vraiment{N}?"),
        ("Vraiment?", f"Vraiment{N}?"),
        ("Vraiment ?!", f"Vraiment{N}?!"),
        ("un ; deux", f"un{N}; deux"),
        ("la suite : ici", f"la suite{F}: ici"),
        ("la suite: ici", f"la suite{F}: ici"),
        ("81 % des 1 234,5 €", f"81{N}% des 1{N}234,5{N}€"),
        ("12 000 000 de pas", f"12{N}000{N}000 de pas"),
        ("l’ODD n° 17", f"l’ODD n°{F}17"),
        ("à 18:10", "à 18:10"),
        (
            "voir https://exemple.fr/l'eau?a=1;b=2! ou d'o'neil@exemple.fr !",
            f"voir https://exemple.fr/l'eau?a=1;b=2! ou d'o'neil@exemple.fr{N}!",
        ),
        ("", ""),
    ],
)
def test_plain_text_is_set_in_french(typed, printed):
    assert typographie(typed) == printed


@given(st.text(alphabet="ab1 ’'«»;:!?%€.,n°@/" + N + F))
def test_setting_twice_changes_nothing(text):
    once = typographie(text)
    assert typographie(once) == once


def test_html_is_set_in_its_text_only():
    html = "<p title=\"l'eau ?\">L'eau &amp; l&#x27;air : <code>a ? b</code> ; fin !<!-- « » --></p>"
    assert typographie_html(html) == (
        f'<p title="l\'eau ?">L’eau &amp; l’air{F}: <code>a ? b</code>{N}; fin{N}!<!-- « » --></p>'
    )


def test_an_entity_in_an_attribute_cannot_close_it():
    assert typographie_html("<a title='l&#x27;eau'>&lt; ;</a>") == f"<a title='l&#x27;eau'>&lt;{N};</a>"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, f"0{F}min"), (None, f"0{F}min"), (45, f"45{F}min"), (60, f"1{F}h"), (75, f"1{F}h{F}15"), (125, f"2{F}h{F}05")],
)
def test_minutes_are_said_as_a_duration(minutes, said):
    assert duree(minutes) == said


def test_decimal_hours_are_said_as_hours_and_minutes():
    assert [heures(Decimal("6.5")), heures(3.0), heures(0.5)] == [f"6{F}h{F}30", f"3{F}h", f"30{F}min"]


def test_dates_are_said_in_full():
    assert jour(date(2026, 11, 23)) == f"23{F}novembre 2026"
    assert jour(datetime(2026, 8, 1, 12, tzinfo=UTC)) == f"1er{F}août 2026"
    assert jour(None) == ""


def test_the_plural_begins_at_two():
    assert [pluriel(count) for count in (0, 1, 1.5, 2)] == ["", "", "", "s"]
    assert [pluriel(count, "al,aux") for count in (1, 2)] == ["al", "aux"]


def test_a_hundred_percent_means_all():
    assert [pourcent(ratio) for ratio in (0, 0.999, 1)] == [f"0{N}%", f"99{N}%", f"100{N}%"]

"""When a letter may leave: nights, days of rest of the territory, pauses, the share of the week; clocks that change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.departures import AT_ONCE, WEEK, Departure, Policy, Reader, before_rest, day_of_rest, departure
from learners.models import Letter, Territory
from tests.factories.learners import NOW

PARIS = ZoneInfo("Europe/Paris")
HOUSE = Policy()
REMINDER = Letter.Kind.REMINDER


def at(text, zone=PARIS):
    """« 2026-11-23 09:30 » on the wall there."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def leaves(now, kind=REMINDER, *, territory=Territory.METROPOLE, counted=True, policy=HOUSE, **reader):
    """When it leaves, as the wall of the reader says, and why not before."""
    found = departure(kind, now=now, reader=Reader(territory=territory, **reader), policy=policy, counted=counted)
    return f"{found.at.astimezone(territory.zone):%Y-%m-%d %H:%M}", found.reason.replace("\u00a0", " ")


# ------------------------------------------------------------ nights and days


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24 08:00", ("2026-11-24 08:00", "")),
        ("2026-11-24 19:59", ("2026-11-24 19:59", "")),
        ("2026-11-24 20:00", ("2026-11-25 08:00", "la nuit (20 h à 8 h)")),
        ("2026-11-24 03:10", ("2026-11-24 08:00", "la nuit (20 h à 8 h)")),
        ("2026-11-28 21:00", ("2026-11-30 08:00", "la nuit (20 h à 8 h), dimanche")),
        ("2026-11-29 10:00", ("2026-11-30 08:00", "dimanche")),
        ("2026-12-25 10:00", ("2026-12-26 08:00", "jour férié (Noël)")),
        ("2027-05-08 10:00", ("2027-05-10 08:00", "jour férié (Fête de la Victoire), dimanche")),
    ],
)
def test_a_reminder_waits_for_a_day_of_work_and_its_hours(now, expected):
    assert leaves(at(now)) == expected


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_what_somebody_asked_for_leaves_at_once_on_a_holiday_night(kind):
    now = at("2026-12-25 02:00")
    silent = Reader(no_reminder_before=date(2027, 6, 1), received=[now] * 9)
    assert departure(kind, now=now, reader=silent, policy=HOUSE) == Departure(now)


def test_the_result_of_a_review_waits_for_the_morning_and_for_nothing_else():
    assert leaves(at("2026-11-28 23:30"), Letter.Kind.REVIEW) == ("2026-11-29 08:00", "la nuit (20 h à 8 h)")
    silent = {"no_reminder_before": date(2027, 6, 1), "received": [at("2026-11-29 09:00")] * 9}
    assert leaves(at("2026-11-29 10:00"), Letter.Kind.REVIEW, **silent) == ("2026-11-29 10:00", "")


def test_those_who_work_here_rest_on_sunday_and_are_not_counted():
    received = [at("2026-11-28 09:00")] * 9
    assert leaves(at("2026-11-29 10:00"), Letter.Kind.TASK, received=received) == ("2026-11-30 08:00", "dimanche")


def test_an_installation_may_write_at_any_hour_of_any_day():
    anytime = Policy(opens=0, closes=24, every_day=True)
    assert leaves(at("2026-11-29 23:59"), policy=anytime) == ("2026-11-29 23:59", "")


# ------------------------------------------------------------ territories


@pytest.mark.parametrize(
    ("territory", "day", "name"),
    [
        ("ALSACE_MOSELLE", date(2026, 12, 26), "jour férié (Saint-Étienne)"),
        ("ALSACE_MOSELLE", date(2027, 3, 26), "jour férié (Vendredi saint)"),
        ("METROPOLE", date(2026, 12, 26), None),
        ("METROPOLE", date(2027, 3, 26), None),
        ("METROPOLE", date(2027, 3, 29), "jour férié (Lundi de Pâques)"),
        ("GUADELOUPE", date(2027, 5, 27), "jour férié (Abolition de l’esclavage)"),
        ("MARTINIQUE", date(2027, 5, 22), "jour férié (Abolition de l’esclavage)"),
        ("GUYANE", date(2027, 6, 10), "jour férié (Abolition de l’esclavage)"),
        ("REUNION", date(2027, 12, 20), "jour férié (Abolition de l’esclavage)"),
        ("MAYOTTE", date(2027, 4, 27), "jour férié (Abolition de l’esclavage)"),
        ("SAINT_BARTHELEMY", date(2027, 10, 9), "jour férié (Abolition de l’esclavage)"),
        ("SAINT_MARTIN", date(2027, 5, 28), "jour férié (Abolition de l’esclavage)"),
        ("POLYNESIA", date(2027, 3, 5), "jour férié (Arrivée de l’Évangile)"),
        ("CALEDONIA", date(2027, 9, 24), "jour férié (Fête de la Citoyenneté)"),
        ("WALLIS", date(2027, 7, 29), "jour férié (Fête du Territoire)"),
        ("METROPOLE", date(2027, 12, 20), None),
        ("SAINT_PIERRE", date(2027, 7, 14), "jour férié (Fête nationale)"),
    ],
)
def test_each_territory_rests_on_its_own_days(territory, day, name):
    assert day_of_rest(day, Territory[territory]) == name


@pytest.mark.parametrize("territory", list(Territory))
def test_every_territory_has_an_hour_of_its_own_and_the_holidays_of_the_nation(territory):
    assert day_of_rest(date(2027, 7, 14), territory) == "jour férié (Fête nationale)"
    assert leaves(at("2027-07-15 07:59", territory.zone), territory=territory) == (
        "2027-07-15 08:00",
        "la nuit (20 h à 8 h)",
    )


def test_eight_in_the_morning_is_eight_where_the_reader_lives():
    """Nine in Paris: the evening in Tahiti, noon in La Réunion, five in the morning in Guyane."""
    now = at("2026-11-24 09:00")
    found = {place: leaves(now, territory=Territory[place])[0] for place in ("POLYNESIA", "REUNION", "GUYANE")}
    assert found == {
        "POLYNESIA": "2026-11-24 08:00",
        "REUNION": "2026-11-24 12:00",
        "GUYANE": "2026-11-24 08:00",
    }
    assert departure(REMINDER, now=now, reader=Reader(territory=Territory.POLYNESIA), policy=HOUSE).at == datetime(
        2026, 11, 24, 18, tzinfo=UTC
    )


# ------------------------------------------------------------ clocks that change


def test_the_morning_keeps_its_hour_when_clocks_go_forward():
    """On 28 March 2027 two o'clock is three; the Monday is a holiday: Tuesday, at eight of the new hour."""
    found = departure(REMINDER, now=at("2027-03-27 21:00"), reader=Reader(), policy=HOUSE)
    assert (found.at, found.reason.replace("\u00a0", " ")) == (
        datetime(2027, 3, 30, 6, tzinfo=UTC),
        "la nuit (20 h à 8 h), dimanche, jour férié (Lundi de Pâques)",
    )


def test_the_morning_keeps_its_hour_when_clocks_go_back():
    """On 31 October 2027 three o'clock is two; the Monday is All Saints' Day: Tuesday, at eight of the old hour."""
    found = departure(REMINDER, now=at("2027-10-30 21:00"), reader=Reader(), policy=HOUSE)
    assert found.at == datetime(2027, 11, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
@pytest.mark.parametrize("minutes", range(0, 24 * 60, 30))
def test_no_half_hour_of_the_two_days_is_lost(day, minutes):
    """Every instant of both days has a departure, at eight or between eight and eight."""
    anyday = Policy(every_day=True)
    now = at(f"{day} 00:00").astimezone(UTC) + timedelta(minutes=minutes)
    found = departure(REMINDER, now=now, reader=Reader(), policy=anyday).at
    local = found.astimezone(PARIS)
    assert found == now if 8 <= now.astimezone(PARIS).hour < 20 else (local.hour, local.minute) == (8, 0)


def test_overseas_hours_do_not_move_with_those_of_paris():
    for now in ("2027-03-26 12:00", "2027-03-30 12:00"):
        morning = departure(
            REMINDER, now=at(now).replace(hour=3), reader=Reader(territory=Territory.REUNION), policy=HOUSE
        )
        assert morning.at.hour == 4  # eight in La Réunion, both before and after


# ------------------------------------------------------------ what the person asked for, and received


def test_a_pause_holds_until_the_morning_of_its_last_day():
    assert leaves(at("2026-11-24 10:00"), no_reminder_before=date(2026, 12, 7)) == (
        "2026-12-07 08:00",
        "pas de rappel avant le 7 décembre 2026, à sa demande",
    )
    assert leaves(at("2026-12-07 10:00"), no_reminder_before=date(2026, 12, 7)) == ("2026-12-07 10:00", "")


def test_a_pause_that_ends_on_a_sunday_ends_on_the_monday():
    assert leaves(at("2026-11-24 10:00"), no_reminder_before=date(2026, 12, 6))[0] == "2026-12-07 08:00"


def test_the_third_of_a_week_waits_until_the_week_of_the_first_is_over():
    received = [at("2026-11-23 09:00"), at("2026-11-20 15:00")]
    assert leaves(at("2026-11-24 10:00"), received=received) == ("2026-11-27 15:00", "déjà 2 en sept jours")
    assert leaves(at("2026-11-27 15:00"), received=received) == ("2026-11-27 15:00", "")


def test_an_appointment_is_told_whatever_was_received():
    received = [at("2026-11-23 09:00")] * 5
    assert leaves(at("2026-11-24 10:00"), received=received, counted=False) == ("2026-11-24 10:00", "")


def test_what_must_be_said_in_time_is_said_before_the_days_of_rest():
    sunday = at("2027-05-09 14:00")
    assert before_rest(sunday, Reader(), HOUSE) == at("2027-05-07 14:00")
    assert before_rest(at("2027-05-10 14:00"), Reader(), HOUSE) == at("2027-05-10 14:00")


@given(
    now=st.integers(0, 3 * 365 * 24 * 60).map(
        lambda one: datetime(2026, 1, 1, tzinfo=UTC) + one * timedelta(minutes=1)
    ),
    territory=st.sampled_from(Territory),
    received=st.lists(st.integers(0, 10 * 24 * 60), max_size=6),
    pause=st.none() | st.integers(-5, 60),
)
def test_a_departure_is_never_before_now_nor_at_a_moment_that_is_not_permitted(now, territory, received, pause):
    reader = Reader(
        territory=territory,
        no_reminder_before=None if pause is None else (now + timedelta(days=pause)).date(),
        received=[now - timedelta(minutes=one) for one in received],
    )
    found = departure(REMINDER, now=now, reader=reader, policy=HOUSE)
    local = found.at.astimezone(territory.zone)
    assert found.at >= now
    assert (found.at == now) is (found.reason == "")
    assert 8 <= local.hour < 20
    assert day_of_rest(local.date(), territory) is None
    assert reader.no_reminder_before is None or local.date() >= reader.no_reminder_before
    assert sum(found.at - WEEK < one <= found.at for one in reader.received) < HOUSE.per_week
    # Asking again at that moment changes nothing.
    assert departure(REMINDER, now=found.at, reader=reader, policy=HOUSE) == Departure(found.at)


def test_the_days_of_a_test_are_days_of_work():
    assert leaves(NOW) == ("2026-11-23 10:00", "")

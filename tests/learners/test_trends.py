"""What a cohort does together: each figure of the dozen of tests.factories.cohorts, counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from learners import reviews
from learners.models import Answer, Attempt
from learners.reporting import Status, board_of, learners_of, whereabouts
from learners.trends import matters_of, second_week, trends_of
from tests.factories.cohorts import DAY, a_dozen, follow
from tests.factories.learners import NOW, enrol, make_cohort, make_person
from tests.factories.reviews import answered, levels_of, make_open_track
from tests.worlds import made_once


@made_once
def cohort(published):
    return make_cohort(published[1], opens_on=date(2026, 10, 1))


@made_once
def dozen(cohort):
    return a_dozen(cohort)


def trends(cohort, *, now=NOW, **among):
    return trends_of(cohort, board_of(cohort, now=now, **among), learners_of(cohort, **among), now=now)


def matters(cohort, *, now=NOW, **among):
    return matters_of(cohort, board_of(cohort, now=now, **among), learners_of(cohort, **among), now=now)


def test_each_of_the_dozen_is_where_the_hand_puts_them(cohort, dozen):
    board = board_of(cohort, now=NOW)
    assert [(row.name, row.status.value, row.days_silent, row.done) for row in board.rows] == [
        ("Dan", "stalled", 30, 0),
        ("Bob", "stalled", 26, 3),
        ("Cleo", "stalled", 20, 2),
        ("Kim", "stalled", 15, 2),
        ("Lou", "stalled", 14, 2),
        ("Eve", "stalled", 12, 1),
        ("Fay", "stalled", 10, 2),
        ("Hal", "doing", 2, 2),
        ("Ivy", "not_started", 9, 0),
        ("Gus", "doing", 7, 1),
        ("Ada", "done", 20, 4),
        ("Jon", "done", 1, 4),
    ]
    assert board.figures == {"enrolled": 12, "doing": 2, "stalled": 7, "not_started": 1, "finished": 2}
    found = whereabouts(board.outline, learners_of(cohort), now=NOW)
    places = {pk: one.place for pk, one in found.items()}
    assert {
        row.name: [cell.status.value for cell in board.cells(row, places.get(row.enrolment_pk))] for row in board.rows
    } == {
        "Dan": ["stalled", "not_started"],
        "Bob": ["done", "stalled"],
        "Cleo": ["stalled", "not_started"],
        "Kim": ["stalled", "not_started"],
        "Lou": ["stalled", "not_started"],
        "Eve": ["stalled", "not_started"],
        "Fay": ["stalled", "not_started"],
        "Hal": ["stalled", "not_started"],
        "Ivy": ["not_started", "not_started"],
        "Gus": ["doing", "not_started"],
        "Ada": ["done", "done"],
        "Jon": ["done", "done"],
    }


def test_what_matters_first(cohort, dozen):
    found = matters(cohort)
    assert (found.active, found.measured, found.percent) == (7, 10, 70)
    assert (found.certified, found.certified_lately, found.awaiting) == (2, 1, 0)


def test_the_second_week_begins_on_the_eighth_day_and_ends_before_the_fifteenth(cohort):
    follow(cohort, "Tard", since=20, steps=(6,))
    for days, active in ((14 * DAY, 0), (14 * DAY - timedelta(seconds=1), 1), (7 * DAY, 1)):
        row = cohort.enrolments.get()
        row.completions.update(completed_at=row.enrolled_at + days)
        found = second_week(cohort, board_of(cohort, now=NOW).outline, learners_of(cohort), now=NOW)
        assert found == {"measured": 1, "active": active}
    row.completions.update(completed_at=row.enrolled_at + 7 * DAY - timedelta(microseconds=1))
    assert matters(cohort).active == 0


def test_who_came_before_the_cohort_is_measured_from_its_first_midnight_where_they_live(track):
    cohort = make_cohort(track, opens_on=date(2026, 11, 1))
    cohort.time_zone = "Pacific/Noumea"
    cohort.save()
    follow(cohort, "Ada", since=40, steps=(39,))
    # Midnight of 1 November at Nouméa is 13:00 of 31 October in universal time.
    assert matters(cohort, now=datetime(2026, 11, 14, 12, 59, tzinfo=UTC)).measured == 0
    assert matters(cohort, now=datetime(2026, 11, 14, 13, 0, tzinfo=UTC)).measured == 1
    for moment, active in (
        (datetime(2026, 11, 7, 12, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 7, 13, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 14, 13, 0, tzinfo=UTC), 0),
    ):
        cohort.enrolments.get().completions.update(completed_at=moment)
        assert matters(cohort).active == active


def test_nobody_can_be_measured_before_two_weeks(cohort):
    follow(cohort, "Neuve", since=13, steps=(2,))
    assert (matters(cohort).measured, matters(cohort).percent) == (0, None)


def test_the_stages_tell_who_began_and_who_finished_each_module(cohort, dozen):
    assert [(one.module.title, one.begun, one.finished) for one in trends(cohort).stages] == [
        ("Module 1", 10, 3),
        ("Module 2", 2, 2),
    ]


def test_each_week_counts_the_people_who_did_something(cohort, dozen):
    assert [(one.monday, one.people) for one in trends(cohort).weeks] == [
        (date(2026, 9, 28), 1),
        (date(2026, 10, 5), 1),
        (date(2026, 10, 12), 2),
        (date(2026, 10, 19), 3),
        (date(2026, 10, 26), 3),
        (date(2026, 11, 2), 5),
        (date(2026, 11, 9), 4),
        (date(2026, 11, 16), 3),
        (date(2026, 11, 23), 0),
    ]


def test_twelve_weeks_are_shown_at_most(cohort, dozen):
    weeks = trends(cohort, now=NOW + 365 * DAY).weeks
    assert (len(weeks), weeks[-1].monday, {week.people for week in weeks}) == (12, date(2027, 11, 22), {0})


def test_a_cohort_to_come_shows_the_current_week(track):
    cohort = make_cohort(track, opens_on=date(2027, 1, 4))
    for number in range(5):
        follow(cohort, f"P{number}", since=3)
    assert [one.monday for one in trends(cohort).weeks] == [date(2026, 11, 23)]
    assert matters(cohort).percent is None


def test_scores_are_those_of_the_best_attempts(cohort, dozen):
    (score,) = trends(cohort).scores
    assert (score.step.title, score.people, score.pass_mark, score.median, score.under) == ("Quiz 1", 5, 60, 100, 2)


def test_fewer_than_five_scores_are_not_broken_down(cohort, dozen):
    Attempt.objects.filter(enrolment=dozen["Kim"]).delete()
    (score,) = trends(cohort).scores
    assert (score.people, score.median, score.under) == (4, None, None)


def test_silences_class_those_who_have_not_finished(cohort, dozen):
    assert [(one.label, one.people) for one in trends(cohort).silences] == [
        ("moins de 3 jours", 1),
        ("de 3 à 9 jours", 2),
        ("de 10 à 29 jours", 6),
        ("30 jours ou plus", 1),
    ]


def test_sectors_under_five_people_are_not_broken_down(cohort, dozen):
    assert [(one.label, one.people, one.stalled, one.finished) for one in trends(cohort).sectors] == [
        ("Association", 5, 4, 1),
        ("Entreprise", 4, None, None),
        ("Secteur non renseigné", 3, None, None),
    ]


def test_nobody_s_sector_gives_no_table(cohort, dozen):
    learners_of(cohort).update(sector="")
    assert trends(cohort).sectors == ()


def test_the_charts_of_a_sector_are_those_of_its_people(cohort, dozen):
    found = trends(cohort, sector="association")
    assert [(one.begun, one.finished) for one in found.stages] == [(4, 2), (1, 1)]
    assert [one.people for one in found.weeks] == [0, 0, 2, 3, 2, 2, 1, 0, 0]
    assert (matters(cohort, sector="association").active, matters(cohort, sector="association").measured) == (3, 5)
    assert trends(cohort, sector="entreprise") is None


def test_an_answer_that_waits_for_a_reader_is_counted_and_its_reading_is_nobody_s_activity(site):
    track = make_open_track(site)
    cohort, reader = make_cohort(track, opens_on=date(2026, 10, 1)), make_person("relit@example.org", is_superuser=True)
    rows = []
    for number in range(5):
        person = make_person(f"p{number}@example.org")
        rows.append(enrol(person, track, at=NOW - 30 * DAY, cohort=cohort))
        answered(rows[-1], at=NOW - 20 * DAY)
    assert matters(cohort).awaiting == 5

    answer = Answer.objects.awaiting().filter(attempt__enrolment=rows[0]).get()
    reviews.claim(answer_pk=answer.pk, by=reader, at=NOW - 2 * DAY)
    reviews.review(answer_pk=answer.pk, by=reader, levels=levels_of(answer, 2, 1), comment="", at=NOW - 2 * DAY)
    assert matters(cohort).awaiting == 4
    assert [(one.monday, one.people) for one in trends(cohort).weeks if one.people] == [(date(2026, 11, 2), 5)]
    (done,) = [row for row in board_of(cohort, now=NOW).rows if row.status == Status.DONE]
    assert done.results[0].percent == 100
    (score,) = trends(cohort).scores
    assert (score.people, score.median) == (1, None)


def test_a_track_that_is_not_live_has_no_charts(cohort, dozen, track):
    track.unpublish()
    assert trends(cohort) is None
    assert (matters(cohort).measured, matters(cohort).certified) == (10, 2)


@pytest.mark.parametrize("number", [5, 7])
def test_the_charts_cost_two_queries_and_what_matters_two(cohort, number, django_assert_num_queries):
    for one in range(number):
        follow(cohort, f"P{one}", since=20, steps=(12,), sector="autre")
    board, rows = board_of(cohort, now=NOW), learners_of(cohort)
    with django_assert_num_queries(2):
        matters_of(cohort, board, rows, now=NOW)
    with django_assert_num_queries(2):
        trends_of(cohort, board, rows, now=NOW)

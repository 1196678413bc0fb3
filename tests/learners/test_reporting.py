"""Figures of a small cohort, counted by hand. Ten days without activity is « besoin d’aide »."""

from datetime import timedelta

import pytest

from courses.models import StepPage
from learners import enrolment as enrolments
from learners import progress
from learners.models import Cohort, CohortLead, Enrolment
from learners.reporting import Row, Status, board_of, cohorts_led_by, next_titles
from learners.standing import progress_of
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol

DAYS = timedelta(days=1)
TODAY = NOW + 20 * DAYS


def follow(cohort, name, *, steps=0, since=0, last=None, **fields):
    """Somebody of this cohort, enrolled that many days after NOW, who has finished some steps by a last day."""
    person = learners.make_person(f"{name.lower()}@example.org", first_name=name, last_name="", **fields)
    row = enrol(person, cohort.track, at=NOW + since * DAYS, cohort=cohort)
    return learners.finish(row, steps=steps, at=NOW + (last or since) * DAYS)


@pytest.fixture
def cohort(track):
    return learners.make_cohort(track)


@pytest.fixture
def people(cohort):
    """Six learners in every state, and those who do not count."""
    return {
        "Ada": follow(cohort, "Ada", steps=4, last=3),
        "Bob": follow(cohort, "Bob", steps=2, last=17),
        "Cleo": follow(cohort, "Cleo", steps=1, last=8),
        "Dan": follow(cohort, "Dan", since=18),
        "Eve": follow(cohort, "Eve", since=5),
        "Fay": follow(cohort, "Fay", steps=3, since=1, last=10),
    }


@pytest.fixture
def who_does_not_count(people, cohort):
    follow(cohort, "Staff", steps=2, is_staff=True)
    gone = follow(cohort, "Gone", steps=2)
    enrolments.withdraw(person=gone.person, track_pk=cohort.track_id, at=TODAY)
    follow(learners.make_cohort(cohort.track, name="Printemps"), "Elsewhere")
    enrol(learners.make_person("alone@example.org"), cohort.track)


def test_the_board_tells_where_each_learner_stands_who_needs_a_hand_first(cohort, people, who_does_not_count):
    board = board_of(cohort, now=TODAY)
    assert [(row.name, row.status, row.days_silent, row.done, row.total, row.percent) for row in board.rows] == [
        ("Eve", Status.STALLED, 15, 0, 4, 0),
        ("Cleo", Status.STALLED, 12, 1, 4, 25),
        ("Fay", Status.STALLED, 10, 3, 4, 75),
        ("Dan", Status.NOT_STARTED, 2, 0, 4, 0),
        ("Bob", Status.DOING, 3, 2, 4, 50),
        ("Ada", Status.DONE, 17, 4, 4, 100),
    ]


def test_the_figures_of_the_board_are_those_of_its_rows(cohort, people, who_does_not_count):
    assert board_of(cohort, now=TODAY).figures == {
        "enrolled": 6,
        "stalled": 3,
        "not_started": 1,
        "doing": 1,
        "finished": 1,
    }


def test_a_row_says_when_and_how_it_ended(cohort, people):
    rows = {row.name: row for row in board_of(cohort, now=TODAY).rows}
    assert rows["Ada"] == Row(
        enrolment_pk=people["Ada"].pk,
        name="Ada",
        email="ada@example.org",
        done=4,
        total=4,
        enrolled_at=NOW,
        last_activity=NOW + 3 * DAYS,
        finished_at=NOW + 3 * DAYS,
        certificate_code=people["Ada"].certificate.code,
        status=Status.DONE,
        days_silent=17,
    )


def test_who_has_done_nothing_has_no_last_activity(cohort, people):
    rows = {row.name: row for row in board_of(cohort, now=TODAY).rows}
    assert (rows["Dan"].last_activity, rows["Dan"].finished_at, rows["Dan"].certificate_code) == (None, None, None)


def test_somebody_without_a_name_is_listed_by_their_address(cohort):
    enrol(learners.make_person("anonyme@example.org", first_name="", last_name=""), cohort.track, cohort=cohort)
    assert [row.name for row in board_of(cohort, now=TODAY).rows] == ["anonyme@example.org"]


@pytest.mark.parametrize(
    ("silence", "status"),
    [(10 * DAYS - timedelta(seconds=1), Status.DOING), (10 * DAYS, Status.STALLED), (11 * DAYS, Status.STALLED)],
)
def test_a_learner_needs_a_hand_after_ten_days_to_the_second(cohort, silence, status):
    follow(cohort, "Bob", steps=1, last=1)
    assert [row.status for row in board_of(cohort, now=NOW + DAYS + silence).rows] == [status]


def test_an_empty_cohort_has_an_empty_board(cohort):
    board = board_of(cohort, now=TODAY)
    assert (board.rows, set(board.figures.values())) == ((), {0})


def test_the_statuses_are_said_in_french():
    assert Status.choices == [
        ("stalled", "besoin d’aide"),
        ("not_started", "pas commencé"),
        ("doing", "en cours"),
        ("done", "terminé"),
    ]


def test_the_board_counts_as_the_learner_s_own_page_does(cohort, people, outline):
    """Optional and unpublished steps count nowhere; a finished learner stays finished."""
    optional = StepPage.objects.get(pk=outline.steps[1].pk).specific
    optional.required = False
    courses.publish(optional)
    StepPage.objects.get(pk=outline.steps[0].pk).specific.unpublish()
    board = board_of(cohort, now=TODAY)
    assert {row.name: (row.done, row.total) for row in board.rows} == {
        "Ada": (2, 2),
        "Bob": (0, 2),
        "Cleo": (0, 2),
        "Dan": (0, 2),
        "Eve": (0, 2),
        "Fay": (1, 2),
    }
    assert {row.enrolment_pk: (row.done, row.total, row.percent) for row in board.rows} == {
        row.pk: (figure.done, figure.total, figure.percent)
        for row in people.values()
        for figure in [progress_of(board.outline, progress.done_ids(row))]
    }


def test_a_finished_learner_stays_so_on_the_board_when_a_step_is_added(cohort, people, outline):
    courses.make_lesson(StepPage.objects.get(pk=outline.steps[3].pk).get_parent().specific, title="Leçon ajoutée")
    rows = {row.name: row for row in board_of(cohort, now=TODAY).rows}
    assert (rows["Ada"].status, rows["Ada"].done, rows["Ada"].total) == (Status.DONE, 4, 5)


def test_the_board_of_an_unpublished_track_still_lists_its_people(cohort, people, track):
    track.unpublish()
    board = board_of(cohort, now=TODAY)
    assert board.outline is None
    assert {(row.done, row.total, row.percent) for row in board.rows} == {(0, 0, 0)}
    assert board.figures["enrolled"] == 6


def test_each_learner_s_next_step_is_named_by_one_query(cohort, people, django_assert_num_queries):
    board = board_of(cohort, now=TODAY)
    with django_assert_num_queries(1):
        titles = next_titles(board.outline, board.rows)
    assert titles == {
        people["Bob"].pk: "Quiz 1",
        people["Cleo"].pk: "Leçon 1.2",
        people["Dan"].pk: "Leçon 1.1",
        people["Eve"].pk: "Leçon 1.1",
        people["Fay"].pk: "Leçon 2.1",
    }


@pytest.mark.parametrize("number", [1, 3])
def test_a_board_costs_two_queries_whatever_the_number_of_learners(cohort, number, django_assert_num_queries):
    for one in range(number):
        follow(cohort, f"P{one}", steps=4)
    with django_assert_num_queries(2):
        board = board_of(cohort, now=TODAY)
    assert [row.done for row in board.rows] == [4] * number


# ------------------------------------------------------------ several cohorts


def test_the_list_of_cohorts_counts_as_their_boards_do(cohort, people, who_does_not_count):
    learners.make_cohort(cohort.track, name="Vide")
    counted = {
        one.name: (one.learner_count, one.stalled_count) for one in cohorts_led_by(Cohort.objects.all(), now=TODAY)
    }
    assert counted == {"Automne": (6, 3), "Printemps": (1, 1), "Vide": (0, 0)}
    assert counted == {
        one.name: (board.figures["enrolled"], board.figures["stalled"])
        for one in Cohort.objects.all()
        for board in [board_of(one, now=TODAY)]
    }


def test_two_leads_do_not_count_learners_twice(cohort, people):
    for name in ("louise", "marc"):
        CohortLead.objects.create(cohort=cohort, person=learners.make_person(f"{name}@example.org"))
    (one,) = cohorts_led_by(Cohort.objects.led_by(CohortLead.objects.first().person), now=TODAY)
    assert (one.learner_count, one.stalled_count) == (6, 3)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_cohorts_costs_one_query_whatever_their_number(track, number, django_assert_num_queries):
    for one in range(number):
        follow(learners.make_cohort(track, name=f"C{one}"), f"P{one}")
    with django_assert_num_queries(1):
        counts = [one.learner_count for one in cohorts_led_by(Cohort.objects.all(), now=TODAY)]
    assert counts == [1] * number


def test_the_figure_of_lists_never_exceeds_what_is_required(cohort, people, outline):
    for row in Enrolment.objects.with_progress(outline):
        assert 0 <= row.done <= len(outline.required)

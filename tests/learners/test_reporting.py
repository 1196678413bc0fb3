"""Figures of a small cohort, counted by hand. Ten days without activity is « besoin d’aide »."""

from datetime import date, timedelta

import pytest

from courses.models import ModulePage, StepPage
from learners import attempts, certificates, progress
from learners import enrolment as enrolments
from learners.models import Cohort, CohortLead, Enrolment
from learners.reporting import (
    Result,
    Row,
    Status,
    board_of,
    cohorts_led_by,
    learners_of,
    organisations_of,
    whereabouts,
)
from learners.standing import progress_of
from tests.factories import courses, learners
from tests.factories.learners import NOW, enrol
from tests.worlds import made_once

DAYS = timedelta(days=1)
TODAY = NOW + 20 * DAYS


def follow(cohort, name, *, steps=0, since=0, last=None, **fields):
    """Somebody of this cohort, enrolled that many days after NOW, who has finished some steps by a last day."""
    person = learners.make_person(f"{name.lower()}@example.org", first_name=name, last_name="", **fields)
    row = enrol(person, cohort.track, at=NOW + since * DAYS, cohort=cohort)
    return learners.finish(row, steps=steps, at=NOW + (last or since) * DAYS)


@made_once
def cohort(published):
    return learners.make_cohort(published[1])


@made_once
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


@made_once
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


def test_a_row_says_when_and_how_it_ended(cohort, people, outline):
    rows = {row.name: row for row in board_of(cohort, now=TODAY).rows}
    assert rows["Ada"] == Row(
        enrolment_pk=people["Ada"].pk,
        name="Ada",
        email="ada@example.org",
        organisation="",
        sector="",
        done=4,
        total=4,
        enrolled_at=NOW,
        last_activity=NOW + 3 * DAYS,
        finished_at=NOW + 3 * DAYS,
        certificate_code=people["Ada"].certificate.code,
        certified_at=NOW + 3 * DAYS,
        status=Status.DONE,
        days_silent=17,
        done_by_module=(3, 1),
        extra_by_module=(0, 0),
        results=(Result(outline.steps[2].pk, sent=1, failed=0, passed=True, percent=100.0),),
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
        found = whereabouts(board.outline, learners_of(cohort), now=NOW)
    assert {pk: one.title for pk, one in found.items()} == {
        people["Bob"].pk: "Quiz 1",
        people["Cleo"].pk: "Leçon 1.2",
        people["Dan"].pk: "Leçon 1.1",
        people["Eve"].pk: "Leçon 1.1",
        people["Fay"].pk: "Leçon 2.1",
    }


@pytest.mark.parametrize("number", [1, 3])
def test_a_board_costs_four_queries_whatever_the_number_of_learners(cohort, number, django_assert_num_queries):
    for one in range(number):
        follow(cohort, f"P{one}", steps=4)
    with django_assert_num_queries(4):
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


# ------------------------------------------------------------ learners × modules


def fail(row, quiz, *, times, at):
    """Send so many faulty attempts at this quiz."""
    for _ in range(times):
        attempt = attempts.open_attempt(enrolment_pk=row.pk, quiz_pk=quiz.pk, at=at)
        attempts.submit(attempt_pk=attempt.pk, responses={}, at=at, allow_blank=True)


def cells_of(board):
    """The words of the heat map, by name."""
    return {
        row.name: [(cell.status.label, cell.done, cell.total) for cell in board.cells(row, place_of(board, row))]
        for row in board.rows
    }


def place_of(board, row, now=TODAY):
    """The place of the module where this learner is, or None."""
    one = Enrolment.objects.filter(pk=row.enrolment_pk)
    found = whereabouts(board.outline, one, now=now).get(row.enrolment_pk)
    return found and found.place


def test_the_heat_map_tells_each_learner_in_each_module(cohort, people, who_does_not_count):
    assert cells_of(board_of(cohort, now=TODAY)) == {
        "Ada": [("terminé", 3, 3), ("terminé", 1, 1)],
        "Bob": [("en cours", 2, 3), ("pas commencé", 0, 1)],
        "Cleo": [("besoin d’aide", 1, 3), ("pas commencé", 0, 1)],
        "Dan": [("pas commencé", 0, 3), ("pas commencé", 0, 1)],
        "Eve": [("besoin d’aide", 0, 3), ("pas commencé", 0, 1)],
        "Fay": [("terminé", 3, 3), ("besoin d’aide", 0, 1)],
    }


@pytest.mark.parametrize(("times", "label", "stuck"), [(2, "en cours", 0), (3, "besoin d’aide", 1)])
def test_who_failed_a_quiz_three_times_needs_a_hand_in_its_module(cohort, people, quiz, times, label, stuck):
    fail(people["Bob"], quiz, times=times, at=NOW + 17 * DAYS)
    board = board_of(cohort, now=TODAY)
    assert cells_of(board)["Bob"][0] == (label, 2, 3)
    assert board.stuck == stuck
    (bob,) = [row for row in board.rows if row.name == "Bob"]
    assert (bob.status, bob.attempts, bob.results) == (
        Status.DOING,
        times,
        (Result(quiz.pk, sent=times, failed=times, passed=False, percent=0),),
    )
    assert [row.name for row in board.rows].index("Bob") == (3 if stuck else 4)


def test_who_passed_in_the_end_is_not_stuck_any_more(cohort, people, quiz):
    fail(people["Bob"], quiz, times=3, at=NOW + 17 * DAYS)
    learners.finish_step(people["Bob"], quiz, at=NOW + 18 * DAYS)
    board = board_of(cohort, now=TODAY)
    assert cells_of(board)["Bob"] == [("terminé", 3, 3), ("pas commencé", 0, 1)]
    assert board.stuck == 0
    (bob,) = [row for row in board.rows if row.name == "Bob"]
    assert bob.results == (Result(quiz.pk, sent=4, failed=3, passed=True, percent=100),)


def test_an_attempt_that_is_open_is_no_result(cohort, people, quiz):
    attempts.open_attempt(enrolment_pk=people["Bob"].pk, quiz_pk=quiz.pk, at=NOW + 17 * DAYS)
    (bob,) = [row for row in board_of(cohort, now=TODAY).rows if row.name == "Bob"]
    assert bob.results == ()


def test_a_module_in_free_order_is_where_one_began_it(site):
    free = courses.make_track(site, slug="essai", in_order=False, modules=((2, False), (2, False), (1, False)))
    cohort = learners.make_cohort(free)
    row = enrol(learners.make_person("libre@example.org"), free, at=NOW, cohort=cohort)
    steps = board_of(cohort, now=NOW).outline.steps
    learners.finish_step(row, steps[2], at=NOW + DAYS)
    board = board_of(cohort, now=TODAY)
    (one,) = board.rows
    assert place_of(board, one) == 1
    assert [cell.status.label for cell in board.cells(one, 1)] == ["pas commencé", "besoin d’aide", "pas commencé"]
    assert whereabouts(board.outline, learners_of(cohort), now=NOW) == {row.pk: (1, "Leçon 2.2")}


@pytest.mark.parametrize(
    ("rules", "done", "there"),
    [
        ({2: {"required": False}}, (0,), (1, "Leçon 2.1")),
        ({2: {"required": False}}, (0, 1), (2, "Leçon 3.1")),
        ({2: {"opens_on": date(2126, 1, 1)}}, (0,), (2, "Leçon 3.1")),
        ({2: {"opens_on": date(2126, 1, 1)}}, (0, 2), (1, "")),
        ({}, (2,), (0, "Leçon 1.1")),
        ({1: {"order": "free"}}, (1,), (2, "Leçon 3.1")),
    ],
    ids=[
        "an optional module is not passed over",
        "nor returned to once done",
        "a module that is closed is",
        "until nothing else is left, and it is waited for",
        "the last module done first leads back to the first",
        "after what was touched last",
    ],
)
def test_a_learner_is_where_their_own_page_sends_them(site, rules, done, there):
    track = courses.make_track(site, slug="essai", in_order=False, modules=((1, False), (1, False), (1, False)))
    modules = list(ModulePage.objects.child_of(track).order_by("path"))
    cohort = learners.make_cohort(track)
    row = enrol(learners.make_person("libre@example.org"), track, at=NOW, cohort=cohort)
    steps = board_of(cohort, now=NOW).outline.steps
    for place in done:
        learners.finish_step(row, steps[place], at=NOW + DAYS)
    for number, fields in rules.items():
        for name, value in fields.items():
            setattr(modules[number - 1], name, value)
        courses.publish(modules[number - 1])
    outline = board_of(cohort, now=TODAY).outline
    assert whereabouts(outline, learners_of(cohort), now=TODAY) == {row.pk: there}


def test_optional_steps_begin_a_module_and_do_not_finish_it(cohort, people, outline):
    optional = StepPage.objects.get(pk=outline.steps[0].pk).specific
    optional.required = False
    courses.publish(optional)
    assert cells_of(board_of(cohort, now=TODAY))["Cleo"] == [("besoin d’aide", 0, 2), ("pas commencé", 0, 1)]
    assert cells_of(board_of(cohort, now=NOW + 9 * DAYS))["Cleo"] == [("en cours", 0, 2), ("pas commencé", 0, 1)]


def test_a_board_may_be_that_of_a_sector_or_of_some_organisations(cohort, people):
    for name, organisation, sector in (
        ("Ada", "Mairie de Lorient", "collectivite"),
        ("Bob", "École Zola", "enseignement"),
        ("Cleo", "Mairie de Lorient", "collectivite"),
    ):
        Enrolment.objects.filter(pk=people[name].pk).update(organisation=organisation, sector=sector)

    def shown(**among):
        return sorted(row.name for row in board_of(cohort, now=TODAY, **among).rows)

    assert organisations_of(cohort) == ["École Zola", "Mairie de Lorient"]
    assert shown(sector="collectivite") == ["Ada", "Cleo"]
    assert shown(organisations=["École Zola"]) == ["Bob"]
    assert shown(organisations=[]) == []
    (bob,) = board_of(cohort, now=TODAY, sector="enseignement").rows
    assert (bob.organisation, bob.sector_label) == ("École Zola", "Établissement d’enseignement")


def test_an_attestation_that_was_revoked_is_not_counted(cohort, people):
    certificate = people["Ada"].certificate
    certificates.revoke(certificate, by=people["Bob"].person, at=TODAY, reason="Erreur")
    (ada,) = [row for row in board_of(cohort, now=TODAY).rows if row.name == "Ada"]
    assert (ada.certificate_code, ada.certified_at) == (certificate.code, None)

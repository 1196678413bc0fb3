"""Files for spreadsheets: typed cells, local days, and nothing that runs."""

import io
import tracemalloc
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from learners.spreadsheets import Column, csv_lines, inert, write_xlsx

REUNION = ZoneInfo("Indian/Reunion")
COLUMNS = [
    Column("Texte", lambda row: row[0]),
    Column("Nombre", lambda row: row[1]),
    Column("Jour", lambda row: row[2]),
    Column("Heure", lambda row: row[2], hours=True),
    Column("Réponse", lambda row: row[3]),
]
EVENING = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # half past one on the next day in La Réunion
ROWS = [("Ada", 1.5, EVENING, True), ("=2+2", 3, None, False), ("de\x0btravers", None, None, None)]


def workbook(rows, columns=COLUMNS):
    file = io.BytesIO()
    write_xlsx(file, columns, rows, zone=REUNION, title="Feuille")
    file.seek(0)
    return load_workbook(file).active


def test_a_workbook_holds_numbers_days_and_moments_of_their_own_type():
    sheet = workbook(ROWS)
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Texte", "Nombre", "Jour", "Heure", "Réponse"],
        ["Ada", 1.5, datetime(2026, 11, 24), datetime(2026, 11, 24, 1, 30), "oui"],  # noqa: DTZ001 — a cell has no zone
        ["'=2+2", 3, None, None, "non"],
        ["detravers", None, None, None, None],
    ]
    assert [sheet["C2"].is_date, sheet["A3"].data_type, sheet["B2"].data_type] == [True, "s", "n"]
    assert (sheet.freeze_panes, [cell.font.b for cell in sheet[1]]) == ("A2", [True] * 5)


def test_a_csv_holds_the_same_in_words():
    assert "".join(csv_lines(COLUMNS, ROWS[:2], zone=REUNION)) == (
        "\ufeffTexte;Nombre;Jour;Heure;Réponse\r\nAda;1,5;2026-11-24;2026-11-24 01:30;oui\r\n'=2+2;3;;;non\r\n"
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "＝1", "＋1", "－1", "＠a"])
def test_what_looks_like_a_formula_is_a_text_in_both_files(text):
    assert inert(text) == f"'{text}"
    assert workbook([(text,)], COLUMNS[:1])["A2"].data_type == "s"


def test_a_day_without_an_hour_is_left_as_it_is():
    (cell,) = workbook([(date(2026, 1, 2),)], [Column("Jour", lambda row: row[0])])[2]
    assert cell.value.date() == date(2026, 1, 2)


@pytest.mark.slow
def test_a_workbook_of_many_rows_takes_the_memory_of_few(tmp_path):
    def peak(count):
        with (tmp_path / f"{count}.xlsx").open("wb") as file:
            tracemalloc.start()
            write_xlsx(file, COLUMNS, (ROWS[0] for _ in range(count)), zone=REUNION, title="Feuille")
            reached = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return reached

    peak(10)
    assert peak(3_000) < 2 * peak(300)

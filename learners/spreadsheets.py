"""Rows as files that spreadsheets open, line by line: CSV and XLSX, typed, with cells that no spreadsheet runs."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# What a spreadsheet takes for the beginning of a formula.
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """A heading and what stands under it; a moment is told as its day, unless ``hours``."""

    heading: str
    value: Callable[[Any], Any]
    hours: bool = False
    width: int = 18

    def of(self, row, zone):
        """What stands in the cell of this row: None, a harmless text, a number, a day or a local moment."""
        value = self.value(row)
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, datetime):
            local = timezone.localtime(value, zone)
            return local.replace(tzinfo=None, microsecond=0) if self.hours else local.date()
        return inert(value) if isinstance(value, str) else value


def inert(text):
    """The text, made harmless when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(ACTIVE) else text


def csv_lines(columns, rows, *, zone):
    """The file, line by line: a byte order mark and semicolons, as French spreadsheets expect."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow([column.heading for column in columns])
    for row in rows:
        yield writer.writerow([_printed(column.of(row, zone)) for column in columns])


def write_xlsx(file, columns, rows, *, zone, title):
    """Write a workbook of one sheet into the file, row after row: none is kept."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    headings = [WriteOnlyCell(sheet, value=column.heading) for column in columns]
    for cell in headings:
        cell.font = Font(bold=True)
    sheet.append(headings)
    for row in rows:
        sheet.append([_storable(column.of(row, zone)) for column in columns])
    book.save(file)


class Echo:
    """A file that gives back what is written to it, so that lines leave as they are made."""

    def write(self, line):
        """The line itself."""
        return line


def _printed(value):
    """A cell of a CSV: days as 2026-11-23, moments as 2026-11-23 10:00, decimals with a comma."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else value


def _storable(value):
    """A cell of a workbook, without the control characters that its format cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value

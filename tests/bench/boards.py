"""The board of a cohort and its files, for 1,000 people and for 10,000: queries, times, memory."""

from django.db import connection
from django.utils import timezone

from learners.models import Cohort
from learners.reporting import board_of
from tests.bench.lines import Promise, comma
from tests.bench.measures import Reader, medians, megabytes, memory_at_most, milliseconds, queries_of, rows_of
from tests.factories.learners import make_person

SIZES = (1_000, 10_000)
BUDGETS = {1_000: 3}  # how many times the bare SQL
FILES = {"CSV": "export.csv", "XLSX": "export.xlsx", "dossier de preuves": "preuves.zip"}
MARGIN = 8 * 2**20  # bytes: one portion of rows, more or less, and what the interpreter keeps for itself


def boards_and_exports():
    """Every promise about the cohorts of these sizes that seed_scale has made.

    The files come first: memory that a large page has used would hide what they take.
    """
    leader = Reader(make_person("direction@demo.example", is_superuser=True))
    cohorts = {size: cohort_of(size) for size in SIZES}
    files = [one for name, file in FILES.items() for one in export(leader, cohorts, name, file)]
    return [*boards(leader, cohorts), *files]


def cohort_of(size):
    """The first cohort of that many people."""
    return next(one for one in Cohort.objects.order_by("pk") if one.enrolments.count() == size)


def boards(leader, cohorts):
    """The first page, beside the bare SQL of all that it reads."""
    asked, times = [], []
    for size, cohort in cohorts.items():
        address = cohort.get_absolute_url()
        leader.read(address)  # what is read once and for all
        statements = queries_of(lambda address=address: leader.read(address))
        figures, page, floor = medians(
            lambda cohort=cohort: board_of(cohort, now=timezone.now()),
            lambda address=address: leader.read(address),
            lambda statements=statements: [rows_of(sql) for sql in statements if is_read(sql)],
            times=15 if size in BUDGETS else 5,
        )
        budget, told = BUDGETS.get(size), ", ".join(map(milliseconds, (figures, page, floor)))
        asked.append(len(statements))
        times.append(
            Promise(
                named(f"tableau de {size}, figures, page et SQL nu : {told}"),
                f"page {comma(page / floor)} × SQL",
                f"≤ {budget} × SQL" if budget else "utilisable",
                held=page <= budget * floor if budget else None,
            )
        )
    return [constant("tableau", asked), *times]


def export(leader, cohorts, name, file):
    """One file, read portion by portion and thrown away."""
    addresses = [f"{cohort.get_absolute_url()}{file}" for cohort in cohorts.values()]
    leader.read(addresses[0])  # what is loaded once and for all
    # Before anything else has read the large one, and left room behind.
    small, large = (memory_at_most(lambda address=address: leader.read(address)) for address in addresses)
    asked = [len(queries_of(lambda address=address: leader.read(address))) for address in addresses]
    times = medians(*(lambda address=address: leader.read(address) for address in addresses), times=3)
    weight = leader.read(addresses[-1])
    return [
        constant(name, asked),
        Promise(
            named(f"{name} de {SIZES[-1]}, {megabytes(weight)} : mémoire au plus haut"),
            f"{megabytes(large)}, et {megabytes(small)} pour {SIZES[0]}",
            f"≤ {megabytes(MARGIN)} de plus",
            held=large <= small + MARGIN,
            counted=True,
        ),
        Promise(
            named(f"{name} de {SIZES[0]} et de {SIZES[-1]} : temps"),
            " et ".join(map(milliseconds, times)),
            "à proportion",
        ),
    ]


def constant(name, asked):
    """The promise that a large cohort asks the database no more questions than a small one."""
    sizes = " et à ".join(map(str, SIZES))
    found = " et ".join(map(str, asked))
    return Promise(named(f"{name} : requêtes à {sizes}"), found, "les mêmes", len(set(asked)) == 1, counted=True)


def is_read(sql):
    """Whether a statement only reads rows."""
    return sql.lstrip("(").startswith("SELECT")


def named(work):
    """This work, with the database that did it."""
    return f"{connection.display_name}, {work}"

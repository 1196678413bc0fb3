"""How a work is measured: its time, its statements, its memory."""

import gc
import re
import statistics
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from tests.bench.lines import comma

TIMES = 30  # repetitions, of which the median is kept
# What PostgreSQL is told when rows are to come by portions: the statement itself follows.
CURSOR = re.compile(r'DECLARE "\w+" .*? FOR (?=SELECT)')


def median(deed, times=TIMES):
    """The median of that many durations in seconds, after one that warms up."""
    (found,) = medians(deed, times=times)
    return found


def medians(*deeds, times=TIMES):
    """The median duration of each deed, done in turn: what slows the machine for a while slows them all."""
    durations = [[seconds(deed) for deed in deeds] for _ in range(times + 1)]
    return [statistics.median(of_one) for of_one in zip(*durations[1:], strict=True)]


def seconds(deed):
    """How long it takes, once."""
    began = perf_counter()
    deed()
    return perf_counter() - began


def milliseconds(seconds):
    """A duration as it is printed."""
    return f"{comma(1000 * seconds)} ms"


def megabytes(count):
    """So many bytes as they are printed."""
    return f"{comma(count / 2**20)} Mo"


def queries_of(deed):
    """The statements that it sends to the database."""
    with CaptureQueriesContext(connection) as asked:
        deed()
    return [CURSOR.sub("", query["sql"]) for query in asked]


def rows_of(sql):
    """The rows of a statement, as the driver gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def resident():
    """The bytes of memory that this process holds."""
    return status("VmRSS")


def memory_at_most(deed):
    """The bytes that this process holds at the highest moment of the deed, beyond those it held before."""
    gc.collect()
    with small_caches():
        Path("/proc/self/clear_refs").write_text("5")  # the highest moment is now
        before = resident()
        deed()
        return status("VmHWM") - before


@contextmanager
def small_caches():
    """Without the pages that SQLite keeps in the process, up to a limit of its settings: they are not the deed's."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        kept = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "mmap_size")}
        cursor.execute("PRAGMA mmap_size=0")
        cursor.execute("PRAGMA cache_size=-2000")
        yield
        for name, size in kept.items():
            cursor.execute(f"PRAGMA {name}={size}")


def status(name):
    """A quantity of memory that the system knows of this process, in bytes."""
    return 1024 * int(re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)[1])


class Reader:
    """Somebody who signed in and reads pages in this process, without a network."""

    def __init__(self, person):
        self.person = person
        self.client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        self.client.force_login(person)

    def read(self, path):
        """Ask for the page or the file, as often as one likes, keeping nothing of it; how many bytes it has."""
        response = self.client.get(path, secure=True)
        if response.status_code != 200:
            raise RuntimeError(f"{path} : {response.status_code}")
        return sum(map(len, response.streaming_content if response.streaming else [response.content]))

    def rendering(self, path):
        """The time to turn what the view has found into HTML."""
        request = RequestFactory().get(path)
        request.user, request.session = self.person, {}
        match = resolve(path)
        response = match.func(request, *match.args, **match.kwargs)
        template = response.resolve_template(response.template_name)
        return median(lambda: template.render(response.context_data, request))

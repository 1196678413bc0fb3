"""Brings the database and the static files up to date; fills an empty database with the demonstration.

Each step prints its title on standard output when it begins; everything else goes to standard
error. Doing it again changes nothing, and completes what was interrupted.
"""

import hashlib
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main():
    """All the steps, in order."""
    django.setup()
    migrate()
    call_command("createcachetable", stdout=sys.stderr)
    collect_static()
    demonstrate()


def migrate():
    """Apply the migrations that are missing; asking first is quicker than an empty `migrate`."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        begin(f"Base de données, {len(missing)} migrations")
        call_command("migrate", interactive=False, stdout=sys.stderr)


def collect_static():
    """Copy, hash and compress the static files when one of them has changed."""
    stamp = Path(settings.VAR) / "static.stamp"
    now = fingerprint()
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == now:
        return
    begin("Fichiers statiques")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=sys.stderr)
    stamp.write_text(now)


def fingerprint():
    """A digest that changes with the name, the size or the date of any static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            about = Path(storage.path(name)).stat()
            digest.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def demonstrate():
    """Load the tracks and the people of the demonstration into a database where nobody is yet.

    The marker makes the next start finish what was interrupted; it names the database, so that
    another one is never filled because of it.
    """
    marker = Path(settings.VAR) / "demonstration-inachevee"
    database = " ".join(str(connection.settings_dict[key]) for key in ("ENGINE", "HOST", "PORT", "NAME"))
    interrupted = marker.exists() and marker.read_text() == database
    if not interrupted and get_user_model().objects.exists():
        return
    marker.write_text(database)
    begin("Parcours")
    call_command("load_courses", stdout=sys.stderr)
    begin("Personnes de démonstration")
    call_command("seed_demo", stdout=sys.stderr)
    marker.unlink()


def begin(title):
    """Tell the supervisor which step starts now."""
    print(title, flush=True)


if __name__ == "__main__":
    main()

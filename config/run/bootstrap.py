"""Makes `.venv` hold exactly what a lock file says: what `make` does before anything else.

In: `run` (what the product needs) or `dev` (the tools of tests and lint too). Out: the virtual
environment, untouched when it already agrees with the lock. It runs on the machine's own Python,
isolated (`python3 -I`) from any other active environment, with the standard library only.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV_LOCK = ROOT / "requirements-uv.lock"
VERSIONS = ((3, 11), (3, 12))  # those for which every library comes ready-made

# What would send an installation somewhere else than to `.venv`.
DISTRACTIONS = {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in DISTRACTIONS}
ENVIRONMENT["UV_PYTHON_DOWNLOADS"] = "never"


class Failed(Exception):
    """The installation cannot go on; the text is what the person should read."""


def main(need):
    """Make the environment agree with the lock named by ``need``, or with one that contains it."""
    with alone():
        before = STAMP.read_text() if STAMP.exists() else None
        # The dev lock holds all of the other one, at the same versions.
        if before in {stamp(LOCKS["dev"]), stamp(LOCKS[need])}:
            return
        if version(PYTHON) not in VERSIONS:
            create()
        # Tools that are already there stay: `make run` does not undo `make test`.
        lock = LOCKS["dev"] if any(VENV.glob("lib/*/site-packages/pytest")) else LOCKS[need]
        STAMP.unlink(missing_ok=True)
        uv = provide_uv()
        sync = [uv, "pip", "sync", "--python", PYTHON, "--require-hashes", "--compile-bytecode", lock]
        run("Installation des bibliothèques", sync)
        STAMP.write_text(stamp(lock))


@contextlib.contextmanager
def alone():
    """Hold the project folder locked: of two `make` started together, the second waits."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network disks have no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def stamp(lock):
    """What `.venv/installed` says when the environment agrees with this lock."""
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {version(PYTHON)}"


def version(python):
    """The (major, minor) of a Python, or None when it does not start."""
    asked = [python, "-I", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603 — ours
    except (OSError, subprocess.CalledProcessError):
        return None
    major, minor = answer.split()
    return int(major), int(minor)


def create():
    """Make an empty environment, with pip when this machine's Python can."""
    names = (sys.executable, "python3.11", "python3.12", "/usr/bin/python3")
    python = next((found for found in map(shutil.which, names) if found and version(found) in VERSIONS), None)
    if not python:
        raise Failed("Il faut Python 3.11 ou 3.12. Sous Debian 12 : sudo apt install python3 python3-venv")
    command = [python, "-m", "venv", "--clear", VENV]
    try:
        run("Création de l’environnement Python", command)
    except Failed:
        run("Création de l’environnement Python, sans pip", [*command, "--without-pip"])


def provide_uv():
    """The installer: the pinned uv, installed by any pip there is, else one that is on PATH."""
    aside = VENV / "uv"
    attempts: tuple[tuple[object, list, Path], ...] = (
        (PYTHON, [], VENV / "bin" / "uv"),
        (sys.executable, ["--upgrade", "--target", aside], aside / "bin" / "uv"),
    )
    reason = ""
    for python, options, uv in attempts:
        if not has_pip(python):
            continue
        install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", UV_LOCK, *options]
        try:
            run("Préparation de l’installation", install)
        except Failed as failure:
            reason = str(failure)
        else:
            return uv
    if found := shutil.which("uv"):
        return found
    if reason:
        raise Failed(reason)
    shutil.rmtree(VENV)  # it has no pip: once the package is there, the next try must make it again
    raise Failed("Il manque de quoi installer les bibliothèques. Sous Debian : sudo apt install python3-venv")


def has_pip(python):
    """Whether this Python can install packages."""
    asked = [python, "-I", "-c", "import pip"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 — ours


def run(title, command):
    """Run a command behind one line that counts its seconds; on failure, raise with its last words."""
    started = time.monotonic()
    print(f"  {title}…", end="", flush=True)
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(  # noqa: S603 — ours
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=ENVIRONMENT,
        )
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            if sys.stdout.isatty():
                print(f"\r  {title}… {time.monotonic() - started:.0f} s", end="", flush=True)
        output.seek(0)
        last_words = output.read().strip().splitlines()[-15:]
    back = f"\r  {title}…" if sys.stdout.isatty() else ""
    spent = f"{time.monotonic() - started:.1f}".replace(".", ",")
    print(f"{back} {spent} s{' : échec' if process.returncode else ''}", flush=True)
    if process.returncode:
        raise Failed("\n".join(last_words))


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without « … » shows a question mark
    try:
        main(sys.argv[1])
    except Failed as failure:
        sys.exit(f"\n{failure}\n\nL’installation s’est arrêtée là. Relancez la même commande pour la reprendre.")
    except KeyboardInterrupt:
        sys.exit("\nInterrompu. Relancez la même commande pour reprendre.")

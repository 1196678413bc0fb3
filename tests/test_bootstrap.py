"""What `make` does before anything else, on environments that need nothing."""

import re
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from config.run.place import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")


def pins(name):
    """The lines `name==version ; marker` of a lock file."""
    return set(re.findall(r"^\S+==[^\\\n]+", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_has_a_hash_for_everything_and_no_address(name):
    text = (ROOT / name).read_text()
    requirements = text.replace("\\\n", "").strip().splitlines()
    assert all("--hash=sha256:" in line for line in requirements)
    assert "://" not in text


def test_the_tools_are_installed_beside_the_very_libraries_of_the_product():
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.fixture
def project(tmp_path):
    """A project whose environment is this one's Python, and its bootstrap module."""
    (tmp_path / "config" / "run").mkdir(parents=True)
    script = shutil.copy(ROOT / "config" / "run" / "bootstrap.py", tmp_path / "config" / "run")
    for name in LOCKS:
        (tmp_path / name).write_text(f"{name}\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    spec = spec_from_file_location("bootstrap", script)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bootstrap(project, need):
    """What a run of the bootstrap says, with its errors."""
    command = [sys.executable, "-I", project.__file__, need]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


@pytest.mark.parametrize(("installed", "need"), [("run", "run"), ("dev", "dev"), ("dev", "run")])
def test_an_environment_that_holds_what_is_needed_is_left_alone(project, installed, need):
    project.STAMP.write_text(project.stamp(project.LOCKS[installed]))
    assert bootstrap(project, need) == ""


@pytest.mark.parametrize(("installed", "need"), [("run", "dev"), (None, "run")])
def test_an_environment_that_lacks_something_is_installed_again(project, installed, need):
    if installed:
        project.STAMP.write_text(project.stamp(project.LOCKS[installed]))
    with pytest.raises(subprocess.CalledProcessError):  # these lock files name nothing real
        bootstrap(project, need)
    assert not project.STAMP.exists()

"""Slow: the README's commands in a fresh clone, and the bytes of two independent builds."""

from __future__ import annotations

import atexit
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from book import ROOT
from book.execution import chapter_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
README = (ROOT / "README.md").read_text("utf-8")


def _git(*arguments: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


@functools.cache
def _commands_without_node() -> str:
    """Return a folder of links to this machine's commands, all but Node.js and the book's own."""
    folder = Path(tempfile.mkdtemp(prefix="commands-"))
    atexit.register(shutil.rmtree, folder)
    for place in os.environ["PATH"].split(os.pathsep):
        if ".venv" in place or not Path(place).is_dir():
            continue
        for command in Path(place).iterdir():
            link = folder / command.name
            if command.name not in {"node", "nodejs", "npm", "npx"} and not link.is_symlink():
                link.symlink_to(command)
    assert shutil.which("node", path=str(folder)) is None
    return str(folder)


def _environment() -> dict[str, str]:
    """This environment without its virtual environment and without any Node.js."""
    environment = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    return {**environment, "PATH": _commands_without_node()}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone in an empty folder, with what is not committed yet laid over it."""
    folder = tmp_path_factory.mktemp("fresh") / "clone"
    _git("clone", "--quiet", str(ROOT), str(folder))
    for name in _git("ls-files", "--modified", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
        else:
            (folder / name).unlink()
    yield folder
    shutil.rmtree(folder)


def _make(folder: Path, *targets: str) -> str:
    done = subprocess.run(
        ["make", f"PYTHON={sys._base_executable}", *targets],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=20 * 60,
        check=False,
    )
    assert done.returncode == 0, f"make {' '.join(targets)}:\n{done.stdout[-6000:]}"
    return done.stdout


def _stable(html: str) -> str:
    """Blank what a page says itself is not stable: the outputs of cells tagged volatile."""
    soup = BeautifulSoup(html, "html.parser")
    for cell in soup.select(".tag_volatile .cell_output"):
        cell.clear()
    return str(soup) if soup.select(".tag_volatile") else html


def test_the_two_commands_of_the_readme_and_the_others_work(clone: Path) -> None:
    assert "make book " in README
    assert "make test " in README
    assert not (clone / ".venv").exists()
    first = _make(clone, "book")
    assert "The book is ready. Open file://" in first
    second = _make(clone, "book")
    assert "the environment is up to date" in second
    assert "nothing to execute" in second
    for name in re.findall(r"`make ([a-z-]+)`", README):
        assert f"make {name}" in _make(clone, "help"), f"make help does not list {name}"
    _make(clone, "lint")
    _make(clone, "notebooks")
    assert _git("status", "--porcelain", "notebooks", cwd=clone) == _git(
        "status", "--porcelain", "notebooks"
    ), "make notebooks in a fresh clone changes a notebook"


def test_the_test_command_runs_in_the_clone(clone: Path) -> None:
    # The whole suite is what runs this test; in the clone a few modules show that it starts.
    _make(clone, "browser")
    python = str(clone / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "tests/test_gradients.py", "tests/browser/test_explorer.py"],
        cwd=clone,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert re.search(r"\d+ passed", done.stdout)


def test_two_cold_builds_give_the_same_bytes(clone: Path) -> None:
    assert (clone / "_build" / "html").exists(), "the first test of this module builds the clone"
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    _make(ROOT, "book")
    pages = sorted(p.relative_to(clone) for p in (clone / "_build" / "html").rglob("*.html"))
    assert len(pages) > len(chapter_paths())
    for page in pages:
        here, there = ((root / page).read_text("utf-8") for root in (ROOT, clone))
        assert _stable(here) == _stable(there), f"{page.name} differs between two builds"


def test_make_serve_serves_the_built_book(clone: Path) -> None:
    port = "8731"
    process = subprocess.Popen(
        ["make", f"PYTHON={sys._base_executable}", "serve", f"PORT={port}"],
        cwd=clone,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(120):
            time.sleep(1)
            try:
                url = f"http://127.0.0.1:{port}/index.html"
                with urllib.request.urlopen(url, timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                continue
        pytest.fail("make serve did not answer within two minutes")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def test_the_package_installs_from_git_without_node(clone: Path, tmp_path: Path) -> None:
    python = str(clone / ".venv" / "bin" / "python")
    target = tmp_path / "site"
    subprocess.run(
        [python, "-m", "pip", "install", "--no-deps", "--target", target, f"git+file://{clone}"],
        env=_environment(),
        check=True,
    )
    code = (
        f"import rnnkit, rnnkit.widgets as w; assert rnnkit.__file__.startswith({str(target)!r}); "
        "print(len(w.GradientExplorer()._esm) > 1000)"
    )
    done = subprocess.run(
        [python, "-c", code],
        cwd=tmp_path,
        env={**_environment(), "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"

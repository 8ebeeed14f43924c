"""The build is red when it should be: on a scratch copy of the book with one small page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from book import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# A page

"""
CELL = "```{{code-cell}} python\n{}\n```\n"
GOOD = HEAD + "Here $x^2$ is fine.\n\n" + CELL.format("print(6 * 7)")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of everything but the chapters."""
    root = tmp_path_factory.mktemp("scratch")
    for name in ("book", "rnnkit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "requirements.txt", "package.json"):
        shutil.copyfile(ROOT / name, root / name)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / "chapters").mkdir()
    (root / "chapters" / "references.bib").write_text("")
    (root / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n")
    return root


def _build(root: Path, text: str) -> subprocess.CompletedProcess[str]:
    page = root / "chapters" / "page.md"
    if not page.exists() or page.read_text("utf-8") != text:  # an untouched file keeps its date
        page.write_text(text, "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "book.build"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_sound_page_builds_and_a_second_build_executes_nothing(scratch: Path) -> None:
    first = _build(scratch, GOOD)
    assert first.returncode == 0, first.stdout + first.stderr
    html = (scratch / "_build" / "html" / "chapters" / "page.html").read_text("utf-8")
    assert "42" in html
    assert "katex-html" in html
    second = _build(scratch, GOOD)
    assert second.returncode == 0
    assert "nothing to execute" in second.stdout
    prose = _build(scratch, GOOD.replace("is fine", "is still fine"))
    assert prose.returncode == 0
    assert "nothing to execute" in prose.stdout, "an edit of prose executed a notebook"
    page = scratch / "_build" / "html" / "chapters" / "page.html"
    assert "is still fine" in page.read_text("utf-8")
    code = _build(scratch, GOOD.replace("6 * 7", "6 * 8"))
    assert code.returncode == 0
    assert "executed chapters/page.md" in code.stdout
    assert "48" in page.read_text("utf-8")


def test_an_edit_of_rnnkit_executes_the_chapters_that_import_it(scratch: Path) -> None:
    page = GOOD + "\n" + CELL.format("from rnnkit.gradients import show_grads")
    assert _build(scratch, page).returncode == 0
    assert "nothing to execute" in _build(scratch, page).stdout
    unused = scratch / "rnnkit" / "unused.py"
    unused.write_text('"""Nobody imports this."""\n')
    assert "nothing to execute" in _build(scratch, page).stdout
    module = scratch / "rnnkit" / "gradients.py"
    module.write_text(module.read_text("utf-8") + "\n# changed\n", "utf-8")
    assert "executed chapters/page.md" in _build(scratch, page).stdout


EDITS = {
    "book/assets/house.css": (".rnn-svg", ".edited, .rnn-svg", "house.css"),
    "book/assets/labs-loader.js": ("data-mount", "data-edited", "labs-loader.js"),
    "rnnkit/palette.css": (":root", ".edited, :root", "palette.css"),
    "rnnkit/widgets/src/lib/lab.js": ("Copy link", "Copy edited link", "labs/SineLab.js"),
}


@pytest.mark.parametrize("source", EDITS)
def test_an_edit_of_the_front_end_arrives_and_executes_nothing(source: str, scratch: Path) -> None:
    old, new, built = EDITS[source]
    assert _build(scratch, GOOD).returncode == 0
    text = (scratch / source).read_text("utf-8")
    assert old in text
    (scratch / source).write_text(text.replace(old, new), "utf-8")
    second = _build(scratch, GOOD)
    assert second.returncode == 0, second.stdout
    assert "nothing to execute" in second.stdout
    assert "edited" in (scratch / "_build" / "html" / "_static" / built).read_text("utf-8")


BROKEN = {
    "a cell that raises": (GOOD + CELL.format("1 / 0"), "ZeroDivisionError"),
    "a cell that writes to stderr": (
        GOOD + CELL.format('import sys\nprint("oh", file=sys.stderr)'),
        "stderr",
    ),
    "a broken cross-reference": (GOOD + "\nSee {ref}`sec-nowhere`.\n", "sec-nowhere"),
    "a TeX error": (GOOD + "\n$$ \\frac{1}{ $$\n", "TeX error"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_build_fails_and_goes_on_failing_on(what: str, scratch: Path) -> None:
    text, reason = BROKEN[what]
    first = _build(scratch, text)
    assert first.returncode != 0, f"{what} built"
    assert reason in first.stdout + first.stderr
    second = _build(scratch, text)
    assert second.returncode != 0, f"{what} passed when the build was tried again"


def test_the_build_fails_on_a_missing_page(scratch: Path) -> None:
    toc = scratch / "_toc.yml"
    whole = toc.read_text()
    toc.write_text(whole + "chapters:\n  - file: chapters/not-there\n")
    try:
        result = _build(scratch, GOOD)
    finally:
        toc.write_text(whole)
    assert result.returncode != 0
    assert "chapters/not-there.md" in result.stdout + result.stderr


def test_lock_leaves_out_cuda_and_local_versions() -> None:
    from book.lock import lock

    text = lock("torch==2.13.0+cpu\nnvidia-cublas-cu12==12.8\ntriton==3.3\n-e /x\nsix==1.17.0\n")
    assert [x for x in text.splitlines() if not x.startswith("#")] == [
        "torch==2.13.0",
        "six==1.17.0",
    ]


def test_package_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 10
    assert all("resolved" not in package for package in packages.values())

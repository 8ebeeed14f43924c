"""What can go wrong on a fresh machine is said in one line that tells what to do."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib

import pytest

from book import ROOT, install


def test_an_old_python_is_refused_with_the_command_that_works(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        install.check_machine(version=(3, 9))
    assert stopped.value.code == 1
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "Python 3.9" in said
    assert "make book PYTHON=python3.11" in said


def test_a_full_disk_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "STAMP", ROOT / "no-such-stamp")
    with pytest.raises(SystemExit) as stopped:
        install.check_machine(free=install.GIB)
    assert stopped.value.code == 1
    assert "1.0 GiB free" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "registries cannot be"),
        ("npm error code EAI_AGAIN", "registries cannot be"),
    ],
)
def test_a_failed_installer_is_explained(output: str, advice: str) -> None:
    assert advice in str(install.explain(output))


def test_an_unknown_failure_is_not_explained_away() -> None:
    assert install.explain("ERROR: some other thing") is None


def test_a_command_that_fails_stops_the_installation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        install.run("trying", [sys.executable, "-c", "print('ENOTFOUND'); raise SystemExit(1)"])
    assert stopped.value.code == 1
    said = capsys.readouterr()
    assert "registries cannot be reached" in said.err
    assert "ENOTFOUND" in said.out, "a log shows why an installer failed"


def test_a_log_stays_short_when_an_installer_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    install.run("trying", [sys.executable, "-c", "print('Collecting a package')"])
    assert capsys.readouterr().out == "\n== trying\n"


def test_no_browser_gives_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "find_browser", lambda: None)
    monkeypatch.setattr(install.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit) as stopped:
        install.browser()
    assert stopped.value.code == 1
    assert "no Chrome or Chromium" in capsys.readouterr().err


def test_an_unchanged_environment_installs_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "book" / "install.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "the environment is up to date"


def test_the_chapters_extra_covers_what_the_notebooks_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["chapters"]]
    offered = {re.split(r"[>=<\[]", name)[0].lower().replace("-", "_") for name in asked}
    imported: set[str] = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                imported |= _imports("".join(cell["source"]))
    assert {"torch", "rnnkit"} <= imported
    distribution = {"sklearn": "scikit_learn"}
    foreign = imported - sys.stdlib_module_names - {"rnnkit"}
    assert {distribution.get(name, name) for name in foreign} <= offered


def _imports(code: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found

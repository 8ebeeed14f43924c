"""What can go wrong on a fresh machine is said in one line that tells what to do."""

from __future__ import annotations

import subprocess
import sys

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
    assert "registries cannot be reached" in capsys.readouterr().err


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

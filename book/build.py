"""Build the site: `python -m book.build`. Warnings and missing pages are errors."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from book import ROOT
from book.execution import chapter_paths

FLAGS = ("-W", "-n", "--keep-going")


def build(root: Path = ROOT, *, out: Path | None = None) -> int:
    """Build the book of a folder; return the exit code, 0 only when every page is there.

    Args:
        root: the folder of `_config.yml` and `_toc.yml`.
        out: where `_build` goes; the folder itself by default.
    """
    missing = [p for p in chapter_paths(root) if not p.exists()]
    if missing:
        names = ", ".join(p.relative_to(root).as_posix() for p in missing)
        print(f"error: _toc.yml names pages that do not exist: {names}", file=sys.stderr)
        return 1
    place = ["--path-output", str(out)] if out else []
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(root), *FLAGS, *place]
    environment = {**os.environ, "RNNKIT_QUIET": "1", "PYTHONHASHSEED": "0"}
    code = subprocess.run(command, cwd=root, env=environment, check=False).returncode
    html = (out or root) / "_build" / "html"
    for path in chapter_paths(root):
        page = (html / path.relative_to(root)).with_suffix(".html")
        if not page.exists():
            print(f"error: {page} was not written", file=sys.stderr)
            code = code or 1
    return code


def main() -> int:
    """Build, and end by naming the page to open."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.parse_args()
    if shutil.disk_usage(ROOT).free < 2**29:
        print("error: less than 0.5 GiB free on this disk: free some space first", file=sys.stderr)
        return 1
    code = build()
    if code:
        print("\nerror: the book did not build; the first warning above says why", file=sys.stderr)
    else:
        print(f"\nThe book is ready. Open {(ROOT / '_build' / 'html' / 'index.html').as_uri()}")
        print("or run `make serve`.")
    return code


if __name__ == "__main__":
    raise SystemExit(main())

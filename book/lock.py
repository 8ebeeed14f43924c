"""Resolve `requirements.in` into `requirements.txt`: `make lock` (needs Python alone).

A new environment is filled from requirements.in and listed. What only the CUDA builds of torch
bring is left out, so that the lock serves every platform.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Written by `make lock` from requirements.in: every package, at the version that was tested.
# On Linux plain pip takes the CUDA build of torch (gigabytes); the README says how to get the
# CPU build. Either satisfies the line below.
"""
CUDA = re.compile(r"^(nvidia-|cuda-|triton)", re.IGNORECASE)


def lock(frozen: str) -> str:
    """Return the text of requirements.txt for the output of `pip freeze`."""
    lines = [line.split("+")[0] for line in frozen.splitlines() if "==" in line]
    return HEADER + "\n".join(line for line in lines if not CUDA.match(line)) + "\n"


def main() -> None:
    """Resolve in a temporary environment."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = next(Path(folder).glob("[bS][ic][nr]*/python*"))
        pip = [str(python), "-m", "pip"]
        subprocess.run([*pip, "install", "-r", str(ROOT / "requirements.in")], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
    (ROOT / "requirements.txt").write_text(lock(frozen.stdout), "utf-8")
    print("requirements.txt is written; run `make book` and `make test` with it")


if __name__ == "__main__":
    main()

"""Run the environment's Node.js: `python -m book.run_node script.mjs ...`."""

from __future__ import annotations

import subprocess
import sys

from book.node import node

if __name__ == "__main__":
    raise SystemExit(subprocess.run([str(node()), *sys.argv[1:]], check=False).returncode)

"""Follow a document: run its commands (the blocks marked `sh`) in one shell, in an empty folder.

The first command that fails ends it with that command's exit status, so a tutorial that is not true is not
published. Needs the standard library alone, and `bench` on the path.

    python docs/site/follow.py docs/tutorial.md
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def script(document: str) -> str:
    """The commands of a document in their order, for a shell that ends at the first failure."""
    blocks = COMMANDS.findall(document)
    if not blocks:
        raise ValueError("no block is marked `sh`: there is nothing to follow")
    return "set -euxo pipefail\n" + "".join(blocks)


def main(path: str) -> int:
    """Follow a document; the exit status of the command that failed, 0 without one."""
    commands = script(Path(path).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(["bash", "-c", commands], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

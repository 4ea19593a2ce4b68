"""`python -m bench`, and what the command `bench` starts."""

import sys
from pathlib import Path
from typing import NoReturn

from bench.packages import FOLDER, ShadowError, claim, told


def main() -> None:
    """Run a command."""
    # With `python -m` the working directory is the first place where modules are looked for. What lies there
    # is a user's: a folder `models`, or a file `statistics.py`.
    if sys.path[0] == str(Path.cwd()):
        del sys.path[0]
    try:
        claim()
        # A process that multiprocessing spawns looks there, before another checkout that is installed.
        if str(FOLDER) not in sys.path:
            sys.path.insert(0, str(FOLDER))
        from bench.cli.main import main as run
    except KeyboardInterrupt:  # while the libraries are still being imported
        sys.exit(1)
    except ShadowError as error:
        _end(str(error))
    try:
        run()
    except ImportError as error:
        sentence = told(error)
        if sentence is None:
            raise
        _end(sentence)


def _end(sentence: str) -> NoReturn:
    sys.stderr.write(f"error: {sentence}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()

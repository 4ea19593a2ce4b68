"""Runs a stage: `python -I stage.py STAGE SUBMISSION [SIZE]`, in the harness's folder.

Stages that need the library are run by its own interpreter, the others by that of this project. SUBMISSION is
the folder with what `bench submission` wrote, SIZE the number of the instance size, which the harness
does not give to the stage that prepares the model.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: `module:function` of `bench.submission` of each stage.
WORK = {
    "client_key_generation": "client:generate_keys",
    "server_preprocess_model": "server:preprocess_model",
    "client_preprocess_input": "plain:preprocess_input",
    "client_encode_encrypt_input": "client:encrypt",
    "server_encrypted_compute": "server:compute",
    "client_decrypt_decode": "client:decrypt",
    "client_postprocess": "plain:postprocess",
}


def main() -> None:
    """Set the process up, then do the stage's work; what goes wrong is one sentence and status 1."""
    stage, submission, *size = sys.argv[1:]
    os.umask(0o077)
    _claim()
    from backends.errors import BackendError
    from bench.parties.errors import MessageError
    from bench.submission.contents import StageError
    from models.errors import ModelError

    try:
        _run(stage, Path(submission).resolve(), size[0] if size else None)
    except (StageError, MessageError, BackendError, ModelError) as error:
        sys.exit(f"error: {stage}: {error}")
    except OSError as error:
        sys.exit(f"error: {stage}: {error}; see to it and run the stages again")


def _claim() -> None:
    """Import this project's packages from where this file lies; nothing else of that folder is importable."""
    root = str(Path(__file__).resolve().parents[2])
    sys.path.insert(0, root)
    from bench.packages import claim

    sys.path.remove(root)
    claim()


def _run(stage: str, submission: Path, size: str | None) -> None:
    """Protect the process as a party's is, and call the stage."""
    from pkgutil import resolve_name

    from bench.parties.launch import hide, leave_no_core
    from bench.parties.surroundings import surroundings
    from bench.parties.swap import keep_out
    from bench.submission.contents import ABOUT, About, StageError, read
    from bench.submission.task import Task

    if stage not in WORK:
        raise StageError(f"there is no such stage; there are {', '.join(WORK)}")
    task = Task(submission, read(submission / ABOUT, About), Path.cwd(), size)
    leave_no_core()
    server = stage.startswith("server_")
    home = submission if size is None else task.places.download if server else task.places.private
    os.environ.clear()
    os.environ.update(surroundings(home, task.about.threads))  # before anything imports numpy
    if not server:
        hide()
        keep_out()
    resolve_name(f"bench.submission.{WORK[stage]}")(task)


if __name__ == "__main__":
    main()

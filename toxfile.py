"""tox's plugin: an environment for each backend, from the declaration in its folder, and one for all of them
but those that are declared apart."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from tox.config.loader.memory import MemoryLoader
from tox.config.sets import ConfigSet
from tox.config.types import Command
from tox.execute import Outcome
from tox.execute.api import StdinSource
from tox.plugin import impl
from tox.session.state import State
from tox.tox_env.api import ToxEnv
from tox.tox_env.errors import Fail

ROOT = Path(__file__).parent
DECLARATIONS = sorted(ROOT.glob("backends/*/environment.yaml"))
ALL = "all-backends"


@impl
def tox_extend_envs() -> Iterable[str]:
    """The names of the environments below, for `tox list`."""
    return [*_backends(), ALL]


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Configure them; whatever is not said here stands in `tox.ini` under `[testenv]`."""
    if find_spec("yaml") is None:  # tox reads `requires` here, and starts again in an environment that has it
        return
    # Both import PyYAML, so not above; tox has taken this folder from the path by now.
    sys.path.insert(0, str(ROOT))
    from bench.environments.declaration import load
    from bench.environments.interpreters import find_interpreter, lacks_glibc

    together = [path.parent.name for path in DECLARATIONS if load(path).apart is None]
    everything = ",".join(["lint", "core", "plugin", *together])
    state.conf.memory_seed_loaders[ALL].append(
        MemoryLoader(
            description="every test on every library that is not declared apart, and the linter",
            skip_install=True,
            allowlist_externals=[sys.executable],
            commands=[_command(sys.executable, "-m", "tox", "run", "-e", everything)],
        )
    )
    for path in DECLARATIONS:
        fitting = [one.python for one in load(path).alternatives if not lacks_glibc(one)]
        # Where none fits, the installation below says what is lacking.
        pythons = fitting or [load(path).alternatives[0].python]
        found = [str(path) for path in map(find_interpreter, pythons) if path]
        state.conf.memory_seed_loaders[path.parent.name].append(
            MemoryLoader(
                description=f"every test on {path.parent.name}",
                base_python=found or [f"python{pythons[0]}"],
                commands=[
                    _command("pytest", "-v", *tests, "--backend", path.parent.name)
                    for tests in _tests(path.parent.name)
                ],
            )
        )


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Install the library, as the harness does; without it no test runs.

    Not `commands_pre`, whose failure `ignore_errors` would let pass until the end.
    """
    declaration = ROOT / "backends" / tox_env.name / "environment.yaml"
    if declaration not in DECLARATIONS:
        return
    command = ["python", "-m", "bench.environments", str(declaration)]
    outcome = tox_env.execute(command, stdin=StdinSource.OFF, show=True, cwd=ROOT, run_id="library")
    if outcome.exit_code != Outcome.OK:
        raise Fail(f"the library of {tox_env.name} not being installed, for the reason above")


def _tests(backend: str) -> list[list[str]]:
    """Each in a process of its own: libraries keep state, and one that aborts takes only these tests down.

    Cells have processes of their own, which what drives them waits for: three tests keep two processors busy.
    """
    own = [Path("tests") / folder / f"test_{backend}.py" for folder in ("backends", "installed")]
    own.append(Path("tests") / "backends" / backend)
    return [
        ["tests/conformance"],
        ["-n", "3", "--dist", "worksteal", "tests/end_to_end"],
        *([str(path)] for path in own if (ROOT / path).exists()),
    ]


def _backends() -> list[str]:
    return [path.parent.name for path in DECLARATIONS]


def _command(*words: str) -> Command:
    return Command(list(words))

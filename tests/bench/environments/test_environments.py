"""Environments made for real, in a cache of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.environments import wheels
from bench.environments.declaration import Alternative, load
from bench.environments.ensure import Environment, ensure, find
from bench.environments.install import install_here
from bench.environments.interpreters import cache_folder
from bench.environments.probe import probe
from bench.environments.steps import Step
from bench.errors import UserError
from tests.bench.environments.declarations import HERE, declare, declare_toy

ROOT = Path(__file__).parents[3]

# Makes the environment that the folder argv[1] declares, telling each step.
PROCESS = """
import sys
from pathlib import Path
from backends.registry import Descriptor
from bench.environments.ensure import ensure
from tests.bench.environments.declarations import capabilities
path = Path(sys.argv[1]) / "toy" / "environment.yaml"
descriptor = Descriptor("toy", "", "toylibrary:Library", capabilities, path)
print(ensure(descriptor, lambda step: print(step.stage, step.detail, sep=": ", flush=True)).python)
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def folders_made() -> list[Path]:
    """Everything in the cache but locks and logs."""
    kinds = [cache_folder() / "environments", cache_folder() / "wheels"]
    return [path for kind in kinds if kind.exists() for path in kind.iterdir() if path.is_dir()]


def refusal(folder: Path, content: object) -> str:
    with pytest.raises(UserError) as raised:
        ensure(declare(folder, content), lambda step: None)
    assert "\n" not in str(raised.value)
    assert folders_made() == []
    return str(raised.value)


def test_two_processes_at_once_make_one_environment_that_outlives_them(tmp_path: Path) -> None:
    descriptor = declare_toy(tmp_path)
    processes = [start(tmp_path), start(tmp_path)]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    lines = [line for stdout, _ in outputs for line in stdout.splitlines()]
    assert lines.count("build: building toylibrary==1") == 1
    assert lines.index("install: what parties need") < lines.index("build: building toylibrary==1")
    assert len({stdout.splitlines()[-1] for stdout, _ in outputs}) == 1

    made = find(descriptor)
    assert made is not None
    assert made.made
    assert made.versions == {"python": probe(made.python, []).versions["python"], "toylibrary": "1"}
    assert probe(made.python, ["numpy", "safetensors"]).failure is None
    assert probe(made.python, ["pydantic"]).failure is not None

    # The interpreter under it is gone: it is no environment any more and is made anew, with the wheel kept.
    made.python.unlink()
    assert find(descriptor) is None
    steps: list[Step] = []
    assert ensure(descriptor, steps.append) == made
    assert any(step.stage == "build" and step.detail.startswith("kept from before") for step in steps)


def test_a_wheel_is_kept_for_what_it_was_built_against(tmp_path: Path) -> None:
    """One that was built against a version of a library may not load beside another."""
    path = declare_toy(tmp_path).environment
    assert path is not None
    first, second, again = (
        wheels._wheel_folder(load(path), Alternative(HERE, (requirement,)), Path(sys.executable))
        for requirement in ("other==1", "other==2", "other==1")
    )
    assert first == again != second


def test_the_library_in_this_interpreter_is_used_as_it_is(tmp_path: Path) -> None:
    descriptor = declare(tmp_path, {"imports": "yaml", "alternatives": [{"python": HERE}]})
    environment = ensure(descriptor, lambda step: pytest.fail(f"{step} made something"))
    versions = environment.versions
    assert environment == Environment("toy", Path(sys.executable), versions, made=False)
    assert set(versions) == {"python", "pyyaml"}


def test_a_requirement_that_cannot_be_met_leaves_a_sentence_and_nothing_else(tmp_path: Path) -> None:
    alternative = {"python": HERE, "requirements": ["numpy==0.0.1"]}
    text = refusal(tmp_path, {"imports": "toylibrary", "alternatives": [alternative]})
    assert "pip could not install numpy==0.0.1" in text
    [log] = (cache_folder() / "logs").iterdir()
    assert str(log) in text
    assert "numpy==0.0.1" in log.read_text()


def test_a_library_that_is_installed_and_does_not_import_is_no_environment(tmp_path: Path) -> None:
    descriptor = declare_toy(tmp_path, version=2)
    with pytest.raises(UserError, match=r"does not import \(ImportError: made for another machine\)"):
        ensure(descriptor, lambda step: None)
    assert list((cache_folder() / "environments").glob("*/")) == []


def test_an_interpreter_that_is_not_here_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    text = refusal(
        tmp_path, {"imports": "toylibrary", "alternatives": [{"python": "3.2"}, {"python": "3.1"}]}
    )
    assert "Python 3.2 was not found" in text
    assert "Python 3.1 was not found" in text
    assert "`pyenv install 3.2`" in text


def test_a_glibc_that_is_too_old_is_named(tmp_path: Path) -> None:
    text = refusal(tmp_path, {"imports": "toylibrary", "alternatives": [{"python": HERE, "glibc": "99.0"}]})
    assert f"Python {HERE} needs glibc 99.0" in text


def test_a_missing_compiler_is_named_before_anything_is_built(tmp_path: Path) -> None:
    descriptor = declare_toy(tmp_path, compilers=["no-such-compiler"])
    with pytest.raises(UserError, match=r"none of no-such-compiler is on PATH; install a C\+\+ compiler"):
        ensure(descriptor, lambda step: None)
    assert folders_made() == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="set BENCH_CACHE to a folder of your own"):
        ensure(declare_toy(tmp_path), lambda step: None)


def test_an_interruption_leaves_nothing_half_made_and_no_process(tmp_path: Path) -> None:
    declare_toy(tmp_path, version=3)
    process = start(tmp_path)
    assert process.stdout is not None
    for line in process.stdout:
        if line == "build: building toylibrary==3\n":
            break
    building = children(process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=600)
    assert process.returncode == -signal.SIGINT
    assert folders_made() == []
    assert len(building) == 1
    deadline = time.monotonic() + 600
    while alive(building[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(building[0])


def test_what_was_kept_of_a_build_and_is_cut_short_is_read_anew(tmp_path: Path) -> None:
    python = tmp_path / "made" / "bin" / "python"
    kept = tmp_path / "made" / "built_with.json"
    kept.parent.mkdir()
    kept.write_text('{"compiler": "GC')
    environment = Environment("toy", python, {}, made=True)
    assert environment.built_with() == {}
    assert kept.read_text() == "{}\n"


def test_tox_installs_only_into_a_declared_interpreter(tmp_path: Path) -> None:
    path = declare(tmp_path, {"imports": "toylibrary", "alternatives": [{"python": "3.2"}]}).environment
    assert path is not None
    with pytest.raises(UserError, match=f"toy declares Python 3.2, not {HERE}"):
        install_here(load(path), lambda step: None)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

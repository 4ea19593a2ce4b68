"""What an `environment.yaml` may say, and what is said when it says something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.environments.declaration import PARTY_REQUIREMENTS, Build, load
from bench.errors import UserError
from tests.bench.environments.declarations import declare, declare_toy

ROOT = Path(__file__).parents[3]
ALTERNATIVE = {"python": "3.11", "requirements": ["numpy"]}


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("backends/*/environment.yaml")), ids=lambda path: path.parent.name
)
def test_every_backends_declaration_pins_what_it_installs(path: Path) -> None:
    declaration = load(path)
    built = [declaration.build.requirement] if declaration.build else []
    for alternative in declaration.alternatives:
        assert all("==" in requirement for requirement in [*alternative.requirements, *built])
        assert alternative.requirements or built


def test_parties_require_no_more_than_the_front_process_allows() -> None:
    lines = PARTY_REQUIREMENTS.read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith("#")]
    project = (ROOT / "pyproject.toml").read_text()
    assert len(requirements) == 2
    assert all(f'"{requirement}"' in project for requirement in requirements)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"imports": "x"}, "lacks the key 'alternatives'"),
        ({"imports": "x", "alternatives": []}, "write at least one"),
        ({"import": "x", "alternatives": [ALTERNATIVE]}, "did you mean imports?"),
        ({"imports": 3, "alternatives": [ALTERNATIVE]}, "imports is 3; write it as text"),
        ({"imports": "x", "alternatives": [{"python": 3.1}]}, "python is 3.1; write it as text in quotes"),
        (
            {"imports": "x", "alternatives": [{"python": "3.11", "requirements": "numpy"}]},
            "write it as a list",
        ),
        ({"imports": "x", "alternatives": [ALTERNATIVE], "build": "make"}, "build must be a table"),
        (
            {
                "imports": "x",
                "alternatives": [ALTERNATIVE],
                "build": {"script": "no.py", "requirement": "x==1"},
            },
            "no script no.py",
        ),
        ({"imports": "x", "alternatives": [ALTERNATIVE], "apart": True}, "apart is True; write it as text"),
        ({"imports": "x", "alternatives": [ALTERNATIVE], "builds": ["hexl"]}, "builds must be a table"),
        (
            {"imports": "x", "alternatives": [ALTERNATIVE], "builds": {"hexl": {"flags": "-O3"}}},
            "lacks the key 'script', and so does build",
        ),
        (
            {"imports": "x", "alternatives": [ALTERNATIVE], "builds": {"hexl": {"flag": "-O3"}}},
            "did you mean flags?",
        ),
        (["imports"], "must be a table"),
    ],
)
def test_a_wrong_declaration_is_one_sentence_with_the_remedy(
    tmp_path: Path, content: object, sentence: str
) -> None:
    path = declare(tmp_path, content).environment
    assert path is not None
    with pytest.raises(UserError) as raised:
        load(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_text_that_is_no_yaml(tmp_path: Path) -> None:
    path = tmp_path / "environment.yaml"
    path.write_text("imports: [")
    with pytest.raises(UserError, match="is not YAML"):
        load(path)
    with pytest.raises(UserError, match="cannot be read"):
        load(tmp_path / "absent.yaml")


def test_the_digest_follows_the_declaration_and_the_build_script(tmp_path: Path) -> None:
    path = declare_toy(tmp_path).environment
    assert path is not None
    first = load(path).digest
    assert load(path).digest == first
    script = path.with_name("build.py")
    script.write_text(script.read_text() + "\n# changed\n")
    second = load(path).digest
    path.write_text(path.read_text() + "\n# changed\n")
    assert len({first, second, load(path).digest}) == 3


def test_a_build_differs_from_the_usual_one_in_what_it_says(tmp_path: Path) -> None:
    own = {"alternatives": [{"python": "3.12"}], "script": "own.py", "requirement": "toylibrary==2"}
    toy = declare_toy(tmp_path, compilers=["c++"], builds={"fast": {"flags": "-O3"}, "own": own})
    assert toy.environment is not None
    script = toy.environment.with_name("own.py")
    script.write_text("")
    usual = load(toy.environment)
    fast, other = usual.of("fast"), usual.of("own")
    assert usual.of("default") is usual
    assert fast.build == replace(usual.build or other.build, flags="-O3")
    assert fast.alternatives == usual.alternatives
    assert other.build == Build(script=script, requirement="toylibrary==2", compilers=("c++",))
    assert [alternative.python for alternative in other.alternatives] == ["3.12"]
    assert len({usual.digest, fast.digest, other.digest}) == 3
    with pytest.raises(UserError, match="no build 'slow'; it has default, fast, own"):
        usual.of("slow")

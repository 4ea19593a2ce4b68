"""Modules as one script: in the order of their imports, and nothing that is understood by halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.html.modules import ModuleError, join, ordered


def write(folder: Path, **modules: str) -> Path:
    """Modules by their names; two underscores are a folder."""
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def test_a_module_comes_once_and_after_all_that_it_imports(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        main='import { one } from "./sections/one.js";\nimport { two } from "./two.js";\n',
        sections__one='import { two } from "../two.js";\nexport const one = two;\n',
        two="export const two = 2;\n",
        unused="export const three = 3;\n",
    )
    assert ordered(folder, "main.js") == ["two.js", "sections/one.js", "main.js"]


def test_a_module_is_a_scope_that_returns_its_exports_and_takes_its_imports(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        main='import {\n  one,\n  two as second,\n} from "./two.js";\n\none(second);\n',
        two="export function one() {}\n\nexport async function two() {}\n\nconst hidden = 1;\n",
    )
    text = join(folder, "main.js")
    assert 'const {\n  one,\n  two: second,\n} = modules["two.js"];' in text
    assert "return { one, two };" in text
    assert "hidden," not in text
    assert "import" not in text
    assert "export" not in text


@pytest.mark.parametrize(
    "line",
    [
        'import "./two.js";',
        'import * as two from "./two.js";',
        "import two from './two.js';",
        "export default 1;",
        "export let changing = 1;",
        'export { two } from "./two.js";',
    ],
)
def test_another_form_is_refused_by_name(tmp_path: Path, line: str) -> None:
    folder = write(tmp_path, main=f"{line}\n", two="export const two = 2;\n")
    with pytest.raises(ModuleError, match=r"main\.js has a line that cannot be joined"):
        join(folder, "main.js")


def test_a_circle_is_refused_with_its_modules(tmp_path: Path) -> None:
    one, two = 'import { two } from "./two.js";\n', 'import { one } from "./one.js";\n'
    with pytest.raises(ModuleError, match=r"circle: one\.js → two\.js → one\.js"):
        join(write(tmp_path, main='import { one } from "./one.js";\n', one=one, two=two), "main.js")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModuleError, match=r"there is no module gone\.js"):
        join(write(tmp_path, main='import { one } from "./gone.js";\n'), "main.js")

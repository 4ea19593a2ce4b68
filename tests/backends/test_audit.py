"""An audit notes calls at the binding's own methods, and says by name what differs."""

from __future__ import annotations

import decimal
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from backends.audit import Audit, Binding
from backends.errors import BackendError, ExecutionError
from backends.registry import available, load_binding

ROTATION = {"rotations": 1}


class Engine:
    """A binding: `rotate_twice` and `turn` call other methods, which is its own affair."""

    def rotate(self, a: float, step: int) -> float:
        return a + step

    def rotate_twice(self, a: float, step: int) -> float:
        return self.rotate(self.rotate(a, step), step)

    def multiply(self, a: float, b: object) -> float:
        return a

    def turn(self, a: float) -> float:
        return self.rotate(a, 1)

    @staticmethod
    def encode(a: float) -> float:
        return a


def installed(
    monkeypatch: pytest.MonkeyPatch, owner: type, methods: dict[str, Any], **made_of: dict[str, int]
) -> tuple[Audit, Any]:
    """An audit of a class in a module of its own, and the class as an adapter would import it."""
    module = ModuleType("audited_library")
    vars(module)["Engine"] = owner
    monkeypatch.setitem(sys.modules, "audited_library", module)
    audit = Audit(Binding({"audited_library:Engine": methods}, made_of))
    audit.install()
    return audit, vars(import_module("audited_library"))["Engine"]


def engine() -> type:
    """A class of its own for each test, whose methods an audit may replace."""
    return type("Engine", (), dict(vars(Engine)))


def test_calls_are_counted_once_whatever_they_call(monkeypatch: pytest.MonkeyPatch) -> None:
    methods = {"rotate": ROTATION, "rotate_twice": {"rotations": 2}, "encode": {}}
    audit, library = installed(monkeypatch, engine(), methods)
    assert library().rotate_twice(1.0, 2) + library.encode(3.0) == 8.0
    audit.check("a step", {"rotations": 2}, {"rotations": 2})
    library().rotate(1.0, step=2)
    audit.check("another step", ROTATION, ROTATION)


def test_what_differs_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    audit, library = installed(monkeypatch, engine(), {"rotate": ROTATION})
    library().rotate(1.0, 2)
    library().rotate(1.0, 2)
    with pytest.raises(
        ExecutionError,
        match=r"layer x: .* 2 rotations where the plan has 1 and the adapter counted 1 \(calls: 2 rotate\)",
    ):
        audit.check("layer x", ROTATION, ROTATION)
    with pytest.raises(ExecutionError, match="0 rotations where the plan has 1"):
        audit.check("a step without calls", ROTATION, ROTATION)
    library().rotate(1.0, 2)
    with pytest.raises(ExecutionError, match="1 rotations where the plan has 1 and the adapter counted 0"):
        audit.check("a step that is not counted", ROTATION, {})


def test_a_call_without_a_meaning_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    audit, library = installed(monkeypatch, engine(), {"rotate": ROTATION})
    library().turn(1.0)
    audit.forget()
    library().turn(1.0)
    with pytest.raises(ExecutionError, match="called turn"):
        audit.check("a step", {}, {})


def test_the_last_operand_can_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    methods = {"multiply": {"ct_pt": 1}, "multiply(Engine)": {"ct_ct": 1, "relinearisations": 1}}
    audit, library = installed(monkeypatch, engine(), methods)
    library().multiply(1.0, 2.0)
    audit.check("a plaintext", {"ct_pt": 1}, {"ct_pt": 1})
    library().multiply(1.0, library())
    both = {"ct_ct": 1, "relinearisations": 1}
    audit.check("a ciphertext", both, both)


def test_a_call_may_execute_something_for_each_item_of_its_last_operand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    methods = {"multiply": {"ct_pt": 1}, "multiply(each more)": {"ct_pt": 1, "additions": 1}}
    audit, library = installed(monkeypatch, engine(), methods)
    library().multiply(1.0, [2.0, 3.0, 4.0])
    audit.check("a sum of products", *[{"ct_pt": 3, "additions": 2}] * 2)
    library().multiply(1.0, [2.0])
    library().multiply(1.0, 2.0)
    audit.check("two products", {"ct_pt": 2}, {"ct_pt": 2})
    library().multiply(1.0, [2.0, 3.0])
    with pytest.raises(ExecutionError, match="2 ct_pt where the plan has 1"):
        audit.check("a product", {"ct_pt": 1, "additions": 1}, {"ct_pt": 1, "additions": 1})


def test_a_primitive_may_be_made_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    methods = {"multiply": {"ct_pt": 1}, "rotate": {"rescales": 1}}
    audit, library = installed(monkeypatch, engine(), methods, drops={"ct_pt": 1, "rescales": 1})
    library().rotate(library().multiply(1.0, 2.0), 1)
    audit.check("a drop", {"drops": 1}, {"drops": 1})


def test_a_class_that_cannot_be_changed_is_replaced_by_one_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError):
        decimal.Decimal.sqrt = None  # type: ignore[method-assign, assignment]
    audit, library = installed(monkeypatch, decimal.Decimal, {"sqrt": ROTATION, "__add__": {"additions": 1}})
    assert (library(16).sqrt(), library(1) + library(2)) == (4, 3)
    both = {**ROTATION, "additions": 1}
    audit.check("a root and a sum", both, both)


@pytest.mark.parametrize(
    ("target", "methods", "said"),
    [
        ("audited_library:Engine", {"twist": ROTATION}, "no method twist"),
        ("audited_library:Motor", {"rotate": ROTATION}, "no class Motor"),
        ("audited_library:Engine", {"rotate": {"spins": 1}}, "spins, under which nothing is counted"),
    ],
)
def test_a_binding_that_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, target: str, methods: dict[str, Any], said: str
) -> None:
    module = ModuleType("audited_library")
    vars(module)["Engine"] = engine()
    monkeypatch.setitem(sys.modules, "audited_library", module)
    with pytest.raises(BackendError, match=said):
        Audit(Binding({target: methods})).install()


def test_every_backend_with_a_library_says_what_its_calls_execute() -> None:
    for name, descriptor in available().items():
        assert (descriptor.audit is None) == descriptor.simulates, name
        if descriptor.audit is not None:
            assert load_binding(descriptor.audit).calls

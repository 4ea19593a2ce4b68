"""An audit: what a library executed, counted at its binding and apart from the adapter.

An adapter counts what it executes, and a replay compares that with the program; what an adapter executes
and does not count would pass. So an audit puts functions that note each call in the place of the binding's
own methods, before the adapter imports them. What a call executes is plain data in the backend's folder, a
`Binding`. A call that another call makes is the library's own affair and is not counted again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module

from backends.errors import BackendError, ExecutionError
from backends.primitives import COUNTED, primitive
from backends.program import Instruction, Program, primitives

#: How often each primitive is executed, by the name that it is counted under.
Counts = Mapping[str, int]
#: A method's name → what one call of it executes.
Methods = Mapping[str, Counts]

#: The operators that a class of ciphertexts may have; its other methods with such names compute nothing.
OPERATORS = frozenset(
    f"__{prefix}{name}__"
    for name in ("add", "sub", "mul", "matmul", "truediv", "pow", "lshift", "rshift", "xor")
    for prefix in ("", "r", "i")
) | {"__neg__", "__invert__"}


@dataclass(frozen=True)
class Binding:
    """What the calls into a library execute.

    Attributes:
        calls: `module:Class` → each method of the class that an evaluation may call → what one call executes,
            nothing for one that computes no primitive. A name such as `EvalMult(Ciphertext)` is for calls
            whose last positional operand is of that class, and one such as `rotate_many(each more)` for what
            each item of the last positional operand adds after the first, where a call takes several. Any
            other method that is called is an error.
        made_of: a primitive for which the library has no call → what the adapter makes one of.
    """

    calls: Mapping[str, Methods]
    made_of: Mapping[str, Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        meanings = [counts for methods in self.calls.values() for counts in methods.values()]
        named = {*self.made_of, *(name for counts in (*meanings, *self.made_of.values()) for name in counts)}
        unknown = sorted(named.difference(COUNTED))
        if unknown:
            raise BackendError(
                f"an audit's binding names {', '.join(unknown)}, under which nothing is counted; "
                f"there are {', '.join(COUNTED)}"
            )

    def executed(self, counts: Counts) -> Counter[str]:
        """What the library executes where an adapter does these primitives."""
        total: Counter[str] = Counter()
        for name, times in counts.items():
            for part, each in self.made_of.get(name, {name: 1}).items():
                total[part] += times * each
        return total


class Audit:
    """Notes the calls into a library, in this process and from its installation on."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._noted: list[tuple[str, Counts | None]] = []
        self._counted: Counter[str] = Counter()
        self._within = threading.local()

    def install(self) -> None:
        """Put the functions that note in the place of the library's own; it is imported here.

        Raises:
            BackendError: the binding names a class or a method that the library does not have.
        """
        for target, methods in self._binding.calls.items():
            module, _, name = target.partition(":")
            place = vars(import_module(module))
            if not isinstance(place.get(name), type):
                raise BackendError(f"{module} has no class {name}; correct the audit's binding")
            place[name] = self._noting(place[name], methods)

    def forget(self) -> None:
        """Begin anew."""
        self._noted.clear()

    def executed(self, program: Program, index: int, instruction: Instruction, counts: Counts) -> None:
        """Hold the calls since the last instruction of a replay to this one.

        What reads and writes ciphertexts between instructions of a program is no part of it.

        Args:
            program: what is replayed.
            index: of the instruction.
            instruction: that was executed.
            counts: the adapter's counts so far.

        Raises:
            ExecutionError: as of `check`.
        """
        counted = Counter(counts)
        if primitive(instruction.operation).counted in COUNTED:
            layer = program.layers[instruction.layer]
            what = f"instruction {index} ({instruction.operation}, layer {layer})"
            self.check(what, primitives(instruction), counted - self._counted)
        else:
            self.forget()
        self._counted = counted

    def check(self, what: str, planned: Counts, reported: Counts) -> None:
        """Hold the calls since the last check to a plan and to an adapter's own word, then begin anew.

        Args:
            what: what was done, for the sentence.
            planned: the primitives that it consists of.
            reported: the primitives that the adapter counted.

        Raises:
            ExecutionError: the three differ, or a method was called whose meaning is not declared.
        """
        noted = self._noted.copy()
        self.forget()
        unknown = sorted({name for name, counts in noted if counts is None})
        if unknown:
            raise ExecutionError(
                f"{what}: the adapter called {', '.join(unknown)}, and the audit's binding does not say what "
                "that executes; declare it there"
            )
        executed: Counter[str] = Counter()
        for _, counts in noted:
            executed.update(counts)
        due, told = self._binding.executed(planned), self._binding.executed(reported)
        differing = [name for name in COUNTED if not executed[name] == due[name] == told[name]]
        if differing:
            text = ", ".join(
                f"{executed[name]} {name} where the plan has {due[name]} and the adapter counted {told[name]}"
                for name in differing
            )
            calls = ", ".join(f"{times} {name}" for name, times in Counter(name for name, _ in noted).items())
            raise ExecutionError(
                f"{what}: the library executed {text} (calls: {calls or 'none'}); "
                "the adapter must count each call and follow the program"
            )

    def _noting(self, owner: type, methods: Methods) -> type:
        """A class whose calls are noted: the same one or, where it cannot be changed, one derived from it."""
        for name in {method.partition("(")[0] for method in methods}:
            if not callable(getattr(owner, name, None)):
                raise BackendError(f"{owner.__name__} has no method {name}; correct the audit's binding")
        known = OPERATORS.union(methods)  # a class whose objects are themselves called declares `__call__`
        names = [name for name in dir(owner) if not name.startswith("_") or name in known]
        noting = {name: self._wrapped(owner, name, methods) for name in names if _is_method(owner, name)}
        try:
            for name, method in noting.items():
                setattr(owner, name, method)
        except TypeError:  # a class written in C, whose methods cannot be replaced
            return type(owner.__name__, (owner,), noting)
        return owner

    def _wrapped(self, owner: type, name: str, methods: Methods) -> object:
        original: Callable[..., object] = getattr(owner, name)

        @wraps(original)
        def noting(*operands: object, **named: object) -> object:
            if getattr(self._within, "call", False):
                return original(*operands, **named)
            self._within.call = True
            try:
                return original(*operands, **named)
            finally:
                self._within.call = False
                self._noted.append((name, _meaning(name, operands, methods)))

        is_static = isinstance(vars(owner).get(name), staticmethod)
        return staticmethod(noting) if is_static else noting


def _meaning(name: str, operands: tuple[object, ...], methods: Methods) -> Counts | None:
    """What a call executes, by its last operand's class where that decides; None where it is not declared."""
    for kind in type(operands[-1]).__mro__ if operands else ():
        if (exact := f"{name}({kind.__name__})") in methods:
            return methods[exact]
    if (several := f"{name}(each more)") not in methods:
        return methods.get(name)
    more = len(operands[-1]) - 1 if operands and isinstance(operands[-1], Sized) else 0
    total = Counter(methods[name])
    for part, times in methods[several].items():
        total[part] += more * times
    return total


def _is_method(owner: type, name: str) -> bool:
    """Whether a class has a method of its own or inherited, and not what `object` gives to every class."""
    return callable(getattr(owner, name)) and not isinstance(getattr(owner, name), type)

"""What SEAL's own class of operations executes at each call, whichever binding shows it."""

from __future__ import annotations

from backends.audit import Binding

#: A method of `seal::Evaluator` → what one call executes.
METHODS = {
    "add": {"additions": 1},
    "sub": {"additions": 1},
    "add_plain": {"additions": 1},
    "negate": {"negations": 1},
    "multiply": {"ct_ct": 1},
    "multiply_plain": {"ct_pt": 1},
    "multiply_plain_inplace": {"ct_pt": 1},
    "relinearize": {"relinearisations": 1},
    "rescale_to_next": {"rescales": 1},
    "rescale_to_next_inplace": {"rescales": 1},
    "mod_switch_to": {},
    "apply_galois": {"rotations": 1},
    "complex_conjugate": {"conjugations": 1},
}


def binding(evaluator: str, **more: dict[str, int]) -> Binding:
    """The binding of a library that shows the class as `module:Class`, and `more` of its methods."""
    return Binding(calls={evaluator: {**METHODS, **more}}, made_of={"drops": {"ct_pt": 1, "rescales": 1}})

"""What each call of seal-python executes, for audits."""

from backends.audit import Binding

BINDING = Binding(
    calls={
        "seal:Evaluator": {
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
            "mod_switch_to_inplace": {},
            "apply_galois": {"rotations": 1},
            "complex_conjugate": {"conjugations": 1},
        }
    },
    made_of={"drops": {"ct_pt": 1, "rescales": 1}},
)

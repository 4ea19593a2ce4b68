"""What each call of a Pyfhel object executes, for audits."""

from backends.audit import Binding

BINDING = Binding(
    calls={
        "Pyfhel:Pyfhel": {
            "encode": {},
            "contextGen": {},  # of an encoder of a lower level
            "add": {"additions": 1},
            "sub": {"additions": 1},
            "add_plain": {"additions": 1},
            "negate": {"negations": 1},
            "multiply": {"ct_ct": 1},
            "multiply_plain": {"ct_pt": 1},
            "relinearize": {"relinearisations": 1},
            "rescale_to_next": {"rescales": 1},
            "mod_switch_to_next_ctxt": {},
            "rotate": {"rotations": 1},
        }
    },
    # A conjugation is a relinearisation by its key, of values read backwards.
    made_of={"drops": {"ct_pt": 1, "rescales": 1}, "conjugations": {"relinearisations": 1}},
)

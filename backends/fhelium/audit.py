"""What each call of FHElium's engine executes, for audits."""

from backends.audit import Binding

BINDING = Binding(
    calls={
        "fhelium.eager:Engine": {
            "encode": {},
            "prepare_plaintext_for_multiplication": {},
            "prepare_compressed_plaintext": {},
            "coefficient_domain_to_ntt_domain": {},
            "ntt_domain_to_coefficient_domain": {},
            "mod_switch_to_depth": {},
            "add": {"additions": 1},
            "add_": {"additions": 1},
            "subtract": {"additions": 1},
            "negate": {"negations": 1},
            "add_plaintext": {"additions": 1},
            "multiply_plaintext": {"ct_pt": 1},
            "multiply_plaintext_": {"ct_pt": 1},
            "multiply": {"ct_ct": 1},
            "relinearize": {"relinearisations": 1},
            "rescale_to_next_depth": {"rescales": 1},
            "rescale_to_next_depth_": {"rescales": 1},
            "rotate_with_key": {"rotations": 1},
            # Hoisted: the digits are computed once.
            "rotate_many_with_keys": {"rotations": 1},
            "rotate_many_with_keys(each more)": {"rotations": 1},
            "conjugate": {"conjugations": 1},
        },
        "fhelium.experimental.bootstrap:FullSlotBootstrap": {"__call__": {"bootstraps": 1}},
    },
    # A drop cuts primes off, and multiplies by 1 at the scale that makes the next one canonical.
    made_of={"drops": {"ct_pt": 1, "rescales": 1}},
)

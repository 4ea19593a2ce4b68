"""What each call of OpenFHE's Python bindings executes, for audits."""

from backends.audit import Binding

BINDING = Binding(
    calls={
        "openfhe:CryptoContext": {
            "MakeCKKSPackedPlaintext": {},
            "EvalAdd": {"additions": 1},
            "EvalAddInPlace": {"additions": 1},
            "EvalAddMutable": {"additions": 1},
            "EvalAddMutableInPlace": {"additions": 1},
            "EvalSubMutable": {"additions": 1},
            "EvalNegate": {"negations": 1},
            "EvalMult": {"ct_pt": 1},
            "EvalMult(Ciphertext)": {"ct_ct": 1, "relinearisations": 1},
            "EvalMultNoRelin": {"ct_ct": 1},
            "Relinearize": {"relinearisations": 1},
            "Compress": {"rescales": 1},
            "EvalRotate": {"rotations": 1},
            # Hoisted: the digits are computed once, and each rotation is a call of its own.
            "EvalFastRotationPrecompute": {},
            "EvalFastRotation": {"rotations": 1},
            "EvalFastRotationExt": {"rotations": 1},
            "KeySwitchDown": {},
            "GetExistingEvalAutomorphismKeyIndices": {},
            "GetEvalAutomorphismKeyMap": {},
            "EvalAutomorphism": {"conjugations": 1},
            # With two iterations too: one call, and one bootstrap.
            "EvalBootstrap": {"bootstraps": 1},
            "EvalBootstrapStCFirst": {"bootstraps": 1},
        },
        "openfhe:Ciphertext": {
            "GetLevel": {},
            "GetKeyTag": {},
            "GetNoiseScaleDeg": {},
            "NumberCiphertextElements": {},
            "__add__": {"additions": 1},
        },
    },
    # A drop cuts primes off and adds a zero, at which the library adjusts the scale; what a bootstrap returns
    # is a product.
    made_of={"drops": {"rescales": 1, "additions": 1}, "bootstraps": {"bootstraps": 1, "rescales": 1}},
)

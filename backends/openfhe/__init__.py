"""OpenFHE: CKKS with genuine bootstrapping (Al Badawi et al. 2022)."""

from pathlib import Path

from backends.footprint import Footprint
from backends.openfhe import footprint
from backends.openfhe.capabilities import capabilities
from backends.openfhe.noise import TRAITS
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="openfhe",
    summary="OpenFHE: CKKS with bootstrapping, hoisting and the extended basis, up to N = 2^17",
    adapter="backends.openfhe.adapter:OpenFHE",
    capabilities=capabilities,
    footprint=Footprint(
        process_bytes=50_000_000,
        context_bytes=footprint.context_bytes,
        constant_residues=footprint.CONSTANT_RESIDUES,
        working_share=footprint.WORKING_SHARE,
        keys_together=footprint.keys_together,
        build_shares=footprint.BUILD_SHARES,
    ),
    environment=Path(__file__).with_name("environment.yaml"),
    noise=TRAITS,
    times=Path(__file__).with_name("times.json"),
    threaded=True,
    releases_gil=True,
    keeps_secret_key=True,
    attack="backends.openfhe.attack:attempts",
    audit="backends.openfhe.audit:BINDING",
)

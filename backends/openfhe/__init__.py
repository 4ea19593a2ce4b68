"""OpenFHE: CKKS with genuine bootstrapping (Al Badawi et al. 2022)."""

from pathlib import Path

from backends.openfhe.capabilities import capabilities
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="openfhe",
    summary="OpenFHE: CKKS with bootstrapping, hoisting and the extended basis, up to N = 2^17",
    adapter="backends.openfhe.adapter:OpenFHE",
    capabilities=capabilities,
    environment=Path(__file__).with_name("environment.yaml"),
    threaded=True,
    attack="backends.openfhe.attack:attempts",
    audit="backends.openfhe.audit:BINDING",
)

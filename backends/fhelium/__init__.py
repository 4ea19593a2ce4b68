"""FHElium: CKKS over tensors of torch, on processors (Gong and PuQing 2026)."""

from pathlib import Path

from backends.fhelium.capabilities import capabilities
from backends.fhelium.footprint import KEYS_TOGETHER, WORKING_SHARE, context_bytes
from backends.fhelium.noise import TRAITS
from backends.footprint import Footprint
from backends.parameters import BootstrapParameters, ParameterSet
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="fhelium",
    summary="FHElium 0.30 over torch, built from source: hoisting, compact constants, bootstraps",
    adapter="backends.fhelium.adapter:FHElium",
    capabilities=capabilities,
    footprint=Footprint(
        # Three quarters of it is torch.
        process_bytes=245_000_000,
        context_bytes=context_bytes,
        working_share=WORKING_SHARE,
        keys_together=lambda rotations, bootstraps: KEYS_TOGETHER,
    ),
    environment=Path(__file__).with_name("environment.yaml"),
    noise=TRAITS,
    times=Path(__file__).with_name("times.json"),
    threaded=True,
    attack="backends.fhelium.attack:attempts",
    audit="backends.fhelium.audit:BINDING",
    bootstraps_at=ParameterSet(
        log_n=11,
        first_modulus_bits=51,
        scale_bits=50,
        depth=21,
        digits=6,
        security=0,
        bootstrap=BootstrapParameters((2, 2), correction_factor=4, depth=17),
    ),
)

"""FHElium: CKKS over tensors of torch, on processors (Gong and PuQing 2026)."""

from pathlib import Path

from backends.fhelium.capabilities import capabilities
from backends.fhelium.footprint import KEYS_TOGETHER, WORKING_SHARE, context_bytes
from backends.footprint import Footprint
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="fhelium",
    summary="FHElium 0.30 over torch, built from source: hoisting and compact constants; no bootstrap",
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
    threaded=True,
    attack="backends.fhelium.attack:attempts",
    audit="backends.fhelium.audit:BINDING",
)

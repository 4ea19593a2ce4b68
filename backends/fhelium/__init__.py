"""FHElium: CKKS over tensors of torch, on processors (Gong and PuQing 2026)."""

from pathlib import Path

from backends.fhelium.capabilities import capabilities
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="fhelium",
    summary="FHElium 0.30 over torch, built from source: hoisting and compact constants; no bootstrap",
    adapter="backends.fhelium.adapter:FHElium",
    capabilities=capabilities,
    environment=Path(__file__).with_name("environment.yaml"),
    threaded=True,
    attack="backends.fhelium.attack:attempts",
    audit="backends.fhelium.audit:BINDING",
)

"""The adapter over Pyfhel's binding of Microsoft SEAL."""

from dataclasses import replace
from pathlib import Path

from backends.footprint import Footprint
from backends.pyfhel.capabilities import capabilities
from backends.pyfhel.footprint import context_bytes
from backends.registry import Descriptor
from backends.seal import footprint
from backends.seal.noise import TRAITS

DESCRIPTOR = Descriptor(
    name="pyfhel",
    summary="Microsoft SEAL 4.1 through Pyfhel, built from source; no bootstrap",
    adapter="backends.pyfhel.adapter:Pyfhel",
    capabilities=capabilities,
    footprint=Footprint(
        process_bytes=41_000_000,
        context_bytes=context_bytes,
        working_share=footprint.WORKING_SHARE,
        pools=True,
        keys_together=lambda rotations, bootstraps: 3.6 if rotations else 2.0,
    ),
    environment=Path(__file__).with_name("environment.yaml"),
    noise=replace(TRAITS, figures=Path(__file__).with_name("noise.json")),
    times=Path(__file__).with_name("times.json"),
    attack="backends.pyfhel.attack:attempts",
    audit="backends.pyfhel.audit:BINDING",
)

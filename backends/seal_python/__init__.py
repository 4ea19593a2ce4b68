"""The adapter over seal-python, a binding of Microsoft SEAL and nothing more."""

from dataclasses import replace
from pathlib import Path

from backends.footprint import Footprint
from backends.registry import Descriptor
from backends.seal import footprint
from backends.seal.noise import TRAITS
from backends.seal_python.capabilities import capabilities

DESCRIPTOR = Descriptor(
    name="seal_python",
    summary="Microsoft SEAL 4.4 through seal-python, which wraps SEAL's classes alone; no bootstrap",
    adapter="backends.seal_python.adapter:SEALPython",
    capabilities=capabilities,
    footprint=Footprint(
        process_bytes=44_000_000,
        context_bytes=footprint.context_bytes,
        working_share=footprint.WORKING_SHARE,
        pools=True,
        keys_together=lambda rotations, bootstraps: 2.5,
    ),
    environment=Path(__file__).with_name("environment.yaml"),
    noise=replace(TRAITS, figures=Path(__file__).with_name("noise.json")),
    times=Path(__file__).with_name("times.json"),
    attack="backends.seal_python.attack:attempts",
    audit="backends.seal_python.audit:BINDING",
)

"""The adapter over TenSEAL's binding of Microsoft SEAL, `tenseal.sealapi`."""

from dataclasses import replace
from pathlib import Path

from backends.footprint import Footprint
from backends.registry import Descriptor
from backends.seal import footprint
from backends.seal.noise import TRAITS
from backends.tenseal.capabilities import capabilities
from backends.tenseal.native_limits import check_native

DESCRIPTOR = Descriptor(
    name="tenseal",
    summary="Microsoft SEAL 4.3 through TenSEAL's low-level binding; no bootstrap",
    adapter="backends.tenseal.adapter:TenSEAL",
    capabilities=capabilities,
    # Files are seeded, which halves them, and compressed: 0.395 to 0.43 of a key at N = 2^12 and 2^14.
    footprint=Footprint(
        process_bytes=44_000_000,
        context_bytes=footprint.context_bytes,
        working_share=footprint.WORKING_SHARE,
        pools=True,
        keys_together=lambda rotations, bootstraps: 2.5,
        key_file_share=0.4,
    ),
    environment=Path(__file__).with_name("environment.yaml"),
    noise=replace(TRAITS, figures=Path(__file__).with_name("noise.json")),
    times=Path(__file__).with_name("times.json"),
    native_types={
        "vectors": "backends.tenseal.native:Vectors",
        "tensors": "backends.tenseal.native:Tensors",
    },
    native_check=check_native,
    attack="backends.tenseal.attack:attempts",
    audit="backends.tenseal.audit:BINDING",
)

"""The adapter over TenSEAL's binding of Microsoft SEAL, `tenseal.sealapi`."""

from pathlib import Path

from backends.footprint import Footprint
from backends.registry import Descriptor
from backends.seal.footprint import context_bytes
from backends.tenseal.capabilities import capabilities
from backends.tenseal.native_limits import check_native

DESCRIPTOR = Descriptor(
    name="tenseal",
    summary="Microsoft SEAL 4.3 through TenSEAL's low-level binding; no bootstrap",
    adapter="backends.tenseal.adapter:TenSEAL",
    capabilities=capabilities,
    footprint=Footprint(process_bytes=44_000_000, context_bytes=context_bytes),
    environment=Path(__file__).with_name("environment.yaml"),
    native_types={
        "vectors": "backends.tenseal.native:Vectors",
        "tensors": "backends.tenseal.native:Tensors",
    },
    native_check=check_native,
    attack="backends.tenseal.attack:attempts",
    audit="backends.tenseal.audit:BINDING",
)

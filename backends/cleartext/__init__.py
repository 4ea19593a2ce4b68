"""The simulator: exact slots and levels, no cryptography. It runs any program in the clear."""

from backends.cleartext.adapter import capabilities
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="cleartext",
    summary="exact slots and levels in numpy, no cryptography: runs any program in the clear",
    adapter="backends.cleartext.adapter:Cleartext",
    capabilities=capabilities,
    simulates=True,
)

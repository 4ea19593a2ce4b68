"""The simulator: slots and levels, no cryptography. It runs any program in the clear.

It is exact, or draws the noise of the backend that a parameter set imitates (`backends.noise.drawn`).
"""

from pathlib import Path

from backends.cleartext.adapter import capabilities
from backends.footprint import Footprint
from backends.registry import Descriptor

DESCRIPTOR = Descriptor(
    name="cleartext",
    summary="exact slots and levels in numpy, no cryptography: runs any program in the clear",
    adapter="backends.cleartext.library:Cleartext",
    capabilities=capabilities,
    footprint=Footprint(process_bytes=37_000_000, encrypts=False),
    simulates=True,
    keeps_secret_key=True,
    times=Path(__file__).with_name("times.json"),
)

"""What decides SEAL's noise, whichever binding leads to it."""

from backends.noise.traits import Traits

TRAITS = Traits(divides_fresh=True)

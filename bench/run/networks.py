"""What traffic takes on the networks of the field: computed of counted bytes and rounds, not measured.

A round is a time that one party waits for the other: samples there and outputs back are one, and every
client-aided refresh is one more. Nothing overlaps with computation, and nothing is lost or shared.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.costs import Network


@dataclass(frozen=True)
class Profile:
    """A network, by the time of an empty message there and back and by what it carries each way."""

    name: str
    round_trip_s: float
    bytes_per_s: float

    def taken(self, keys_bytes: int, other_bytes: int, rounds: int) -> Network:
        """The seconds of the keys, which are sent once, and of everything after them."""
        return Network(
            name=self.name,
            round_trip_s=self.round_trip_s,
            bytes_per_s=self.bytes_per_s,
            keys_s=self.round_trip_s / 2 + keys_bytes / self.bytes_per_s,
            online_s=self.round_trip_s * rounds + other_bytes / self.bytes_per_s,
        )


#: Those to which the code of Cheetah (Huang et al. 2022, USENIX Security) shapes a loopback interface, by
#: `scripts/throttle.sh` in github.com/Alibaba-Gemini-Lab/OpenCheetah: 3 Gbit/s and 400 Mbit/s.
PROFILES = (Profile("LAN", 0.0003, 375e6), Profile("WAN", 0.040, 50e6))


def taken(keys_bytes: int, other_bytes: int, rounds: int) -> list[Network]:
    """On each of the networks."""
    return [profile.taken(keys_bytes, other_bytes, rounds) for profile in PROFILES]

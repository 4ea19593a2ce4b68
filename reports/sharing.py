"""What a record says of several key owners who share the secret key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reports.block import Block
from reports.quantities import Bytes, Count, Seconds


class SharingOwner(Block):
    """One of several key owners: its work, each piece of it by itself, and its traffic with all others."""

    name: str
    make_keys_s: Seconds
    write_keys_s: Seconds
    decrypt_s: Seconds
    peak_bytes: Bytes | None = None
    sent_bytes: Bytes | None = None
    received_bytes: Bytes | None = None


class Sharing(Block):
    """Several key owners who share the secret key (see `backends.threshold`).

    `among_bytes` and `among_messages` crossed between them, beside what `wire` counts; of these,
    `interactive_bootstraps` took `bootstrap_rounds` and `bootstrap_bytes`. The rest is about the
    noise with which they flood what they decrypt, as log2 of standard deviations in coefficients:
    `flooding_bits` of all of it together, `error_bits` of the error of an output without it, and
    `flooding_over_error_bits` the first less the second. `error_from` says where the error is from: it is
    measured where it shows beside the flooding, and else predicted by the noise model.
    """

    owners: Annotated[list[SharingOwner], Field(min_length=2)]
    among_bytes: Bytes
    among_messages: Count
    interactive_bootstraps: Count = 0
    bootstrap_rounds: Count = 0
    bootstrap_bytes: Bytes | None = None
    flooding_bits: float
    error_bits: float | None = None
    error_from: Literal["measured", "predicted"] | None = None
    flooding_over_error_bits: float | None = None

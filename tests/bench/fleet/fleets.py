"""Fleets for tests."""

from __future__ import annotations

from bench.spec.fleet import Fleet, MachineKind


def kind(name: str, **changes: object) -> MachineKind:
    """A kind of machine on which all toy cells fit."""
    usual = {"cores": 4, "memory_bytes": 10**10, "disk_bytes": 10**11, "price_per_hour": 1.0}
    return MachineKind.model_validate({"name": name, **usual, **changes})


def fleet(*kinds: MachineKind) -> Fleet:
    return Fleet(fleet="mine", title="my machines", currency="EUR", machines=kinds)

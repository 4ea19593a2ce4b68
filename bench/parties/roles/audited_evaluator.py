"""The evaluator under audit: what the library executes is counted at its own calls."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from backends.audit import Audit
from backends.primitives import COUNTED, primitive
from backends.program import Instruction, primitives
from backends.registry import load_binding
from bench.parties.channel import Channel
from bench.parties.messages import BeginAudit, Evaluate, Finished, Load, Prepare
from bench.parties.party import Party
from bench.parties.roles.evaluator import EvaluatorParty


class AuditedEvaluatorParty(Party):
    """Begins an audit before it imports the adapter, and is a usual evaluator then."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Take up the role; the adapter, a `backends.interface.Library`, is imported by `begin`."""
        super().__init__(folder, channel, adapter)
        self._adapter = adapter
        self.handles(BeginAudit, self.begin)

    def begin(self, request: BeginAudit) -> Finished:
        """Replace the library's methods, then import the adapter."""
        audit = Audit(load_binding(request.binding))
        audit.install()
        evaluator = _Audited(self.folder, self.channel, self._adapter, audit)
        self.handles(Load, evaluator.load)
        self.handles(Prepare, evaluator.prepare)
        self.handles(Evaluate, evaluator.evaluate)
        return Finished()


class _Audited(EvaluatorParty):
    """Holds every instruction to the library's calls."""

    def __init__(self, folder: Path, channel: Channel, adapter: str, audit: Audit) -> None:
        super().__init__(folder, channel, adapter)
        self._audit = audit
        self._counted: Counter[str] = Counter()

    def executed(self, batch: int, index: int, instruction: Instruction, seconds: float) -> None:
        """Compare what was executed with the plan; reading and writing ciphertexts is no part of it."""
        counts = Counter(self.evaluator.counts)
        if primitive(instruction.operation).counted in COUNTED:
            what = f"instruction {index} ({instruction.operation}, layer {self.layer(instruction)})"
            self._audit.check(what, primitives(instruction), counts - self._counted)
        else:
            self._audit.forget()
        self._counted = counts
        super().executed(batch, index, instruction, seconds)

"""The evaluator under audit: what the library executes is counted at its own calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backends.audit import Audit
from backends.program import Instruction
from backends.registry import load_binding
from bench.parties.channel import Channel
from bench.parties.messages import BeginAudit, Evaluate, Evaluated, Finished, Load, Prepare
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

    def evaluate(self, request: Evaluate) -> Evaluated:
        """Compute a batch from its beginning: no instruction calls what going on from a checkpoint does."""
        return super().evaluate(replace(request, checkpoint_s=None))

    def executed(self, batch: int, index: int, instruction: Instruction, seconds: float) -> None:
        """Compare what was executed with the plan and with the adapter's own counts."""
        self._audit.executed(self._program, index, instruction, self.evaluator.counts)
        super().executed(batch, index, instruction, seconds)

"""The conformance kit's process: it plays both parties of a backend, and imports the adapter when asked."""

from __future__ import annotations

import traceback
from pathlib import Path

from backends.conformance.kit import GROUPS, Check
from backends.conformance.parties import LeftOut, NotConforming
from bench.parties.channel import Channel
from bench.parties.checks import Checked, Checking, Conform
from bench.parties.messages import Finished
from bench.parties.party import Party


class ConformanceParty(Party):
    """Runs the checks of one group, and says of each what became of it."""

    def __init__(self, folder: Path, channel: Channel, adapter: str) -> None:
        """Take up the role; an audit must begin before the adapter is imported, so nothing is yet."""
        super().__init__(folder, channel, adapter)
        self.handles(Conform, self.conform)

    def conform(self, request: Conform) -> Finished:
        """Run the checks in order."""
        for check in GROUPS[request.group](request.candidate, self.folder):
            self.channel.send(Checking(check.name))
            self.channel.send(Checked(check.name, *_outcome(check)))
        return Finished()


def _outcome(check: Check) -> tuple[str, str]:
    """The state in which a check ends, and why; the traceback of what no check foresees is logged."""
    try:
        check.run()
    except LeftOut as reason:
        return "left out", str(reason)
    except NotConforming as reason:
        return "failed", str(reason)
    except Exception as error:
        traceback.print_exception(error)
        return "failed", f"{type(error).__name__}: {error}"
    return "passed", ""

"""The ways for a run to end after which nothing secret may be left."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bench.parties.conversation import Conversation
from reports.record import Status
from tests.end_to_end import saboteur
from tests.end_to_end.saboteur import HONEST
from tests.faults.faults import Trial, filled, freed, limited, nothing, send
from tests.faults.lasting import cut_off_in

#: What becomes of what a run left: nothing, the same command again, or `bench clean`.
STAYS, RESUMED, CLEANED = "stays", "resumed", "cleaned"
#: Ways for an evaluator to end.
ABORTS = "import os; evaluator.multiply_plain = lambda *terms: os.abort()"
SLEEPS = "import time; evaluator.multiply_plain = lambda *terms: time.sleep(86400)"
HOARDS = "import time; evaluator.multiply_plain = lambda *terms: (b'1' * (3 << 29), time.sleep(86400))"
#: How long a party that does nothing is waited for here.
IDLE_S = 5.0
#: What no key owner may do: its secrets go to its log, where they are text.
PRINTS = "import base64, sys; print(base64.b64encode(content).decode(), file=sys.stderr, flush=True)"


@dataclass(frozen=True)
class Ending:
    """How a run ends.

    Attributes:
        name: says it.
        stage: at whose beginning something is done to it; None where its parties do it themselves.
        inflict: does it.
        spoil: what is done to the evaluator, see `tests.end_to_end.saboteur`.
        status: of the record, None where it has no time to write one, or need not end so.
        limits: of the suite, beside its usual ones.
        before: is called in the run's process before it begins.
        after: what becomes of what it left.
        undo: is called before that.
        small: whether it needs a small disk.
        kept_keys: whether the suite keeps keys against the death of a run.
        owners: how many key owners there are.
        careless: what a key owner does with its secrets, which must be found then.
    """

    name: str
    stage: str | None = None
    inflict: Callable[[Trial], None] = nothing
    spoil: str = HONEST
    status: Status | None = Status.FAILED
    limits: str = ""
    before: Callable[[Trial], None] = nothing
    after: str = STAYS
    undo: Callable[[Trial], None] = nothing
    small: bool = False
    kept_keys: bool = False
    owners: int = 1
    careless: str = "return"


def of_signals() -> Iterator[Ending]:
    """A process is ended by a signal, or two; an image of its memory may be written where it is."""
    for target, stage, number in (
        ("evaluator", "evaluation", signal.SIGKILL),
        ("key_owner", "evaluation", signal.SIGKILL),
        ("key_owner", "decryption", signal.SIGKILL),
        ("key_owner", "decryption", signal.SIGSEGV),
    ):
        inflict = partial(send, target=target, numbers=[number], delay=0)
        yield Ending(f"{number.name} to the {target} in {stage}", stage, inflict)
    for stage, number, after in (
        ("encryption", signal.SIGKILL, CLEANED),
        ("evaluation", signal.SIGKILL, RESUMED),
        ("decryption", signal.SIGKILL, CLEANED),
        ("scoring", signal.SIGKILL, RESUMED),
        ("decryption", signal.SIGSEGV, CLEANED),
    ):
        inflict = partial(send, target="front", numbers=[number], delay=0)
        name = f"{number.name} to the front process in {stage}, then {after}"
        yield Ending(name, stage, inflict, status=None, after=after)
    for stage, numbers in (
        ("evaluation", [signal.SIGTERM]),
        ("decryption", [signal.SIGINT]),
        ("decryption", [signal.SIGTERM, signal.SIGTERM]),
        ("evaluation", [signal.SIGHUP, signal.SIGHUP]),
    ):
        inflict = partial(send, target="front", numbers=numbers, delay=0)
        name = f"{' and '.join(one.name for one in numbers)} to the front process in {stage}"
        yield Ending(name, stage, inflict, status=Status.INTERRUPTED)


def of_limits() -> Iterator[Ending]:
    """No room, no time, no memory, or a party that does nothing."""
    yield Ending(
        "a full disk from evaluation on",
        "evaluation",
        filled,
        status=None,
        undo=freed,
        after=RESUMED,
        small=True,
    )
    yield Ending("a read-only disk from decryption on", "decryption", _read_only, status=None, after=RESUMED)
    yield Ending(
        "a limit of time", spoil=SLEEPS, status=Status.TIMED_OUT, limits=", stages: {evaluate_s: 2.0}"
    )
    yield Ending("a limit of memory, of all processes together", spoil=HOARDS, status=Status.OUT_OF_MEMORY)
    for target, stage in (("evaluator", "evaluation"), ("key_owner", "decryption")):
        yield Ending(
            f"no more memory for the {target} from {stage} on",
            stage,
            partial(limited, target=target, kind=resource.RLIMIT_AS),
            status=None,
        )
        stop = partial(send, target=target, numbers=[signal.SIGSTOP], delay=0)
        name = f"the {target} stops in {stage}"
        yield Ending(name, stage, stop, status=Status.TIMED_OUT, before=_impatient)


def of_kept_keys() -> Iterator[Ending]:
    """A run that keeps its keys is killed within a batch."""
    for after in (RESUMED, CLEANED):
        yield Ending(
            f"SIGKILL to a front process that keeps its keys, then {after}",
            "evaluation",
            cut_off_in("front"),
            status=None,
            after=after,
            kept_keys=True,
            limits=", restarts: 1, checkpoint_s: 0.000001, keep_keys_s: 600",
        )


def of_several() -> Iterator[Ending]:
    """Three key owners, each with a share of the secret key."""
    yield Ending("three key owners, well", status=Status.OK, owners=3)
    kill = partial(send, target="share_holder", numbers=[signal.SIGKILL], delay=0)
    yield Ending("three key owners, one of whom is killed", "evaluation", kill, owners=3)
    kill = partial(send, target="front", numbers=[signal.SIGKILL], delay=0)
    yield Ending(
        "three key owners whose front process is killed, then cleaned",
        "decryption",
        kill,
        status=None,
        after=CLEANED,
        owners=3,
    )


def every(*, keeps_keys: bool, shares: bool) -> list[Ending]:
    """All of them that a library has.

    Args:
        keeps_keys: whether it tells its secret key to an adapter that keeps it, sealed.
        shares: whether several key owners can share its secret key.
    """
    found = [
        Ending("well", status=Status.OK),
        Ending("a key owner that prints its secrets", status=Status.OK, careless=PRINTS),
        Ending("a wrong result", spoil=saboteur.ZEROS),
        Ending("the evaluator aborts", spoil=ABORTS),
        *of_signals(),
        *of_limits(),
    ]
    return [*found, *(of_kept_keys() if keeps_keys else ()), *(of_several() if shares else ())]


def _read_only(trial: Trial) -> None:
    trial.front.go(read_only=True)


def _impatient(trial: Trial) -> None:
    """Wait for a party that does nothing as long as this test does, not for two minutes."""
    Conversation.__init__.__defaults__ = (IDLE_S,)  # type: ignore[misc]

"""Everything that could change a result, kept in its record: it says when the result is used again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reports.block import Block

#: What `bench run` says where an entry differs from that of the newest kept record.
CHANGED = {
    "program": "the code that encrypts, computes and measures has changed",
    "scoring": "the code that scores has changed",
    "adapter": "the backend's adapter has changed",
    "model": "the model has changed",
    "data": "the data have changed",
    "parameters": "the parameter set or its use has changed",
    "demanded": "the suite demands another precision or agreement",
    "libraries": "the versions of the libraries have changed",
    "build": "the build of the library has changed",
    "threads": "the number of threads has changed",
    "repeats": "the number of evaluations has changed",
    "probes": "layers are probed where they were not, or the other way round",
    "audit": "the library's calls are audited where they were not, or the other way round",
    "evaluator": "the evaluator runs on another machine",
}

#: Entries whose change leaves the raw outputs as they are.
SCORED_AGAIN = frozenset({"scoring", "demanded"})


class Origin(Block):
    """Everything that could change a result; there are no defaults, so that nothing is left out.

    But for `evaluator`, which records lack from before there was a choice.

    Attributes:
        program: digest of the code that encrypts, computes and measures.
        scoring: digest of the code that makes a ladder of raw outputs.
        adapter: digest of the backend's adapter.
        model: digest of the checkpoint's rungs.
        data: digest of the samples and of what is held out.
        parameters: digest of the parameter set's literal with how it is used.
        demanded: digest of the precision and the agreement that the suite demands.
        libraries: name → version of the HE library and what it is built on.
        build: which build of the library its parties run.
        threads: how many the evaluator uses.
        repeats: evaluations asked for; one does not answer a request for five.
        probes: whether layers are decrypted.
        audit: whether what the library executes was counted at its own calls.
        evaluator: the address of its machine; None where it is the key owner's.
    """

    program: str
    scoring: str
    adapter: str
    model: str
    data: str
    parameters: str
    demanded: str
    libraries: dict[str, str]
    build: str
    threads: Annotated[int, Field(gt=0)]
    repeats: Annotated[int, Field(gt=0)]
    probes: bool
    audit: bool
    evaluator: str | None = None


def changed(before: Origin, now: Origin) -> list[str]:
    """Names of the entries that differ."""
    return [name for name in CHANGED if getattr(before, name) != getattr(now, name)]

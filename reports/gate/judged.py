"""What a comparison judged, and what it could not judge and why: the verdict is about the former alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reports.gate.verdicts import Finding, Subject, Verdict

#: So many reasons are named; the others are counted.
NAMED = 2


@dataclass(frozen=True)
class Tally:
    """How much of one subject was judged.

    Attributes:
        subject: the subject.
        judged: measures with a verdict.
        worse: how many of them got worse.
        reasons: why there is none of the others, in a few words, the most frequent first; with their numbers.
    """

    subject: Subject
    judged: int
    worse: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def unjudged(self) -> int:
        """Measures that should have a verdict and have none."""
        return sum(count for _, count in self.reasons)

    @property
    def why(self) -> str:
        """Why there is no verdict on some, in a few words."""
        said = [reason for reason, _ in self.reasons[:NAMED]]
        more = len(self.reasons) - NAMED
        return listed([*said, *([f"{more} more reasons"] if more > 0 else [])])


def tallies(findings: Iterable[Finding]) -> list[Tally]:
    """Of every subject on which there is, or should be, a verdict; in the order of `Subject`."""
    held = [finding for finding in findings if finding.held and finding.verdict is not Verdict.NEW]
    of = {subject: [one for one in held if one.subject is subject] for subject in Subject}
    return [_tally(subject, found) for subject, found in of.items() if found]


def unmet(findings: Sequence[Finding], required: Collection[Subject]) -> list[Tally]:
    """Of what is required, that of which something was not judged, or nothing is there to be judged."""
    found = {one.subject: one for one in tallies(findings)}
    nothing = (("nothing of it is measured on both sides", 0),)
    every = [found.get(subject, Tally(subject, 0, 0, nothing)) for subject in Subject if subject in required]
    return [one for one in every if one.unjudged or not one.judged]


def _tally(subject: Subject, findings: Sequence[Finding]) -> Tally:
    reasons = Counter(one.brief or one.why for one in findings if not one.judged)
    judged = [one for one in findings if one.judged]
    worse = sum(one.verdict is Verdict.WORSE for one in judged)
    return Tally(subject, len(judged), worse, tuple(reasons.most_common()))


def unjudged(tallied: Iterable[Tally]) -> list[str]:
    """What was not judged, a phrase for each reason: "memory and times not judged: another CPU"."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in tallied:
        if one.unjudged or not one.judged:
            by_reason[one.why].append(_amount(one))
    return [f"{listed(what)} not judged: {why}" for why, what in by_reason.items()]


def _amount(tally: Tally) -> str:
    whole = f"{tally.unjudged} of {tally.judged + tally.unjudged} {tally.subject.value}"
    return whole if tally.judged else tally.subject.value


def listed(words: Sequence[str]) -> str:
    """Words in a row: "counts, sizes and times"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

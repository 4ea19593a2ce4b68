"""A listener whose lines and stages a test reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.run.listener import Listener
from bench.run.session import News, Stage


@dataclass
class Heard(Listener):
    """A listener that keeps what it is told."""

    lines: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line.strip())

    def report(self, news: News) -> None:
        if isinstance(news, Stage):
            self.stages.append(news.name)

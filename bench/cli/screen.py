"""The one place that prints: whatever text a user, a file or a library brings is shown as it is.

No text is read as markup or as the name of an emoji, and none commands the terminal. What is coloured is so
by this project's own hand, as `styled` makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from rich.console import Console, JustifyMethod, OverflowMethod
from rich.style import Style
from rich.text import Text

from reports.visible import LINES, visible


class Screen(Console):
    """A console on which text is text: in lines, tables, titles and whatever else rich draws of strings."""

    def __init__(
        self,
        *,
        stderr: bool = False,
        file: IO[str] | None = None,
        width: int | None = None,
        force_terminal: bool | None = None,
    ) -> None:
        """Show on standard output, on standard error, or in a file; the rest is as the console has it."""
        super().__init__(
            stderr=stderr,
            file=file,
            width=width,
            force_terminal=force_terminal,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def render_str(
        self,
        text: str,
        *,
        style: str | Style = "",
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        emoji: bool | None = None,
        markup: bool | None = None,
        highlight: bool | None = None,
        highlighter: Callable[[str | Text], Text] | None = None,
    ) -> Text:
        """Text of a string, in which nothing is sought; rich makes all strings that it draws text by this."""
        return Text(visible(text, LINES), style=style, justify=justify, overflow=overflow)

    def say(self, line: str) -> None:
        """One line, whatever its length."""
        self.print(visible(line), soft_wrap=True)

    def document(self, text: str) -> None:
        """A document for people and programs: exact where it goes to a file, on a terminal as text."""
        if self.is_terminal:
            for line in text.splitlines():
                self.say(line)
        else:
            self.file.write(text)
            self.file.flush()


def styled(text: str, style: str) -> Text:
    """A text of whatever signs in a style of this project's choice."""
    return Text(visible(text, LINES), style=style)

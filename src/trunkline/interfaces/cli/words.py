"""Words of the command line: both languages at every place, chosen for each call."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from trunkline.kernel.text import Text

F = TypeVar("F", bound=Callable[..., Any])

LANGUAGES = ("zh", "en")
_KEY = f"{__name__}.language"


def default_language() -> str:
    """`TRUNKLINE_LANGUAGE` or `LANG`; Chinese where neither says English."""
    for name in ("TRUNKLINE_LANGUAGE", "LANG"):
        value = os.environ.get(name, "").lower()
        if value.startswith(LANGUAGES):
            return value[:2]
    return LANGUAGES[0]


def remember_language(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    """Callback of `--language`, which is read before `--help` so that help speaks it too."""
    language = value or default_language()
    ctx.meta[_KEY] = language
    return language


def language() -> str:
    """The language of the present call."""
    ctx = click.get_current_context(silent=True)
    return str(ctx.meta.get(_KEY)) if ctx is not None and _KEY in ctx.meta else default_language()


def say(text: Text) -> str:
    """`text` in the language of the present call."""
    return text.in_language(language())


class Option(click.Option):
    """An option whose help is in both languages."""

    def __init__(self, *args: Any, text: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text = text

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = say(self.text)
        return super().get_help_record(ctx)


def option(*names: str, text: Text, **kwargs: Any) -> Callable[[F], F]:
    """`click.option` with help in both languages."""
    return click.option(*names, cls=Option, text=text, **kwargs)


class Command(click.Command):
    """A command whose help is in both languages; `examples` are printed as they stand.

    `permission` is what its actor needs (`door.command_for`).
    """

    def __init__(
        self, *args: Any, text: Text, examples: tuple[str, ...] = (), permission: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.text = text
        self.examples = examples
        self.permission = permission

    def get_short_help_str(self, limit: int = 45) -> str:
        return say(self.text)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = say(self.text)
        super().format_help_text(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)


def write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    """A section of command lines that can be typed as they stand."""
    if examples:
        with formatter.section(say(Text("示例", "Examples"))):
            for line in examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Group(click.Group):
    """A group whose help is in both languages."""

    command_class = Command

    def __init__(
        self, *args: Any, text: Text | None = None, examples: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.text = text or Text("", "")
        self.examples = examples

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work, not of the alphabet."""
        return list(self.commands)

    def get_short_help_str(self, limit: int = 45) -> str:
        return say(self.text)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = say(self.text)
        super().format_help_text(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(self.examples, formatter)

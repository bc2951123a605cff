"""The `trunkline` command: the command-line door, and the commands that run the program itself."""

from __future__ import annotations

import os


def main() -> None:
    """Entry point of the console script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trunkline.config.settings")
    import django

    django.setup()

    from trunkline.config.commands import attach
    from trunkline.interfaces.cli import cli

    attach(cli)
    cli(prog_name="trunkline")

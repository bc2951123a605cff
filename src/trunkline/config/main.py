"""The `trunkline` command: the command-line door, and the commands that run the program itself."""

from __future__ import annotations

import os
import sys

from trunkline.config.database import DatabaseUnusable


def main() -> None:
    """Entry point of the console script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trunkline.config.settings")
    import django

    try:
        django.setup()
    except DatabaseUnusable as error:  # the settings read the addresses of the databases
        sys.exit(str(error))

    from trunkline.config.commands import attach
    from trunkline.interfaces.cli import cli

    attach(cli)
    cli(prog_name="trunkline")

"""Commands that run the program itself, attached to the command-line door."""

from __future__ import annotations

import click


def attach(cli: click.Group) -> None:
    """Add `run`, `migrate` and `worker` to the command-line door."""
    for command in (run, migrate, worker):
        cli.add_command(command)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def run(host: str, port: int) -> None:
    """Start PostgreSQL (when embedded), the web workbench and the job worker."""
    from trunkline.config import stack

    stack.run(host=host, port=port)


@click.command()
def migrate() -> None:
    """Bring the database schema up to date."""
    from trunkline.config.schema import migrate as migrate_schema

    migrate_schema()


@click.command()
@click.option("--once", is_flag=True, help="Do what waits and stop.")
def worker(once: bool) -> None:
    """Run queued jobs."""
    from trunkline.interfaces.jobs.worker import work

    work(wait=not once)

"""Commands that run the program itself, attached to the command-line door."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import click

from trunkline.config.database import DatabaseUnusable
from trunkline.config.postgres import PostgresFailed
from trunkline.interfaces.cli.words import Command, option, say
from trunkline.kernel.text import Text

_STOPPED_RUN = Text("已停止：{address}", "Stopped {address}")
_STOPPED_POSTGRES = Text("已停止内置 PostgreSQL", "Stopped the embedded PostgreSQL")
_HOST, _PORT = Text("监听地址", "Address to listen on"), Text("监听端口", "Port to listen on")
_NOTHING_RUNS = Text("没有正在运行的程序", "Nothing is running")


def attach(cli: click.Group) -> None:
    """Add `run`, `stop`, `migrate`, `serve` and `worker` to the command-line door."""
    for command in (run, stop, migrate, serve, worker):
        cli.add_command(command)


@click.command(
    cls=Command,
    text=Text(
        "启动 PostgreSQL（内置时）、工作台和作业进程",
        "Start PostgreSQL (when embedded), the web workbench and the job worker",
    ),
)
@option("--host", default="127.0.0.1", show_default=True, text=_HOST)
@option("--port", default=8000, show_default=True, text=_PORT)
def run(host: str, port: int) -> None:
    """Start everything and keep it alive."""
    from trunkline.config import stack

    stack.run(host=host, port=port)


@click.command(
    cls=Command,
    text=Text(
        "停止正在运行的程序，或单独留下的内置 PostgreSQL",
        "Stop what runs, or an embedded PostgreSQL left alone",
    ),
)
def stop() -> None:
    """Stop what runs from this `var` and say what it was."""
    from trunkline.config import stack

    with _failures_told():
        stopped = stack.stop()
    said = [
        *([_STOPPED_RUN.format(address=stopped.address)] if stopped.address else []),
        *([stack.LEFT.format(count=stopped.left)] if stopped.left else []),
        *([_STOPPED_POSTGRES] if stopped.postgres else []),
    ]
    for text in said or [_NOTHING_RUNS]:
        click.echo(say(text))


@click.command(cls=Command, text=Text("把数据库结构升级到最新", "Bring the database schema up to date"))
def migrate() -> None:
    """Migrate; an embedded PostgreSQL that it starts is left running for the commands that follow."""
    from trunkline.config.schema import migrate as migrate_schema

    with _failures_told():
        migrate_schema()


@click.command(
    cls=Command,
    text=Text(
        "只启动网页服务（数据库另行启动）", "Start the web server alone; the database is started elsewhere"
    ),
)
@option("--host", default="127.0.0.1", show_default=True, text=_HOST)
@option("--port", default=8000, show_default=True, text=_PORT)
def serve(host: str, port: int) -> None:
    """Become the web server, so that whoever supervises it sees one process."""
    from trunkline.config.stack import web_server

    command = web_server(host, port)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted  # nosec B606


@click.command(cls=Command, text=Text("执行排队的作业", "Run queued jobs"))
@option("--once", is_flag=True, text=Text("做完已排队的就结束", "Do what waits and stop"))
def worker(once: bool) -> None:
    """Run jobs until stopped."""
    from trunkline.interfaces.jobs.worker import work

    work(wait=not once)


@contextlib.contextmanager
def _failures_told() -> Iterator[None]:
    """What the operator can do something about becomes a sentence and exit status 1."""
    from trunkline.config.stack import StackFailed

    try:
        yield
    except (DatabaseUnusable, PostgresFailed, StackFailed) as error:
        raise click.ClickException(str(error)) from error

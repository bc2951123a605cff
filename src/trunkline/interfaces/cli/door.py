"""The door itself: who acts, with which permission, and what happens to a refusal."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import click
from django.db import DatabaseError, OperationalError

from trunkline.interfaces.cli.output import Output, console, show_refusals
from trunkline.interfaces.cli.words import Command, Group, Option, say
from trunkline.kernel.clock import now
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.security.audit import acting
from trunkline.security.queries import SYSTEM_LOGIN, actor_by_login
from trunkline.security.types import Actor, Door

#: Exit statuses: something was found broken, a refusal (or a command line that cannot be read), no database.
BROKEN, REFUSED, NO_DATABASE = 1, 2, 3

#: A table or a column that is not there.
_NOT_MIGRATED = ("42P01", "42703")

NO_SERVER = Text(
    "数据库没有运行：先执行 make run（或设置 TRUNKLINE_DATABASE_URL）",
    "The database is not running: start it with `make run`, or set TRUNKLINE_DATABASE_URL",
)
NO_SCHEMA = Text(
    "数据库结构不是最新：先执行 trunkline migrate",
    "The database schema is not up to date: run `trunkline migrate` first",
)


@dataclass(frozen=True, slots=True)
class Session:
    """What the global options say."""

    login: str = SYSTEM_LOGIN

    def actor(self) -> Actor:
        """Who acts; `Refused` when there is no such login."""
        return actor_by_login(self.login, Door.CLI)


@contextmanager
def answered(*, as_json: bool = False) -> Iterator[None]:
    """Refusals and an absent database become sentences on standard error and an exit status."""
    try:
        yield
    except Refused as refused:
        show_refusals(refused.refusals, as_json=as_json)
        raise click.exceptions.Exit(REFUSED) from refused
    except OperationalError as error:
        if _sqlstate(error) is None:
            _no_database(NO_SERVER, error)
        raise
    except DatabaseError as error:
        if _sqlstate(error) in _NOT_MIGRATED:
            _no_database(NO_SCHEMA, error)
        raise


def _sqlstate(error: DatabaseError) -> str | None:
    """PostgreSQL's code of an error; None when it was not even reached."""
    return getattr(error.__cause__, "sqlstate", None)


def _no_database(text: Text, error: Exception) -> None:
    console(stderr=True).print(say(text), style="bold red", soft_wrap=True)
    raise click.exceptions.Exit(NO_DATABASE) from error


JSON_OPTION = Option(
    ["--json", "as_json"],
    is_flag=True,
    text=Text("输出 JSON，供程序读取", "Print JSON, for programs"),
)


def _command(run: Callable[..., None], group: Group | None, declared: Mapping[str, Any]) -> Command:
    command = click.command(cls=Command, **declared)(run)
    command.params.append(JSON_OPTION)
    if group is not None:
        group.add_command(command)
    return command


def command_for(
    permission: str,
    group: Group | None,
    name: str,
    *,
    text: Text,
    examples: tuple[str, ...] = (),
    one_transaction: bool = True,
) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command (of `group`, or of the program itself) that needs `permission`.

    The function gets `actor` (at the command-line door), `at` (now), `out` (`--json` or words) and its own
    options by keyword. It runs in one transaction that sees the actor's branches; commands whose operations
    commit by themselves say `one_transaction=False`. A refusal is printed and exits with 2; nothing has changed.
    """

    def decorate(function: Callable[..., None]) -> Command:
        @functools.wraps(function)
        @click.pass_context
        def run(ctx: click.Context, /, *, as_json: bool, **arguments: Any) -> None:
            session = ctx.find_object(Session) or Session()
            with answered(as_json=as_json):
                actor = session.actor()
                actor.require(permission)
                with acting(actor) if one_transaction else nullcontext():
                    function(actor=actor, at=now(), out=Output(as_json), **arguments)

        declared = {"name": name, "text": text, "examples": examples, "permission": permission}
        return _command(run, group, declared)

    return decorate


def command_without_actor(
    group: Group | None, name: str, *, text: Text, examples: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Command]:
    """A command that touches nothing of the business, and so needs neither a database nor somebody who acts."""

    def decorate(function: Callable[..., None]) -> Command:
        @functools.wraps(function)
        def run(*, as_json: bool, **arguments: Any) -> None:
            with answered(as_json=as_json):
                function(out=Output(as_json), **arguments)

        return _command(run, group, {"name": name, "text": text, "examples": examples})

    return decorate

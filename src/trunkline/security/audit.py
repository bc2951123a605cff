"""Acting and recording: the transaction knows its actor, and every verb leaves its audit row."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection, transaction

from trunkline.security.types import Actor

P = ParamSpec("P")
R = TypeVar("R")

#: Every verb that an `@operation` declares, for the roles' architecture test.
VERBS: set[str] = set()

_current: ContextVar[uuid.UUID | None] = ContextVar("operation", default=None)

_LONG = 200
_NOT_KEPT = frozenset({"actor", "at", "password"})


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """One transaction in which the database shows and takes only the rows of the actor's branches."""
    with transaction.atomic():
        _set_actor(actor)
        yield


def _set_actor(actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('trunkline.branches', %s, true), set_config('trunkline.branch', %s, true)",
            [",".join(map(str, actor.branch_ids)), str(actor.branch_id)],
        )


def operation(
    verb: str, *, kept: Mapping[str, Callable[[Any], object]] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a verb: one transaction, the permission `verb`, an audit row with its arguments.

    The function takes `actor` and `at` by keyword. Called inside another operation it acts by the authority of
    the outer one, and its audit row names the outer one as parent. Raises `Refused` without the permission.

    `kept` says, by argument, what the audit row keeps of it instead of the whole: of many bills that stand in
    their own tables with the operation's id, say, how many they were and their sum.
    """
    VERBS.add(verb)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def carry_out(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast(Actor, kwargs["actor"])
            at = cast(datetime, kwargs["at"])
            if _current.get() is None:
                actor.require(verb)
            with _recorded(verb, actor, at, _kept(kwargs, kept or {})):
                return function(*args, **kwargs)

        return carry_out

    return decorate


@contextmanager
def _recorded(verb: str, actor: Actor, at: datetime, arguments: Mapping[str, Any]) -> Iterator[None]:
    """The transaction of an operation, and its audit row with `arguments` as JSON."""
    outer = _current.get()
    identity = uuid.uuid4()
    with transaction.atomic():
        if outer is None:
            _set_actor(actor)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO security_auditoperation "
                "(id, parent_id, verb, staff_id, branch_id, door, channel, at, arguments) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
                [
                    identity,
                    outer,
                    verb,
                    actor.staff_id,
                    actor.branch_id,
                    actor.door,
                    actor.channel,
                    at,
                    json.dumps(arguments),
                ],
            )
            cursor.execute("SELECT set_config('trunkline.operation', %s, true)", [str(identity)])
        token = _current.set(identity)
        try:
            yield
        finally:
            _current.reset(token)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('trunkline.operation', %s, true)", [str(outer or "")])


def _kept(arguments: Mapping[str, Any], instead: Mapping[str, Callable[[Any], object]]) -> dict[str, Any]:
    """What the audit row keeps of the arguments, as JSON."""
    return {
        name: _summary(instead[name](value) if name in instead else value)
        for name, value in arguments.items()
        if name not in _NOT_KEPT
    }


def _summary(value: object) -> Any:
    """A JSON picture of an argument: long collections and bytes by their size, the rest as it is."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _summary(v) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {k: _summary(v) for k, v in asdict(value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = list(value)
        return [_summary(v) for v in items] if len(items) <= _LONG else f"<{len(items)} items>"
    return str(value)

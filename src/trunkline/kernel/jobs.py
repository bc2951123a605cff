"""Jobs by name. A job is queued in the transaction of the data that caused it, and carries its actor."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

Task = Callable[..., None]


def defer(name: str, *, staff_id: int, lock: str = "", once: str = "", **arguments: Any) -> bool:
    """Queue the job `name` on behalf of a staff member; `arguments` must be JSON values.

    Jobs of one `lock` run one after the other. With `once`, a job of that key that still waits makes this call
    a no-op; the answer says whether a job was queued.
    """
    task = app.configure_task(name, lock=lock or None, queueing_lock=once or None)
    try:
        # A job that waits already is an error of the database, which must not end the caller's transaction.
        with transaction.atomic():
            task.defer(staff_id=staff_id, **arguments)
    except AlreadyEnqueued:
        return False
    return True


def register(name: str, *, attempts: int = 5) -> Callable[[Task], Task]:
    """Make a function the body of the job `name`. It is called with `staff_id` and the job's arguments.

    A job must be safe to run again: the worker may die after its transaction and before it is marked done.
    """

    def decorate(function: Task) -> Task:
        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            close_old_connections()
            function(**arguments)

        app.task(name=name, retry=attempts)(run)
        return function

    return decorate

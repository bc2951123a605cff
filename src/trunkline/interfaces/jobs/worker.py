"""The worker: takes up what a killed worker left, runs queued jobs, and turns the machines that turn by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from trunkline.interfaces.jobs import upkeep
from trunkline.messaging.types import MessageKind

log = logging.getLogger(__name__)

#: Seconds without a heartbeat after which a worker counts as dead and its jobs are taken up again.
DEAD_AFTER = float(os.environ.get("TRUNKLINE_WORKER_DEAD_AFTER", "20"))
_INBOX_SECONDS = 3.0
_UPKEEP_SECONDS = 30.0
_MESSAGE_SECONDS = 2.0
#: What changes by the day is looked at every hour.
_DAILY_SECONDS = 3600.0


def work(*, wait: bool) -> None:
    """Run jobs until stopped, or, without `wait`, until nothing waits."""
    importlib.import_module("trunkline.interfaces.jobs.handlers")
    connector = cast(DjangoConnector, app.connector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        asyncio.run(_work(worker_app, wait=wait))


async def _work(worker_app: App, *, wait: bool) -> None:
    async with worker_app.open_async():
        await _take_up_abandoned(worker_app)
        sides = [
            asyncio.create_task(_every(DEAD_AFTER / 2, lambda: _take_up_abandoned(worker_app))),
            asyncio.create_task(_every(_INBOX_SECONDS, _in_thread(upkeep.take_in_usage))),
            asyncio.create_task(_every(_INBOX_SECONDS, _in_thread(upkeep.mind_the_data_caps))),
            asyncio.create_task(_every(_UPKEEP_SECONDS, _in_thread(upkeep.end_what_is_over))),
            asyncio.create_task(_every(_UPKEEP_SECONDS, _in_thread(upkeep.carry_out_booked_orders))),
            asyncio.create_task(_every(_UPKEEP_SECONDS, _in_thread(upkeep.urge_tickets))),
            asyncio.create_task(_every(_MESSAGE_SECONDS, _in_thread(upkeep.tend_messages))),
            *(
                # Each kind goes its own way, so that a slow mail server does not keep a password waiting.
                asyncio.create_task(
                    _every(_MESSAGE_SECONDS, _in_thread(functools.partial(upkeep.send_messages, kind)))
                )
                for kind in MessageKind
            ),
            asyncio.create_task(_every(_DAILY_SECONDS, _in_thread(upkeep.expire_points_that_ran_out))),
            asyncio.create_task(_every(_DAILY_SECONDS, _in_thread(upkeep.advance_prepaid_lines))),
            asyncio.create_task(_every(_DAILY_SECONDS, _in_thread(upkeep.settle_agreement_terms))),
        ]
        try:
            await worker_app.run_worker_async(
                wait=wait,
                concurrency=1,
                update_heartbeat_interval=DEAD_AFTER / 4,
                stalled_worker_timeout=DEAD_AFTER,
            )
        finally:
            for side in sides:
                side.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*sides)


async def _take_up_abandoned(worker_app: App) -> None:
    """Queue again the jobs of workers that are dead. A job is safe to run twice, so a wrong guess does no harm."""
    for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        if job.id is not None:
            log.warning("job %s (%s) was left by a dead worker; taken up again", job.id, job.task_name)
            await worker_app.job_manager.retry_job_by_id_async(job.id, retry_at=datetime.now(UTC))


async def _every(seconds: float, action: Callable[[], Awaitable[None]]) -> None:
    """Repeat. What fails is told and tried again: a database that is away for a moment, or anything unforeseen."""
    while True:
        try:
            await action()
        except Exception:
            log.exception("periodic work failed; it is tried again")
        await asyncio.sleep(seconds)


def _in_thread(work_once: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """Run blocking work beside the jobs, on database connections of its own."""

    def run() -> None:
        close_old_connections()
        work_once()

    return sync_to_async(run, thread_sensitive=False)

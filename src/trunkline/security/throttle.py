"""Doors without a login: how often a wrong try is let through. No actor: nobody is known yet who could act."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from trunkline.security.models import DoorTry

#: So many wrong tries within the time, and a subject is locked for the same time.
LOCKED_FOR = timedelta(hours=1)
MOST_A_SUBJECT = 5
#: An address may stand for a whole house of customers.
MOST_AN_ADDRESS = 20


@dataclass(frozen=True, slots=True)
class Watched:
    """What one try is counted under: a subject as it was typed, or the address it came from."""

    kind: str
    value: str
    most: int

    def digest(self) -> str:
        """What is kept of it."""
        said = f"{self.kind}:{self.value.strip()}"
        return salted_hmac("trunkline.door", said, algorithm="sha256").hexdigest()


def subject(value: str) -> Watched:
    """A number or an order as it was typed, whether there is one or not."""
    return Watched("subject", value, MOST_A_SUBJECT)


def address(value: str) -> Watched:
    """Where the try comes from."""
    return Watched("address", value, MOST_AN_ADDRESS)


@contextmanager
def counted(watched: Collection[Watched]) -> Iterator[None]:
    """One transaction in which tries under the same subject or address wait for each other, so that none slips by."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for digest in sorted(one.digest() for one in watched):
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
        yield


def locked(door: str, watched: Collection[Watched], at: datetime) -> bool:
    """Whether one of these has had its most wrong tries one after the other within the time, not longer ago than it."""
    return any(_locked(door, one, at) for one in watched)


def _locked(door: str, one: Watched, at: datetime) -> bool:
    tries = DoorTry.objects.filter(door=door, subject=one.digest()).order_by("-at", "-id")
    last = list(tries.values_list("passed", "at")[: one.most])
    if len(last) < one.most or any(passed for passed, _ in last):
        return False
    newest, oldest = last[0][1], last[-1][1]
    return newest - oldest < LOCKED_FOR and at < newest + LOCKED_FOR


def note(door: str, watched: Collection[Watched], *, passed: bool, at: datetime) -> None:
    """Keep how a try went. That one customer was right says nothing for the others at his address."""
    DoorTry.objects.bulk_create(
        DoorTry(door=door, subject=one.digest(), passed=passed, at=at)
        for one in watched
        if not passed or one.kind == "subject"
    )

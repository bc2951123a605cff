"""Messages: posted once, kept apart from the audit trail, sent once, and secret ones gone when they have left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from tests.support import snapshot
from tests.world import World
from trunkline.kernel.refusals import Refused
from trunkline.messaging.operations import post_email
from trunkline.messaging.types import Attachment, Purpose
from trunkline.security.types import Actor

BOOK = Attachment(
    "详单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK-secret-rows"
)


def write(world: World, actor: Actor, at: datetime, **changed: object) -> int:
    arguments = {
        "branch_id": world.branches["HF"],
        "to": "liu@example.com",
        "subject": "十月详单",
        "body": "请查收附件。",
        "attachments": [BOOK],
        "purpose": Purpose.USAGE_DETAIL,
        "source": "test",
        "source_id": "1",
        "expires_at": None,
        **changed,
    }
    return post_email(**arguments, actor=actor, at=at)  # type: ignore[arg-type]


def trail() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(t::text, '|') FROM security_auditchange t) || "
            "(SELECT string_agg(t::text, '|') FROM security_auditoperation t)"
        )
        return str(cursor.fetchone()[0])


def test_an_e_mail_is_posted_once(world: World, actor: Actor, at: datetime) -> None:
    write(world, actor, at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        write(world, actor, at)
    assert [reason.code for reason in refused.value.refusals] == ["message.posted_already"]
    assert snapshot() == before


def test_words_and_files_of_an_e_mail_are_not_in_the_audit_trail(
    world: World, actor: Actor, at: datetime
) -> None:
    write(world, actor, at)
    kept = trail()
    assert "详单.xlsx (14 bytes)" in kept
    assert not [word for word in ("请查收", "PK-secret-rows", b"PK-secret-rows".hex()) if word in kept]

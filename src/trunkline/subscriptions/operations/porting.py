"""携号转网授权码 (REG-17): sent to the line itself, kept as a hash, good for a while and for one time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth import hashers

from trunkline.catalog.queries import parameter_on
from trunkline.kernel.periods import local_date
from trunkline.messaging.operations import post_line_messages
from trunkline.messaging.types import LinePost, MessageKind, Purpose
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.models import LinePasswordHash, PortCode
from trunkline.subscriptions.operations.passwords import compare_nothing
from trunkline.subscriptions.operations.stopping import require_live
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.rules import PORT_CODE_MINUTES
from trunkline.subscriptions.types import LineView

_SOURCE = "line.port_code"
_WRITTEN = "您的携号转网授权码是{code}，{until}前有效。请勿告诉无关人员。"


def _message(line: LineView, code: str, kept: PortCode) -> LinePost:
    return LinePost(
        line_id=line.id,
        branch_id=line.branch_id,
        number=line.number,
        kind=MessageKind.SMS,
        body=_WRITTEN.format(code=code, until=f"{kept.expires_at.astimezone():%H:%M}"),
        source_id=str(kept.pk),
        secret=True,
        expires_at=kept.expires_at,
    )


@operation("line.send_port_code")
def send_port_codes(*, line_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Send each line a code by which another operator may take its number over (REG-17); an earlier one ends.

    Nobody else learns it. `Refused` when a line is not in use.
    """
    require_live(line_ids)
    PortCode.objects.filter(line_id__in=line_ids, ended_at__isnull=True).update(ended_at=at)
    found = lines(line_ids)
    expires_at = at + timedelta(minutes=parameter_on(PORT_CODE_MINUTES, local_date(at)))
    codes = {line_id: f"{secrets.randbelow(1_000_000):06d}" for line_id in line_ids}
    kept = []
    for line_id, code in codes.items():
        branch_id = found[line_id].branch_id
        hashed = LinePasswordHash.objects.create(
            line_id=line_id, branch_id=branch_id, hash=hashers.make_password(code), made_at=at
        )
        kept.append(
            PortCode.objects.create(
                line_id=line_id, branch_id=branch_id, kept=hashed, sent_at=at, expires_at=expires_at
            )
        )
    post_line_messages(
        purpose=Purpose.PORT_CODE,
        source=_SOURCE,
        messages=[_message(found[row.line_id], codes[row.line_id], row) for row in kept],
        actor=actor,
        at=at,
    )


@operation("line.check_port_code", kept={"code": lambda _: None})
def check_port_code(*, line_id: int, code: str, actor: Actor, at: datetime) -> bool:
    """Whether this is the code that the line was sent, and still good. Tries are for the caller to count."""
    row = PortCode.objects.filter(line_id=line_id, ended_at__isnull=True, expires_at__gt=at).first()
    if row is None:
        compare_nothing(code)
        return False
    return hashers.check_password(code, LinePasswordHash.objects.get(pk=row.kept_id).hash)

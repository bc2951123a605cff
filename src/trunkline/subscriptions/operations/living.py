"""The life cycle of prepaid lines (S30, S32, domain 4.4): rules decide line by line, a few statements write them all.

What lies on a line is the ledger's to know: whoever calls says what balance each line has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions import rules
from trunkline.subscriptions.operations.stopping import changed, numbers_of, require_live
from trunkline.subscriptions.queries import lives
from trunkline.subscriptions.types import Life, LifePhase


def begin_lives(line_ids: Sequence[int], at: datetime) -> None:
    """未激活期: new prepaid lines wait to be activated. Part of connecting them."""
    changed(
        "INSERT INTO subscriptions_linephase (line_id, branch_id, phase, since) "
        "SELECT id, branch_id, %(phase)s, %(at)s FROM subscriptions_line WHERE id = ANY(%(lines)s) "
        "RETURNING line_id",
        {"lines": list(line_ids), "phase": LifePhase.INACTIVE, "at": at},
    )


def _locked(line_ids: Sequence[int]) -> dict[int, Life]:
    """Where lines stand, under their row locks; `Refused` names each that is not in use or not prepaid."""
    require_live(line_ids)
    found = lives(line_ids)
    _refuse({line: rules.NOT_PREPAID for line in line_ids if line not in found})
    return found


def _refuse(reasons: Mapping[int, Refusal | None]) -> None:
    against = {line: reason for line, reason in reasons.items() if reason is not None}
    numbers = numbers_of(list(against)) if against else {}
    raise_if_any(reason.about(numbers.get(line, str(line))) for line, reason in against.items())


def _write(before: Mapping[int, Life], after: Mapping[int, Iterable[Life]]) -> None:
    """Move lines through phases: the open row is changed while its phase stays, and closed by those that follow.

    Steps of one phase are one row, as the last of them says.
    """
    kept: list[tuple[int, Life]] = []
    ended: list[tuple[int, datetime]] = []
    opened: list[tuple[int, Life, datetime | None]] = []
    for line, steps in after.items():
        held, *chain = {(life.phase, life.since): life for life in (before[line], *steps)}.values()
        if held != before[line]:
            kept.append((line, held))
        if chain:
            ended.append((line, chain[0].since))
        untils = [*(life.since for life in chain[1:]), None]
        opened += [(line, life, until) for life, until in zip(chain, untils, strict=False)]
    changed(
        "UPDATE subscriptions_linephase p SET ends_at = new.ends_at, unlocked_until = new.unlocked_until "
        "FROM unnest(%(lines)s::bigint[], %(ends)s::timestamptz[], %(unlocked)s::timestamptz[]) "
        "AS new (line, ends_at, unlocked_until) "
        "WHERE p.line_id = new.line AND p.until IS NULL RETURNING p.line_id",
        {
            "lines": [line for line, _ in kept],
            "ends": [life.ends_at for _, life in kept],
            "unlocked": [life.unlocked_until for _, life in kept],
        },
    )
    changed(
        "UPDATE subscriptions_linephase p SET until = new.until "
        "FROM unnest(%(lines)s::bigint[], %(untils)s::timestamptz[]) AS new (line, until) "
        "WHERE p.line_id = new.line AND p.until IS NULL RETURNING p.line_id",
        {"lines": [line for line, _ in ended], "untils": [until for _, until in ended]},
    )
    changed(
        "INSERT INTO subscriptions_linephase (line_id, branch_id, phase, since, ends_at, unlocked_until, until) "
        "SELECT l.id, l.branch_id, new.phase, new.since, new.ends_at, new.unlocked_until, new.until "
        "FROM unnest(%(lines)s::bigint[], %(phases)s::text[], %(sinces)s::timestamptz[], "
        "%(ends)s::timestamptz[], %(unlocked)s::timestamptz[], %(untils)s::timestamptz[]) "
        "AS new (line, phase, since, ends_at, unlocked_until, until) "
        "JOIN subscriptions_line l ON l.id = new.line RETURNING line_id",
        {
            "lines": [line for line, _, _ in opened],
            "phases": [life.phase for _, life, _ in opened],
            "sinces": [life.since for _, life, _ in opened],
            "ends": [life.ends_at for _, life, _ in opened],
            "unlocked": [life.unlocked_until for _, life, _ in opened],
            "untils": [until for _, _, until in opened],
        },
    )


@operation("line.activate")
def activate_lines(*, amounts: Mapping[int, Decimal], actor: Actor, at: datetime) -> None:
    """首次激活 (S32-1): validity begins, by the denomination each line was sold with.

    `Refused` names each line that is not prepaid or was activated before.
    """
    before = _locked(list(amounts))
    _refuse(
        {line: rules.NOT_INACTIVE for line, life in before.items() if life.phase is not LifePhase.INACTIVE}
    )
    _write(before, {line: [rules.activated(amount, at)] for line, amount in amounts.items()})


@operation("line.recharge")
def recharge_lines(*, recharges: Mapping[int, tuple[Decimal, Decimal]], actor: Actor, at: datetime) -> None:
    """What a recharge does to the phase: `recharges` holds what was paid and the balance after it (S30-E1).

    `Refused` names each line that is not activated, locked (``life.locked``) or past its lock.
    """
    before = _locked(list(recharges))
    passed = {line: rules.advanced(life, at, None) for line, life in before.items()}
    now = {line: (life, *passed[line])[-1] for line, life in before.items()}
    _refuse({line: rules.recharge_refusal(life, at) for line, life in now.items()})
    _write(
        before,
        {
            line: (*passed[line], rules.recharged(now[line], amount, balance, at))
            for line, (amount, balance) in recharges.items()
        },
    )


@operation("line.exhaust")
def exhaust_lines(*, line_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """The balance of these lines cannot pay a minute: those in validity enter their recharge phase (domain 4.4)."""
    before = _locked(line_ids)
    _write(before, {line: [rules.exhausted(life, at)] for line, life in before.items()})


@operation("line.advance_phase")
def advance_phases(
    *, line_ids: Sequence[int], balances: Mapping[int, Decimal], actor: Actor, at: datetime
) -> tuple[int, ...]:
    """Move lines on whose phases have ended (`queries.phases_due`); a line not in `balances` has nothing on it.

    Phases follow each other without a gap however late this is done. Returns the lines that were reclaimed: to
    end them and freeze their numbers is the caller's.
    """
    before = _locked(line_ids)
    after = {line: rules.advanced(life, at, balances.get(line, ZERO)) for line, life in before.items()}
    _write(before, after)
    return tuple(line for line, steps in after.items() if steps and steps[-1].phase is LifePhase.RECLAIMED)


@operation("line.unlock")
def unlock_lines(*, line_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """解锁 (S30): a locked line may recharge for 24 hours, and is locked again when it does not.

    `Refused` names each line that is not locked, unlocked already, or past its lock (S30-G1).
    """
    before = _locked(list(line_ids))
    _refuse({line: rules.unlock_refusal(life, at) for line, life in before.items()})
    passed = {line: rules.advanced(life, at, None) for line, life in before.items()}
    _write(
        before,
        {
            line: (*passed[line], rules.unlocked((life, *passed[line])[-1], at))
            for line, life in before.items()
        },
    )

"""The verbs of installed products: ordered, worked on, brought into service, changed, removed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from trunkline.installations.models import CalendarDay, Event, Installation, Place, Rate, Task
from trunkline.installations.queries import calendar
from trunkline.installations.rules import (
    CONSTRUCTION_WORKDAYS,
    EXCUSE_OUT_OF_RANGE,
    IN_THE_PAST,
    LONGEST_EXCUSE,
    NOT_NOW,
    UNKNOWN_INSTALLATION,
    UNKNOWN_TASK,
    WORDS_NEEDED,
    billing_start,
    deadlines,
)
from trunkline.installations.types import (
    INSTALLATION_LIFE,
    INSTALLATION_STATE_NAMES,
    RESPONSIBLE,
    TASK_LIFE,
    TASK_NAMES,
    TASK_STATE_NAMES,
    BillingRule,
    Happening,
    InstallationEvent,
    InstallationState,
    NewInstallation,
    TaskEvent,
    TaskKind,
    TaskState,
)
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused
from trunkline.kernel.workdays import workdays_after
from trunkline.numbering.operations import freeze_numbers
from trunkline.numbering.requests.following import follow
from trunkline.numbering.requests.types import RequestEvent
from trunkline.numbering.rules import SHORTEST_FREEZE
from trunkline.ordering import engine
from trunkline.ordering.pictures import as_json
from trunkline.ordering.products import specification
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("installation.order")
def order_installation(*, new: NewInstallation, actor: Actor, at: datetime) -> int:
    """Write down a product that is to be brought into service, with the tasks for it; returns its id.

    The first task is open, each of the others once the one before it is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('installations_installation', 'id'))")
        identity = int(cursor.fetchone()[0])
    due = deadlines(local_date(at), new.workdays, calendar())
    installed = Installation.objects.create(
        pk=identity,
        branch_id=new.branch_id,
        number=f"{new.branch_code}-{new.letters}-{identity:07d}",
        organization_id=new.organization_id,
        account_id=new.account_id,
        agreement_id=new.agreement_id,
        order_id=new.order_id,
        specification=new.specification,
        characteristics=dict(new.characteristics),
        contract=new.contract,
        requested_on=new.requested_on,
        due_on=due[TaskKind.CUSTOMER_ACCEPTANCE],
        billing_rule=new.billing_rule,
        notice_days=new.notice_days,
        term_months=new.term_months,
        one_time_fee=new.one_time_fee,
        goods_part=new.goods_part,
        monthly_fee=new.monthly_fee,
        discount=new.discount,
        discount_approval=new.discount_approval,
        sla=new.sla,
        tax_class=new.tax_class,
        state=InstallationState.ORDERED,
        ordered_at=at,
    )
    insert_rows(
        Place._meta.db_table,
        ("installation_id", "branch_id", "kind", "ordinal", "values"),
        (
            (identity, new.branch_id, place.kind, place.ordinal, as_json(dict(place.values)))
            for place in new.places
        ),
    )
    Task.objects.bulk_create(
        Task(
            installation_id=identity,
            branch_id=new.branch_id,
            ordinal=ordinal,
            kind=kind,
            role=RESPONSIBLE[kind],
            state=TaskState.WAITING if ordinal > 1 else TaskState.OPEN,
            due_on=due[kind],
        )
        for ordinal, kind in enumerate(TaskKind, 1)
    )
    _note(installed, Happening.ORDERED, actor, at)
    return identity


def _note(
    installed: Installation,
    happening: Happening,
    actor: Actor,
    at: datetime,
    *,
    kind: str = "",
    words: str = "",
) -> None:
    Event.objects.create(
        installation=installed,
        branch_id=installed.branch_id,
        happening=happening,
        kind=kind,
        words=words,
        staff_id=actor.staff_id,
        at=at,
    )


def _locked_task(task_id: int, event: TaskEvent, actor: Actor) -> tuple[Task, Installation]:
    """The task with its product under locks, where `event` may happen and the actor answers for it."""
    task = Task.objects.filter(pk=task_id).first()
    if task is None:
        raise Refused(UNKNOWN_TASK.about(str(task_id)))
    actor.require(f"fulfilment.{task.kind}")
    installed = _locked(task.installation_id)
    task.refresh_from_db()
    state = TaskState(task.state)
    if TASK_LIFE.after(state, event) is None:
        words, task_words = TASK_STATE_NAMES[state], TASK_NAMES[TaskKind(task.kind)]
        raise Refused(NOT_NOW.about(task_words.zh, state=words.zh, state_en=words.en))
    return task, installed


def _locked(installation_id: int) -> Installation:
    found = Installation.objects.select_for_update().filter(pk=installation_id).first()
    if found is None:
        raise Refused(UNKNOWN_INSTALLATION.about(str(installation_id)))
    return found


def _moved(installed: Installation, event: InstallationEvent) -> None:
    """Let `event` happen to a locked product; `Refused` where its state does not allow it."""
    state = InstallationState(installed.state)
    after = INSTALLATION_LIFE.after(state, event)
    if after is None:
        words = INSTALLATION_STATE_NAMES[state]
        raise Refused(NOT_NOW.about(installed.number, state=words.zh, state_en=words.en))
    installed.state = after


@operation("fulfilment.finish")
def finish_task(
    *, task_id: int, words: str = "", needs_building: bool = False, actor: Actor, at: datetime
) -> int:
    """A step is done: the product goes on, the next step opens; returns the product's id.

    `needs_building` after the resource check: there is no fibre yet, so all later steps have longer (4.3). With
    the last step the fees run from the billing start and the order is completed.
    """
    task, installed = _locked_task(task_id, TaskEvent.FINISH, actor)
    kind = TaskKind(task.kind)
    _moved(installed, InstallationEvent(kind.value))
    if kind is TaskKind.RESOURCE_CHECK and needs_building:
        _postpone(installed)
    if kind is TaskKind.JOINT_TEST:
        installed.opened_on = local_date(at)
    elif kind is TaskKind.CUSTOMER_ACCEPTANCE:
        installed.accepted_on = local_date(at)
    elif kind is TaskKind.BILLING_START:
        _start_billing(installed, at)
    installed.save()
    task.state = TASK_LIFE.target(TaskEvent.FINISH)
    task.finished_at = at
    task.words = words.strip()
    task.save()
    Task.objects.filter(installation=installed, ordinal=task.ordinal + 1, state=TaskState.WAITING).update(
        state=TaskState.OPEN
    )
    _note(installed, Happening.FINISHED, actor, at, kind=kind, words=task.words)
    if installed.state == InstallationState.IN_SERVICE:
        follow(_numbers_of(installed), RequestEvent.SERVE, at)
        engine.fulfil(installed.order_id, done=True, at=at)
    return int(installed.pk)


def _numbers_of(installed: Installation) -> list[str]:
    """The 400 number that the product has in use."""
    takes = specification(installed.specification).takes_400_number
    return [installed.characteristics["number"]] if takes else []


def _leave_numbers(installed: Installation, actor: Actor, at: datetime) -> None:
    """What the product had in use is frozen (REG-11)."""
    left = _numbers_of(installed)
    if left:
        freeze_numbers(numbers=left, until=at + SHORTEST_FREEZE, actor=actor, at=at)
        follow(left, RequestEvent.END, at)


def _postpone(installed: Installation) -> None:
    """Building comes on top: every step after the check has so many workdays more."""
    days = calendar()
    later = list(Task.objects.filter(installation=installed, state=TaskState.WAITING))
    for task in later:
        task.due_on = workdays_after(task.due_on, CONSTRUCTION_WORKDAYS, days)
    Task.objects.bulk_update(later, ["due_on"])
    installed.due_on = workdays_after(installed.due_on, CONSTRUCTION_WORKDAYS, days)


def _start_billing(installed: Installation, at: datetime) -> None:
    if installed.opened_on is None or installed.accepted_on is None:
        raise ValueError(f"{installed.number} was neither tested nor accepted")
    installed.billed_from = billing_start(
        BillingRule(installed.billing_rule),
        opened_on=installed.opened_on,
        accepted_on=installed.accepted_on,
        notice_days=installed.notice_days,
    )
    installed.confirmed_at = at
    Rate.objects.create(
        installation=installed,
        branch_id=installed.branch_id,
        monthly_fee=installed.monthly_fee,
        reference=installed.discount_approval or installed.contract,
        valid_from=installed.billed_from,
    )


@operation("fulfilment.fail")
def fail_task(*, task_id: int, words: str, actor: Actor, at: datetime) -> int:
    """A step cannot be done, for the reason given; it waits to be taken up again. Returns the product's id."""
    if not words.strip():
        raise Refused(WORDS_NEEDED)
    task, installed = _locked_task(task_id, TaskEvent.FAIL, actor)
    task.state = TASK_LIFE.target(TaskEvent.FAIL)
    task.words = words.strip()
    task.save(update_fields=["state", "words"])
    _note(installed, Happening.FAILED, actor, at, kind=task.kind, words=task.words)
    return int(installed.pk)


@operation("fulfilment.reopen")
def reopen_task(*, task_id: int, actor: Actor, at: datetime) -> int:
    """A step that failed is taken up again; its last day in time stays. Returns the product's id."""
    task, installed = _locked_task(task_id, TaskEvent.REOPEN, actor)
    task.state = TASK_LIFE.target(TaskEvent.OPEN)
    task.save(update_fields=["state"])
    _note(installed, Happening.REOPENED, actor, at, kind=task.kind)
    return int(installed.pk)


@operation("installation.withdraw")
def withdraw_installation(*, installation_id: int, words: str, actor: Actor, at: datetime) -> None:
    """The product is given up before it was accepted: its tasks are cancelled and the order has failed."""
    if not words.strip():
        raise Refused(WORDS_NEEDED)
    installed = _locked(installation_id)
    _moved(installed, InstallationEvent.CANCEL)
    installed.save(update_fields=["state"])
    Task.objects.filter(installation=installed, state__in=TASK_LIFE.sources(TaskEvent.CANCEL)).update(
        state=TASK_LIFE.target(TaskEvent.CANCEL)
    )
    _leave_numbers(installed, actor, at)
    _note(installed, Happening.CANCELLED, actor, at, words=words.strip())
    engine.fulfil(installed.order_id, done=False, at=at)


@operation("installation.excuse")
def excuse_days(*, installation_id: int, days: int, words: str, actor: Actor, at: datetime) -> None:
    """Leave days out of what a late opening costs the operator: they were the customer's fault (REG-03).

    Only before billing starts, for the credit is on the bill that charges the fee. `words` say why.
    """
    if not words.strip():
        raise Refused(WORDS_NEEDED)
    installed = _locked(installation_id)
    if installed.billed_from is not None or installed.state == InstallationState.CANCELLED:
        words_of_state = INSTALLATION_STATE_NAMES[InstallationState(installed.state)]
        raise Refused(NOT_NOW.about(installed.number, state=words_of_state.zh, state_en=words_of_state.en))
    if not 0 <= days <= LONGEST_EXCUSE:
        raise Refused(EXCUSE_OUT_OF_RANGE.filled(most=LONGEST_EXCUSE))
    installed.excused_days = days
    installed.save(update_fields=["excused_days"])
    _note(installed, Happening.EXCUSED, actor, at, words=f"{days}天：{words.strip()}")


@operation("installation.change")
def change_rate(
    *,
    installation_id: int,
    monthly_fee: Decimal,
    valid_from: date,
    words: str,
    actor: Actor,
    at: datetime,
) -> None:
    """变更（升降速）: another monthly fee from a day after today; `words` say what changes and who approved it."""
    if not words.strip():
        raise Refused(WORDS_NEEDED)
    if valid_from <= local_date(at):
        raise Refused(IN_THE_PAST)
    installed = _locked(installation_id)
    _moved(installed, InstallationEvent.CHANGE)
    latest = Rate.objects.filter(installation=installed).latest("valid_from")
    if valid_from <= latest.valid_from:
        raise Refused(IN_THE_PAST)
    latest.valid_to = valid_from
    latest.save(update_fields=["valid_to"])
    Rate.objects.create(
        installation=installed,
        branch_id=installed.branch_id,
        monthly_fee=monthly_fee,
        reference=words.strip()[:80],
        valid_from=valid_from,
    )
    installed.monthly_fee = monthly_fee
    installed.save(update_fields=["monthly_fee"])
    _note(installed, Happening.CHANGED, actor, at, words=words.strip())


@operation("installation.remove")
def remove_installation(*, installation_id: int, words: str, actor: Actor, at: datetime) -> None:
    """拆除: the product ends today, which is still charged; `words` say what became of the equipment."""
    if not words.strip():
        raise Refused(WORDS_NEEDED)
    installed = _locked(installation_id)
    _moved(installed, InstallationEvent.REMOVE)
    installed.removed_on = local_date(at)
    installed.save(update_fields=["state", "removed_on"])
    after = installed.removed_on + timedelta(days=1)
    for rate in Rate.objects.filter(installation=installed):
        if rate.valid_to is None or rate.valid_to > after:
            rate.valid_to = max(rate.valid_from, after)
            rate.save(update_fields=["valid_to"])
    _leave_numbers(installed, actor, at)
    _note(installed, Happening.REMOVED, actor, at, words=words.strip())


@operation("rule.set_calendar")
def set_calendar(
    *, days: Iterable[tuple[date, bool, str]], reference: str, actor: Actor, at: datetime
) -> int:
    """节假日安排: days off (False) and weekends worked on (True), with their names; returns how many."""
    count = 0
    for day, working, name in days:
        CalendarDay.objects.update_or_create(
            day=day, defaults={"working": working, "name": name, "reference": reference}
        )
        count += 1
    return count

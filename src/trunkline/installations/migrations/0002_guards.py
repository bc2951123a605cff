"""Row-level security, audit, an append-only timeline; the working calendar of 2026 and one that is whole."""

from datetime import date, timedelta

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

REFERENCE = "国办发明电〔2025〕7号"
#: Name, first and last day off, weekends worked on.
HOLIDAYS_2026 = (
    ("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
    ("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
    ("清明节", date(2026, 4, 4), date(2026, 4, 6), ()),
    ("劳动节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
    ("端午节", date(2026, 6, 19), date(2026, 6, 21), ()),
    ("中秋节", date(2026, 9, 25), date(2026, 9, 27), ()),
    ("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
)


def fill_calendar(apps, schema_editor):
    """The days of 2026; later years come by `rule.set_calendar`."""
    table = apps.get_model("installations", "CalendarDay")
    rows = table.objects.using(schema_editor.connection.alias)
    for name, first, last, worked in HOLIDAYS_2026:
        off = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        days = [(day, False) for day in off] + [(day, True) for day in worked]
        rows.bulk_create(
            table(day=day, working=working, name=name, reference=REFERENCE) for day, working in days
        )


class Migration(migrations.Migration):
    """The owner fills the calendar before the guards stand."""

    dependencies = [("installations", "0001_initial"), ("security", "0002_guards")]
    operations = [
        migrations.RunPython(fill_calendar, migrations.RunPython.noop),
        *branch_isolated(
            "installations_installation",
            "installations_place",
            "installations_task",
            "installations_event",
            "installations_rate",
        ),
        *audited(
            "installations_installation",
            "installations_task",
            "installations_rate",
            "installations_calendarday",
        ),
        *append_only("installations_place", "installations_event"),
    ]

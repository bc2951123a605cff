import django.contrib.postgres.fields
import django.db.models.deletion
import trunkline.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Visits that are put together, and choices of lines."""

    dependencies = [
        ("ordering", "0008_request_digest"),
        ("party", "0004_grade_and_blacklist"),
        ("security", "0006_door_try_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LineSelection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_code", models.CharField(max_length=40)),
                (
                    "source",
                    models.CharField(choices=[("filter", "filter"), ("sheet", "sheet")], max_length=8),
                ),
                (
                    "line_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("answers", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                (
                    "branch",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to="security.branch"
                    ),
                ),
                (
                    "organization",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to="party.organization"
                    ),
                ),
                (
                    "staff",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["filter", "sheet"])), name="line_selection_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("line_ids__len__gt", 0)), name="line_selection_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("orders", models.JSONField(default=list)),
                ("papers", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
                (
                    "branch",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to="security.branch"
                    ),
                ),
                (
                    "handler",
                    trunkline.kernel.fields.Reference(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="party.handler"
                    ),
                ),
                (
                    "organization",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to="party.organization"
                    ),
                ),
                (
                    "staff",
                    trunkline.kernel.fields.Reference(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="ordering.visit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("visit__isnull", True)),
                        fields=("staff", "organization"),
                        name="one_open_visit_draft",
                    )
                ],
            },
        ),
    ]

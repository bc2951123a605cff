"""Row-level security, audit and append-only triggers of visits, verifications, scans and rule settings."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("ordering", "0003_service_items")]
    operations = [
        *branch_isolated(
            "ordering_visit", "ordering_verification", "ordering_paperscan", "ordering_scancontent"
        ),
        *audited("ordering_visit", "ordering_verification", "ordering_paperscan", "ordering_rulesetting"),
        *append_only(
            "ordering_visit",
            "ordering_verification",
            "ordering_paperscan",
            "ordering_scancontent",
        ),
    ]

"""Drafts of visits and choices of lines are seen by their own branch; drafts are audited, choices written once."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("ordering", "0009_visit_drafts_and_selections")]
    operations = [
        *branch_isolated("ordering_visitdraft", "ordering_lineselection"),
        *audited("ordering_visitdraft"),
        *append_only("ordering_lineselection"),
    ]

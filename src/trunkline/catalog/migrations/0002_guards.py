"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("catalog", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *audited("catalog_offering", "catalog_taxrate", "catalog_fee", "catalog_terminalmodel"),
        *append_only("catalog_priceversion", "catalog_allowance", "catalog_usageprice"),
    ]

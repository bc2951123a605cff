"""Row-level security and audit of the requests for 400 numbers; their threads are written once."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

_TABLES = ("numbering_numberrequest", "numbering_requestremark")


class Migration(migrations.Migration):
    """Row-level security and audit of the requests for 400 numbers; their threads are written once."""

    dependencies = [("numbering", "0007_number_requests"), ("security", "0002_guards")]
    operations = [*branch_isolated(*_TABLES), *audited(*_TABLES), *append_only("numbering_requestremark")]

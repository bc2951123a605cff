"""Row-level security, audit and append-only triggers of the clause library and of reviews."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

_LIBRARY = (
    "agreements_clause",
    "agreements_clauseversion",
    "agreements_templateversion",
    "agreements_templateclause",
)


class Migration(migrations.Migration):
    """What is published and what was reviewed never changes (P2-08)."""

    dependencies = [("agreements", "0004_clause_library")]
    operations = [
        *branch_isolated("agreements_review"),
        *audited(*_LIBRARY, "agreements_review"),
        *append_only(*_LIBRARY, "agreements_review"),
    ]

"""A unified social credit code is unique over the operator, so asking whether it is taken sees every branch."""

from django.db import migrations

USCC_TAKEN = """
CREATE FUNCTION trunkline_uscc_taken(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM party_organization WHERE uscc = wanted)
$$;
"""


class Migration(migrations.Migration):
    """Answers yes or no, and shows nothing of the other branch's row."""

    dependencies = [("party", "0002_guards")]
    operations = [migrations.RunSQL(USCC_TAKEN, "DROP FUNCTION trunkline_uscc_taken(text);")]

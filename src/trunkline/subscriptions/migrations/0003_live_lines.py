"""Five lines a person is a limit over the whole operator (REG-14), so counting them sees every branch."""

from django.db import migrations

LIVE_LINES = """
CREATE FUNCTION trunkline_live_lines(id_numbers text[]) RETURNS TABLE (id_number text, lines bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.user_id_number::text, count(*) FROM subscriptions_line l
    WHERE l.user_id_number = ANY (id_numbers) AND l.state <> 'terminated'
    GROUP BY l.user_id_number
$$;
REVOKE ALL ON FUNCTION trunkline_live_lines(text[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Answers with counts only, and shows nothing of another branch's rows."""

    dependencies = [("subscriptions", "0002_guards")]
    operations = [migrations.RunSQL(LIVE_LINES, "DROP FUNCTION trunkline_live_lines(text[]);")]

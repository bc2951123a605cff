"""Tokens are seen by their own branch, audited, and looked up by digest before anybody acts."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated

BY_DIGEST = """
CREATE FUNCTION trunkline_token(asked text) RETURNS TABLE (
    staff_id bigint, branch_id bigint, role_id bigint, channel text, expires_at timestamptz, revoked_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.staff_id, t.branch_id, t.role_id, t.channel::text, t.expires_at, t.revoked_at
    FROM security_apitoken t WHERE t.digest = asked
$$;
REVOKE ALL ON FUNCTION trunkline_token(text) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """Row-level security, audit, and the function that answers for one digest."""

    dependencies = [("security", "0003_api_tokens")]
    operations = [
        *branch_isolated("security_apitoken"),
        *audited("security_apitoken"),
        migrations.RunSQL(BY_DIGEST, "DROP FUNCTION trunkline_token(text);"),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """What a key was first used for."""

    dependencies = [("ordering", "0007_portal_session_guards")]
    operations = [
        migrations.AddField(
            model_name="order",
            name="request_digest",
            field=models.CharField(default="", max_length=64),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_messages_and_announcements")]

    operations = [
        migrations.AddField("contract", "signatory", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("contract", "clauses", models.BooleanField(default=False)),
    ]

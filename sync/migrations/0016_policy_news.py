from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0015_told_once")]

    operations = [
        migrations.AddField("calendar", "policy_news", models.CharField(blank=True, max_length=253)),
    ]

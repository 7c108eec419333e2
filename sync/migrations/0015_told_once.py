from django.db import migrations, models
from django.db.models import F


def old_ones_need_no_mail(apps, schema_editor):
    """Whoever made a pair before knows by now that it works, or that a calendar is gone."""
    apps.get_model("sync", "Pair").objects.update(ready_told_at=F("created_at"))
    apps.get_model("sync", "Calendar").objects.exclude(lost_at=None).update(lost_told_at=F("lost_at"))


class Migration(migrations.Migration):
    dependencies = [("sync", "0014_measured")]

    operations = [
        migrations.AddField("pair", "ready_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("calendar", "lost_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(old_ones_need_no_mail, migrations.RunPython.noop),
        migrations.AddIndex(
            "pair", models.Index(condition=models.Q(ready_told_at=None), fields=["ready_told_at"], name="pair_not_told")
        ),
        migrations.AddIndex(
            "calendar", models.Index(condition=~models.Q(lost_at=None), fields=["lost_at"], name="calendar_lost")
        ),
    ]

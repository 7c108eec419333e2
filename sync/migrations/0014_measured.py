from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0013_activity_request'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='calendar',
            index=models.Index(condition=models.Q(('failures__gte', 3)), fields=['failures'], name='calendar_failing'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['started_at'], name='run_age'),
        ),
    ]

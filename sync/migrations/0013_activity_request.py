from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0012_takeover'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='activity_request'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(condition=models.Q(('state', 'parked')), fields=['flow', 'starts_at'], name='link_parked'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('act', 'failed')), fields=['pair', '-at'], name='activity_failed'),
        ),
    ]

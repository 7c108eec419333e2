
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0008_label'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='batch',
            field=models.UUIDField(editable=False, null=True),
        ),
    ]

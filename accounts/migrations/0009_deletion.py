
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_approvals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('notify', models.TextField(blank=True)),
                ('copies', models.CharField(choices=[('remove', 'Remove the copies'), ('leave', 'Leave the copies')], max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('total', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('accounts', models.JSONField(blank=True, default=list)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deletion', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]

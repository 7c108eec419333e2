import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# An entry is never changed, whoever asks; and goes only after its chain has noted that it forgets it. SQLite refuses changes
# alone: emptying a whole database, as tests do, deletes there where PostgreSQL truncates.
SQLITE = """
CREATE TRIGGER chain_entries_stay BEFORE UPDATE ON accounts_chainentry
BEGIN SELECT RAISE(ABORT, 'an entry of a chain is never changed'); END
"""
POSTGRES = """
CREATE FUNCTION chain_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.number <= (SELECT forgotten FROM accounts_chain WHERE id = OLD.chain_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'an entry of a chain is never changed';
END $$;
CREATE TRIGGER chain_entries_stay BEFORE UPDATE OR DELETE ON accounts_chainentry
FOR EACH ROW EXECUTE FUNCTION chain_entries_stay()
"""


def protect(apps, schema_editor):
    schema_editor.execute(POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE, params=None)


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER chain_entries_stay ON accounts_chainentry; DROP FUNCTION chain_entries_stay()")
    else:
        schema_editor.execute("DROP TRIGGER chain_entries_stay")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_connection_aliases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.TextField(blank=True)),
                ('count', models.BigIntegerField(default=0)),
                ('head', models.CharField(blank=True, max_length=64)),
                ('forgotten', models.BigIntegerField(default=0)),
                ('base', models.CharField(blank=True, max_length=64)),
                ('stamp', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='chain', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ChainEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('act', models.CharField(max_length=32)),
                ('facts', models.JSONField(default=dict)),
                ('sealed', models.TextField(blank=True)),
                ('hash', models.CharField(max_length=64)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='accounts.chain')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='chain_entry_age')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='one_entry_per_number')],
            },
        ),
        migrations.RunPython(protect, release),
    ]

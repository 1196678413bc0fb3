from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    """Until now nothing replaced an attestation: each is the one of its enrolment."""
    apps.get_model("learners", "Certificate").objects.update(current_for=F("enrolment"))


class Migration(migrations.Migration):

    dependencies = [
        ("learners", "0007_attestation_replacement"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("learners", "0008_attestations_in_force"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('current_for__isnull', True), ('current_for', models.F('enrolment')), _connector='OR'), name='certificate_current_for_its_enrolment', violation_error_message='Une attestation vaut pour l’inscription qui l’a gagnée.'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrected_by__isnull', True), ('corrected_reason', ''), ('replaces__isnull', True)), models.Q(('corrected_by__isnull', False), ('replaces__isnull', False), models.Q(('corrected_reason', ''), _negated=True)), _connector='OR'), name='certificate_replaces_with_author_and_reason', violation_error_message='Une correction remplace une attestation, avec un auteur et un motif.'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('current_for__isnull', False), ('revoked_at__isnull', True), _connector='OR'), name='certificate_replaced_or_revoked', violation_error_message='Une attestation remplacée ne se révoque plus : la nouvelle compte.'),
        ),
    ]

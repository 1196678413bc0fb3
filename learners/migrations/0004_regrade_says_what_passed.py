from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learners', '0003_quiz_engine'),
    ]

    operations = [
        migrations.AddField(
            model_name='regrade',
            name='passed_after',
            field=models.BooleanField(blank=True, null=True, verbose_name='réussie après'),
        ),
        migrations.AddField(
            model_name='regrade',
            name='passed_before',
            field=models.BooleanField(blank=True, null=True, verbose_name='réussie avant'),
        ),
    ]

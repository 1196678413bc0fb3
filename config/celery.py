"""The Celery application and the whole timetable of the clock."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

app = Celery("faire_alliance", task_cls="learners.tasks:RowsTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The entry points of the clock call verbs, so they live above the tasks they start.
app.autodiscover_tasks(["learners"], related_name="schedule")

# Each entry looks at the database and asks what is due: a missed tick is caught up by the
# next one, and a tick that runs twice, or in two clocks, changes nothing.
app.conf.beat_schedule = {
    "heartbeat": {"task": "learners.schedule.beat", "schedule": 30.0},
    "send letters that are due": {"task": "learners.schedule.send_due_letters", "schedule": 30.0},
    "grade quizzes whose time is over": {"task": "learners.schedule.close_overdue_attempts", "schedule": 30.0},
    "write reminders": {"task": "learners.schedule.write_reminders", "schedule": 300.0},
    "write the messages of managers": {"task": "learners.schedule.write_messages", "schedule": 60.0},
    "write the points of the week": {"task": "learners.schedule.write_digests", "schedule": 900.0},
    "read the letters that came back": {"task": "learners.schedule.read_bounces", "schedule": 900.0},
    "issue attestations left behind": {"task": "learners.schedule.issue_missing", "schedule": 3600.0},
    "compare the figures": {"task": "learners.schedule.compare_figures", "schedule": crontab(hour="3", minute="40")},
    "publish scheduled pages": {"task": "learners.schedule.publish_scheduled", "schedule": 60.0},
}

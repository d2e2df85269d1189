"""The queue: JSON only, late acknowledgement, ids only in messages; due work itself lives in PostgreSQL."""

import os
from datetime import timedelta

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onboarding.settings")

from django.conf import settings

app = Celery("cairn")
app.conf.update(
    # kombu names a unix socket otherwise than redis-py does.
    broker_url=settings.REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="),
    result_backend=None,
    task_ignore_result=True,
    accept_content=["json"],
    task_serializer="json",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    },
    task_publish_retry=False,
    task_time_limit=300,
    timezone="UTC",
    worker_hijack_root_logger=False,
    beat_schedule={
        "drain-all": {"task": "milestones.drain_waiting", "schedule": timedelta(seconds=1), "options": {"expires": 5}},
        "sweep": {"task": "milestones.sweep_due", "schedule": timedelta(seconds=5), "options": {"expires": 10}},
        "publish": {"task": "milestones.publish_due", "schedule": timedelta(seconds=10), "options": {"expires": 15}},
        "take-on": {"task": "milestones.take_on", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
        "pace": {"task": "milestones.measure_pace", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "health": {"task": "milestones.measure_health", "schedule": timedelta(minutes=1), "options": {"expires": 50}},
        "reports": {"task": "analytics.reports_due", "schedule": timedelta(minutes=1), "options": {"expires": 50}},
        "nudge": {"task": "playbooks.nudge_waiting", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
        "tell": {"task": "playbooks.tell_waiting", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
        "remind": {"task": "playbooks.remind", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "sessions": {"task": "playbooks.tell_sessions", "schedule": timedelta(seconds=5), "options": {"expires": 10}},
        "bands": {"task": "analytics.check_bands", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "look-over": {"task": "playbooks.look_over", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "digest": {"task": "playbooks.digest", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "ratings": {"task": "playbooks.mind_ratings", "schedule": timedelta(seconds=30), "options": {"expires": 30}},
        "keep": {"task": "analytics.keep_waiting", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
        "recount": {
            "task": "analytics.recount_everywhere",
            "schedule": timedelta(minutes=10),
            "options": {"expires": 300},
        },
        "forget": {"task": "tracking.forget_refused", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "months": {"task": "tracking.make_months", "schedule": timedelta(minutes=10), "options": {"expires": 300}},
        "move": {"task": "milestones.move", "schedule": timedelta(seconds=2), "options": {"expires": 5}},
    },
)
app.autodiscover_tasks()

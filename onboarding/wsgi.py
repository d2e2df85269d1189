"""The door the web server knocks at."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onboarding.settings")
application = get_wsgi_application()

# What is loaded by now lives as long as the process: the collector need not look at it again with every thousand events.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

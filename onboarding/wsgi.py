"""The door the web server knocks at."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onboarding.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # with every page, and all that they stand on: else the first visitor would wait for it

# What is loaded by now lives as long as the process: the collector need not look at it again with every thousand events.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

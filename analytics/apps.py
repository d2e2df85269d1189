from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self):
        from analytics.rollups import hearing  # noqa: F401 - hears of changed settings in every process

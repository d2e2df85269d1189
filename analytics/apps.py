from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"

    def ready(self):
        from analytics import search  # noqa: F401 - says what can be found
        from analytics.rollups import hearing  # noqa: F401 - hears of changed settings in every process

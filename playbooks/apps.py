from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "playbooks"

    def ready(self):
        from playbooks import bounces  # noqa: F401  (it hears of bounces from here on)

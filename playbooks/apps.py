from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "playbooks"

    def ready(self):
        from playbooks import bounces, merging, search  # noqa: F401  (they hear of bounces, and of people who became one; what can be found)
        from playbooks.sessions import booking  # noqa: F401  (it hears of coaches who go)

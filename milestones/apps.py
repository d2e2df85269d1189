from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    name = "milestones"

    def ready(self):
        from milestones import merging, search  # noqa: F401 - they hear of people who became one, and say what can be found
        from milestones.checklist import stored  # noqa: F401 - hears of changed settings in every process
        from milestones.languages import load

        load()

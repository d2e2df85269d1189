from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    name = "milestones"

    def ready(self):
        from milestones import merging  # noqa: F401 - hears of people who became one
        from milestones.checklist import stored  # noqa: F401 - hears of changed settings in every process
        from milestones.languages import load

        load()

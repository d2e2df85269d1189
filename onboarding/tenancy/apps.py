from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "onboarding.tenancy"

    def ready(self):
        from onboarding.tenancy import checks  # noqa: F401  registers the system checks
        from onboarding.tenancy.database import lookups

        lookups.register()

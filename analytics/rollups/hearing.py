"""Hears of settings that every number rests on, in whatever process they are changed, and has everything counted anew."""

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from analytics.models import CountingRules
from analytics.rollups.keeping import ask_for_recount
from onboarding.tenancy.models import Workspace
from onboarding.tracking.models import Account, Exclusion, Person


@receiver([post_save, post_delete], sender=CountingRules)
def of_counting_rules(instance, **_):
    _recount(instance.workspace_id)


@receiver([post_save, post_delete], sender=Exclusion)
def of_exclusions(instance, **_):
    _recount(instance.workspace_id)


@receiver(post_save, sender=Workspace)
def of_settings(instance, created, **_):
    if not created:
        _recount(instance.pk)


@receiver(post_save, sender=Person)
@receiver(post_save, sender=Account)
def of_tests(instance, update_fields, **_):
    """A member said that somebody is a test, or is not. What a rule takes them for follows within the hour."""
    if update_fields and "test_said" in update_fields:
        _recount(instance.workspace_id)


def _recount(workspace_id: int) -> None:
    transaction.on_commit(lambda: ask_for_recount(workspace_id))

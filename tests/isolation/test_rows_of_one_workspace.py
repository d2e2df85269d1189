"""Every workspace table: its rows are there with the scope, and nowhere else."""

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import ScopeError

from onboarding.tenancy.scope import WrongWorkspaceError, workspace_scope
from onboarding.tracking.models import Event
from tests.examples import make_one_of_each, workspace_models

LABELS = [model._meta.label for model in workspace_models()]


@pytest.fixture
def filled(acme, alice, globex, charlie):
    for workspace, user in ((acme, alice), (globex, charlie)):
        with workspace_scope(workspace.pk):
            make_one_of_each(workspace, user)
    return acme, globex


def model_of(label):
    return next(model for model in workspace_models() if model._meta.label == label)


def raw_count(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'select count(*) from "{model._meta.db_table}"')
        return cursor.fetchone()[0]


@pytest.mark.parametrize("label", LABELS)
def test_rows_are_there_with_the_scope_and_only_the_own_ones(filled, label):
    model = model_of(label)
    for workspace in filled:
        with workspace_scope(workspace.pk):
            assert model.objects.count() >= 1
            assert set(model._base_manager.values_list("workspace_id", flat=True)) == {workspace.pk}


@pytest.mark.parametrize("label", LABELS)
def test_nothing_is_read_without_a_scope(filled, label):
    model = model_of(label)
    with pytest.raises(ScopeError):
        model.objects.count()
    for read in (model._base_manager.count, lambda: raw_count(model)):
        with pytest.raises(DatabaseError), transaction.atomic():
            read()


@pytest.mark.parametrize("label", LABELS)
def test_another_workspaces_row_can_be_neither_changed_nor_deleted(filled, label):
    acme, globex = filled
    model = model_of(label)
    with workspace_scope(acme.pk):
        theirs = model._base_manager.values_list("pk", flat=True).first()
        before = raw_count(model)
    with workspace_scope(globex.pk):
        assert not model._base_manager.filter(pk=theirs).exists()
        if model is not Event:  # nobody may update an event's workspace, not even in the own one
            assert model._base_manager.filter(pk=theirs).update(workspace_id=globex.pk) == 0
        assert model._base_manager.filter(pk=theirs)._raw_delete(using="default") == 0
    with workspace_scope(acme.pk):
        assert raw_count(model) == before


@pytest.mark.parametrize("label", LABELS)
def test_a_row_cannot_be_moved_into_another_workspace(filled, label):
    acme, globex = filled
    model = model_of(label)
    with workspace_scope(acme.pk):
        with pytest.raises(DatabaseError, match=r"row-level security|permission denied"), transaction.atomic():
            model._base_manager.all().update(workspace_id=globex.pk)


def test_a_scope_refuses_another_workspace_inside_it(acme, globex):
    with workspace_scope(acme.pk):
        with workspace_scope(acme.pk):
            pass
        with pytest.raises(WrongWorkspaceError):
            with workspace_scope(globex.pk):
                pass


def test_a_foreign_key_cannot_point_into_another_workspace(filled):
    from onboarding.tenancy.models import AuditEntry, Member

    acme, globex = filled
    with workspace_scope(acme.pk):
        theirs = Member.objects.first().pk
    with workspace_scope(globex.pk):
        with pytest.raises(DatabaseError, match="foreign key"), transaction.atomic():
            AuditEntry.objects.update(member_id=theirs)
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")

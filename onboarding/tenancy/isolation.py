"""What makes a table a workspace's own: the model's base class and the migration operations beneath it."""

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.migrations.operations.base import Operation
from django_scopes import ScopedManager

# The tables without row security, and why. A test compares this list with the catalogue.
SHARED_TABLES = {
    "tenancy_user": "one log-in for all workspaces of a human",
    "tenancy_user_groups": "Django's; unused, empty",
    "tenancy_user_user_permissions": "Django's; unused, empty",
    "tenancy_workspace": "the tenant itself; holds no customer content",
    "tenancy_jobslot": "which beat job ran in which slot; no customer content",
    "account_emailaddress": "allauth: addresses of users",
    "account_emailconfirmation": "allauth: confirmations of users' addresses",
    "mfa_authenticator": "allauth: second factors of users",
    "auth_group": "Django's; unused, empty",
    "auth_group_permissions": "Django's; unused, empty",
    "auth_permission": "Django's catalogue of models",
    "django_content_type": "Django's catalogue of models",
    "django_migrations": "Django's",
    "django_session": "sessions of users",
}

GUARD = "workspace_id = (select current_setting('cairn.workspace')::bigint)"


class WorkspaceModel(models.Model):
    """A row that belongs to one workspace. Reading it without an open scope raises."""

    workspace = models.ForeignKey("tenancy.Workspace", models.CASCADE, related_name="+", db_index=False)

    objects = ScopedManager(workspace="workspace")

    class Meta:
        abstract = True


class InnerForeignKey(models.ForeignKey):
    """A foreign key between tables of one workspace.

    The database's own constraint is composite, (workspace_id, x_id), and made by IsolateByWorkspace: plain foreign keys
    ignore row security, so a row of one workspace could point at another's.
    """

    def __init__(self, to, on_delete, **options):
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class IsolateByWorkspace(Operation):
    """Guard a model's table: forced row security, unique (workspace_id, id), composite foreign keys unless link=False."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, link: bool = True):
        self.name, self.link = name, link

    def deconstruct(self):
        return type(self).__name__, [self.name], {"link": self.link}

    def state_forwards(self, app_label, state):
        """Nothing that Django's state knows of changes."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        # Adding a constraint reads both tables through their guards. This one is new, so no workspace's rows are missed.
        schema_editor.execute("select set_config('cairn.workspace', '0', true)")
        for statement in [*guard_table(model), *(link_within_workspace(model) if self.link else [])]:
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """The table goes with its model."""

    def describe(self):
        return f"Isolate {self.name} by workspace"


class LinkWithinWorkspace(IsolateByWorkspace):
    """The composite foreign keys of a model whose guard came earlier with link=False: two tables may point at each other."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute("select set_config('cairn.workspace', '0', true)")
        for statement in link_within_workspace(to_state.apps.get_model(app_label, self.name)):
            schema_editor.execute(statement)

    def describe(self):
        return f"Link {self.name} within its workspace"


def guard_table(model) -> list[str]:
    """The SQL statements that shut a table to every workspace but the open one."""
    table = model._meta.db_table
    statements = [
        f'alter table "{table}" enable row level security',
        f'alter table "{table}" force row level security',
        f'create policy workspace_only on "{table}" as restrictive for all to public using ({GUARD}) with check ({GUARD})',
        f'create policy reachable on "{table}" as permissive for all to public using (true) with check (true)',
    ]
    if model._meta.pk.column == "id":
        statements.append(f'create unique index "{table}_own" on "{table}" (workspace_id, id)')
    return statements


def link_within_workspace(model) -> list[str]:
    """The SQL statements for composite foreign keys from this model's table to other workspace tables."""
    table, statements = model._meta.db_table, []
    for field in model._meta.local_fields:
        target = field.remote_field.model if field.is_relation else None
        if target is None or field.name == "workspace" or not _is_isolated(target):
            continue
        on_delete = f" on delete set null ({field.column})" if field.null else ""
        statements.append(
            f'alter table "{table}" add constraint "{table}_{field.column}_own" '
            f'foreign key (workspace_id, "{field.column}") references "{target._meta.db_table}" (workspace_id, id)'
            f"{on_delete} deferrable initially deferred"
        )
    return statements


def _is_isolated(model) -> bool:
    try:
        model._meta.get_field("workspace")
    except FieldDoesNotExist:
        return False
    return True


class LookupFunction(Operation):
    """A SECURITY DEFINER function owned by the lookup role: the only way to find a row before its workspace is known.

    `reads` maps each table to the columns that the function may see; the role gets SELECT on exactly these.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str, arguments: str, returns: str, body: str, reads: dict[str, list[str]]):
        self.name, self.arguments, self.returns, self.body, self.reads = name, arguments, returns, body, reads

    def deconstruct(self):
        return type(self).__name__, [self.name, self.arguments, self.returns, self.body, self.reads], {}

    def state_forwards(self, app_label, state):
        """Functions are not part of Django's state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        from django.conf import settings

        role, signature = settings.CAIRN_LOOKUP_ROLE, f"{self.name}({self.arguments})"
        for table, columns in self.reads.items():
            schema_editor.execute(f'grant select ({", ".join(columns)}) on "{table}" to {role}')
        schema_editor.execute(
            f"create or replace function {signature} returns {self.returns} language sql stable security definer "
            f"set search_path = pg_catalog, public as $cairn${self.body}$cairn$"
        )
        schema_editor.execute(f"alter function {signature} owner to {role}")
        schema_editor.execute(f"set local role {role}")
        schema_editor.execute(f"revoke all on function {signature} from public")
        runtime = settings.DATABASES["default"]["USER"]
        schema_editor.execute(f"grant execute on function {signature} to {runtime}")
        schema_editor.execute("reset role")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f"drop function {self.name}({self.arguments})")

    def describe(self):
        return f"Create look-up function {self.name}"

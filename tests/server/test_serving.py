"""A service as processes: how it starts, how it ends, and what becomes of its workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.server.stand_in import LARGE, served, stand_in
from zhunru import Client, Unavailable, ZhunruError
from zhunru_policy import Decision, PolicyError
from zhunru_server.limits import Limits
from zhunru_server.process.listening import ListenError
from zhunru_server.process.running import RunningService
from zhunru_server.process.serve import serve
from zhunru_server.process.workers import WORKER, Setting

ROOT = Path(__file__).parents[2]
PACK = str(ROOT / "tests" / "cases" / "small")
SERVE = """import sys
from zhunru_server.process.serve import serve
sys.exit(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""
# What a hanging service fails a test by.
PATIENCE_SECONDS = 30


class Process:
    """A service in a process of its own, and the events of its log."""

    def __init__(self, *command: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.events: list[dict[str, Any]] = []

    def until(self, event: str) -> dict[str, Any]:
        """The next event of this name; those before it are kept in `events`."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == event:
                return self.events[-1]
        raise AssertionError(f"no event `{event}`: {self.events}")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(*command: object) -> Iterator[Process]:
    process = Process(*command)
    try:
        yield process
    finally:
        process.process.kill()
        process.process.communicate()


def outcome(address: str, **options: Any) -> str:
    with Client(address, **options) as client:
        return client.evaluate("a1", {}).outcome


def ask_until_refused(address: str) -> None:
    while True:
        outcome(address, retries=0)


def connect_until_refused(address: str) -> None:
    """A connection that is taken just as the port closes is reset: not refused yet, so another is tried."""
    host, _, port = address.partition(":")
    while True:
        with suppress(ConnectionResetError):
            socket.create_connection((host, int(port))).close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_says_where_it_listens_and_ends_cleanly(number: signal.Signals) -> None:
    with running("-c", SERVE, "127.0.0.1:0", PACK, 1) as service:
        serving = service.until("serving")
        assert (serving["workers"], serving["policy"]) == (1, "small")
        assert serving["policy_version"].startswith("sha256:")
        assert outcome(serving["address"]) == "REFUSE"
        service.signal(number)
        assert service.until("stopping")["signal"] == number.name
        assert service.end() == 0
        with pytest.raises(Unavailable):
            outcome(serving["address"], retries=0)


def test_calls_in_flight_are_answered_and_no_others() -> None:
    with running("-m", "tests.server.slow_service", 20) as service, ThreadPoolExecutor(1) as pool:
        address = service.until("serving")["address"]
        assert service.process.stdin is not None
        assert service.process.stdout is not None
        with Client(address, timeout=PATIENCE_SECONDS) as client, grpc.insecure_channel(address) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            health = stub.Watch(health_pb2.HealthCheckRequest())
            assert next(health).status == health_pb2.HealthCheckResponse.SERVING
            in_flight = pool.submit(client.evaluate, "slow", LARGE)
            assert service.process.stdout.readline() == "deciding\n"
            service.signal(signal.SIGTERM)
            service.until("stopping")
            assert next(health).status == health_pb2.HealthCheckResponse.NOT_SERVING
            health.cancel()
            with pytest.raises(Unavailable, match="the service is ending"):
                ask_until_refused(address)
            with pytest.raises(ConnectionRefusedError):
                connect_until_refused(address)
            service.process.stdin.write("\n")
            service.process.stdin.flush()
            assert in_flight.result().outcome == "INVITED"
        assert service.end() == 0


def test_under_load_every_call_is_answered_or_told_to_ask_again() -> None:
    answered: list[str] = []
    failed: list[ZhunruError] = []

    def ask_until_it_ends(address: str) -> None:
        with Client(address, retries=0, timeout=PATIENCE_SECONDS) as client:
            while not failed:
                try:
                    answered.append(client.evaluate("a1", {}).outcome)
                except ZhunruError as error:
                    failed.append(error)

    with running("-c", SERVE, "127.0.0.1:0", PACK, 1) as service, ThreadPoolExecutor(12) as pool:
        address = service.until("serving")["address"]
        calls = [pool.submit(ask_until_it_ends, address) for _ in range(12)]
        while len(answered) < 50:
            time.sleep(0.01)
        service.signal(signal.SIGTERM)
        for call in calls:
            call.result()
        assert service.end() == 0
    assert set(answered) == {"REFUSE"}
    assert {type(error) for error in failed} == {Unavailable}


def test_the_grace_for_calls_in_flight_is_bounded() -> None:
    with running("-m", "tests.server.slow_service", 0.1) as service, ThreadPoolExecutor(1) as pool:
        address = service.until("serving")["address"]
        assert service.process.stdout is not None
        with Client(address, timeout=PATIENCE_SECONDS, retries=0) as client:
            in_flight = pool.submit(client.evaluate, "slow", LARGE)
            assert service.process.stdout.readline() == "deciding\n"
            service.signal(signal.SIGTERM)
            with pytest.raises(Unavailable):
                in_flight.result()
        service.until("calls that are still at work are abandoned")
        assert service.end() == 1


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def workers_of(service: Process) -> list[int]:
    return [event["worker"] for event in service.events if event["event"] == "a worker is ready"]


def test_workers_share_a_port_and_are_replaced_by_others_with_the_same_rules(tmp_path: Path) -> None:
    pack = shutil.copytree(PACK, tmp_path / "small")
    with running("-c", SERVE, "127.0.0.1:0", pack, 2) as service:
        serving = service.until("serving")
        shutil.rmtree(pack)
        first, second = workers_of(service)
        for worker in (first, second):
            os.kill(worker, signal.SIGKILL)
        died = service.until("a worker died; starting another")
        assert died["worker"] in (first, second)
        assert died["exit_code"] == -signal.SIGKILL
        others = [service.until("a worker is ready")["worker"] for _ in range(2)]
        with Client(serving["address"]) as client:
            assert client.evaluate("a1", {}).policy_version == serving["policy_version"]
        service.signal(signal.SIGTERM)
        assert service.end() == 0
        assert not any(map(alive, others))


def test_workers_end_with_their_parent() -> None:
    with running("-c", SERVE, "127.0.0.1:0", PACK, 2) as service:
        address = service.until("serving")["address"]
        workers = workers_of(service)
        service.signal(signal.SIGKILL)
        service.end()
        for _ in workers:
            service.until("stopped")
        ends = time.monotonic() + PATIENCE_SECONDS
        while any(map(alive, workers)) and time.monotonic() < ends:
            time.sleep(0.01)
        assert not any(map(alive, workers))
        with pytest.raises(Unavailable):
            outcome(address, retries=0)


def test_a_worker_decides_by_no_other_text_than_the_first_ones_had() -> None:
    setting = Setting("127.0.0.1:0", PACK, "sha256:other", Limits(), 1.0).to_json()
    ran = subprocess.run(WORKER, input=setting + "\n", capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert json.loads(ran.stderr)["event"] == "the pack's text changed while the service started"


SUPERVISE = """
import sys
from zhunru_server.telemetry import log
from zhunru_server.limits import Limits
from zhunru_server.process.workers import Setting, Supervisor
log.configure()
setting = Setting("127.0.0.1:0", "small", "sha256:0", Limits(), 1.0)
sys.exit(Supervisor(setting, 2, "small", [sys.executable, "-c", sys.argv[1]]).run())
"""


@pytest.mark.parametrize(
    ("worker", "told"),
    [
        ("raise SystemExit(3)", "a worker did not start; its own message stands above"),
        ("print('ready', flush=True); raise SystemExit(3)", "workers keep dying; ending the service"),
    ],
)
def test_workers_that_cant_be_kept_running_end_the_service(worker: str, told: str) -> None:
    with running("-c", SUPERVISE, worker) as service:
        assert service.until(told)["exit_code"] == 3
        assert service.end() == 1


def test_a_worker_that_does_not_end_is_killed() -> None:
    """It says that it is ready, and then heeds neither SIGTERM, which is blocked for it, nor its parent's end."""
    with running("-c", SUPERVISE, "import time; print('ready', flush=True); time.sleep(600)") as service:
        service.until("serving")
        service.signal(signal.SIGTERM)
        assert service.until("a worker did not end in time; killing it")["worker"] in workers_of(service)
        assert service.end() == 0


def invited(subject: str, facts: dict[str, Any]) -> Decision:
    return Decision("INVITED")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("listen", ["taken", "192.0.2.1:0", "nowhere.invalid:0"])
def test_an_address_that_cant_be_listened_on(listen: str, workers: int) -> None:
    with served(stand_in(invited)) as taken:
        address = taken if listen == "taken" else listen
        with pytest.raises(ListenError, match=f"can't listen on `{address}`: .*; name another"):
            serve(address, PACK, workers)


def test_a_port_shared_by_others_is_taken_too() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ListenError):
            serve(f"127.0.0.1:{other.getsockname()[1]}", PACK, 2)


def test_workers_need_a_port_to_share() -> None:
    with pytest.raises(ListenError, match="name `host:port`"):
        serve("unix:/tmp/zhunru.sock", PACK, 2)


def test_a_socket_file_will_do_for_one(tmp_path: Path) -> None:
    service = RunningService(stand_in(invited), f"unix:{tmp_path}/socket")
    assert outcome(service.address) == "INVITED"
    service.stop(1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_policy_never_serves(tmp_path: Path, workers: int) -> None:
    (tmp_path / "bad.dl").write_text(".decl p(a: symbol)\np(X) :- q(X).\n")
    with pytest.raises(PolicyError):
        serve("127.0.0.1:0", str(tmp_path), workers)

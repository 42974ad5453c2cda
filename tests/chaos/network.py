"""Machines of a network that is the test's alone: network namespaces around a router, which can cut any of them off.

What is cut off answers nothing and refuses nothing: packets to it and from it are dropped, as behind a dead router.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_CLONE_NEWNET = 0x40000000


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr}")


@dataclass
class Network:
    """Machines by name, each with an address of its own behind the router."""

    prefix: str = field(default_factory=lambda: f"lemma{os.getpid()}")
    machines: dict[str, str] = field(default_factory=dict)

    @property
    def _router(self) -> str:
        return f"{self.prefix}-router"

    def within(self, name: str) -> list[str]:
        """What stands before a command that is to run there."""
        return ["ip", "netns", "exec", f"{self.prefix}-{name}"]

    def begin(self) -> None:
        _ip("netns", "add", self._router)
        self._write(self._router, "net/ipv4/ip_forward", "1")

    def add(self, name: str) -> str:
        """A machine; its address."""
        space, number = f"{self.prefix}-{name}", len(self.machines) + 1
        address, gate = f"10.87.{number}.2", f"10.87.{number}.1"
        _ip("netns", "add", space)
        _ip("-n", self._router, "link", "add", f"to{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
        for where, device, own in ((self._router, f"to{number}", gate), (space, "eth0", address)):
            _ip("-n", where, "address", "add", f"{own}/24", "dev", device)
            _ip("-n", where, "link", "set", device, "up")
        _ip("-n", space, "link", "set", "lo", "up")
        _ip("-n", space, "route", "add", "default", "via", gate)
        self.machines[name] = address
        return address

    def set(self, name: str, values: dict[str, str]) -> None:
        """Settings of its kernel, as `sysctl` has them."""
        for setting, value in values.items():
            self._write(f"{self.prefix}-{name}", setting.replace(".", "/"), value)

    def _write(self, space: str, path: str, value: str) -> None:
        subprocess.run(
            ["ip", "netns", "exec", space, "sh", "-c", f"echo {value} > /proc/sys/{path}"], check=True
        )  # fmt: skip

    @contextmanager
    def cut_off(self, name: str) -> Iterator[None]:
        rules = [(word, self.machines[name], "blackhole") for word in ("from", "to")]
        for rule in rules:
            _ip("-n", self._router, "rule", "add", *rule)
        try:
            yield
        finally:
            for rule in rules:
                _ip("-n", self._router, "rule", "del", *rule)

    def enter(self, name: str) -> None:
        """This thread is there from now on; connections that it makes begin there."""
        with Path(f"/run/netns/{self.prefix}-{name}").open() as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def there(self, name: str, act: Any) -> Any:
        """What a function gives that runs on that machine."""
        given: list[Any] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                self.enter(name)
                given.append(act())
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return given[0]

    def end(self) -> None:
        for name in [*(f"{self.prefix}-{name}" for name in self.machines), self._router]:
            with suppress(OSError):
                _ip("netns", "del", name)


@contextmanager
def network() -> Iterator[Network]:
    """Skips the test where the kernel, or the account, does not allow it."""
    made = Network()
    try:
        try:
            made.begin()
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"No network namespaces can be made here: {error}")
        yield made
    finally:
        made.end()

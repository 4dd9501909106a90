"""Several clients at once: 200 requests a second of mixed reads and writes for a minute, and nothing lost."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
CLIENTS, RATE, SECONDS = 4, 200, 60
BODY = {
    "type": "ionq.circuit.v1", "backend": "simulator", "shots": 100,
    "input": {"gateset": "qis", "circuit": [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]},
}  # fmt: skip
MIX = ("create", "job", "results", "list", "create", "job", "backends", "cost", "cancel", "job")
"""What a client asks for in turn; three requests in ten write."""


class Caller:
    """One client: asks at a steady pace, whether or not the answers keep up."""

    def __init__(self, base_url: str, key: str, number: int, seconds: float, rate: float) -> None:
        limits = httpx.Limits(max_connections=40)
        headers = {"Authorization": f"apiKey {key}"}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60, limits=limits)
        self._number, self._seconds, self._rate = number, seconds, rate
        self.created: list[str] = []
        self.canceled: list[str] = []
        self.milliseconds: list[float] = []
        self.wrong: list[str] = []

    async def run(self) -> dict[str, Any]:
        tasks, began = [], time.monotonic()
        for turn in range(int(self._seconds * self._rate)):
            await asyncio.sleep(max(began + turn / self._rate - time.monotonic(), 0))
            tasks.append(asyncio.create_task(self._ask(MIX[(turn + self._number) % len(MIX)], turn)))
        await asyncio.gather(*tasks)
        seconds = time.monotonic() - began
        await self._http.aclose()
        return {"created": self.created, "canceled": self.canceled, "milliseconds": self.milliseconds,
                "wrong": self.wrong[:20], "seconds": seconds}  # fmt: skip

    async def _ask(self, what: str, turn: int) -> None:
        known = self.created[turn % len(self.created)] if self.created else None
        if what == "create" or known is None:
            await self._timed("POST", "/jobs", {201}, {**BODY, "name": f"{self._number}/{turn}"})
        elif what == "cancel":
            await self._timed("PUT", f"/jobs/{self.created[-1]}/status/cancel", {200, 400})
        else:
            path = {
                "job": f"/jobs/{known}", "results": f"/jobs/{known}/results/probabilities", "list": "/jobs?limit=25",
                "backends": "/backends", "cost": f"/jobs/{known}/cost",
            }[what]  # fmt: skip
            await self._timed("GET", path, {200, 404} if what == "results" else {200})

    async def _timed(self, verb: str, path: str, expected: set[int], body: Any = None) -> None:
        began = time.perf_counter()
        answer = await self._http.request(verb, path, json=body)
        self.milliseconds.append((time.perf_counter() - began) * 1000)
        if answer.status_code not in expected:
            self.wrong.append(f"{verb} {path} {answer.status_code} {answer.text[:200]}")
        elif answer.status_code == 201:
            self.created.append(answer.json()["id"])
        elif verb == "PUT" and answer.status_code == 200:
            self.canceled.append(answer.json()["id"])


def load(*, rate: int, seconds: int) -> dict[str, Any]:
    """Serve, let clients of their own processes ask, and return what came back and what the server knows at the end."""
    command = [sys.executable, "-m", "ionq_data.emulator", "--port=0", "--days=30", "--jobs=2000", "--clock=real"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            told = dict(server.stdout.readline().strip().split(": ", 1) for _ in range(3))
            asked = [told["base_url"], told["api_key"]]
            callers = [
                subprocess.Popen(
                    [sys.executable, "-m", __name__, *asked, str(n), str(seconds), str(rate / CLIENTS)],
                    cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
                )
                for n in range(CLIENTS)
            ]  # fmt: skip
            seen = [json.loads(caller.communicate(timeout=seconds * 10 + 60)[0]) for caller in callers]
            control = told["base_url"].replace("/v0.4", "/_emulator/truth")
            facts = httpx.get(control, params={"jobs": "true"}, timeout=120).json()["jobs"]
        finally:
            server.terminate()
    return {"seen": seen, "facts": {one["id"]: one for one in facts}}


def judged(measured: dict[str, Any], *, rate: int, seconds: int) -> list[float]:
    """Check that nothing is lost, and return the latencies in milliseconds, shortest first."""
    facts = measured["facts"]
    for caller in measured["seen"]:
        assert caller["wrong"] == []
        assert len(set(caller["created"])) == len(caller["created"]) > 0
        assert set(caller["created"]) <= set(facts)
        assert all(facts[one]["status"] == "canceled" for one in caller["canceled"])
    milliseconds = sorted(one for caller in measured["seen"] for one in caller["milliseconds"])
    assert len(milliseconds) == rate * seconds
    return milliseconds


@pytest.mark.prove
def test_two_hundred_requests_a_second_for_a_minute() -> None:
    judged(load(rate=RATE, seconds=SECONDS), rate=RATE, seconds=SECONDS)


def test_a_few_seconds_of_it_lose_nothing() -> None:
    judged(load(rate=40, seconds=3), rate=40, seconds=3)


if __name__ == "__main__":
    url, secret, number, duration, pace = sys.argv[1:]
    result = asyncio.run(Caller(url, secret, int(number), float(duration), float(pace)).run())
    print(json.dumps(result))  # noqa: T201

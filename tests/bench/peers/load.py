"""One run of wrk against one server: what it counted, and the processor time that the server spent meanwhile."""

import json
import pathlib
import subprocess

from processes import pinned

HERE = pathlib.Path(__file__).resolve().parent
# Enough to keep one core busy; one thread, because the scripts keep their lists in one Lua state.
CONNECTIONS = 8


def lua(value):
    """A value in Lua's notation."""
    if value is None:
        return "nil"
    if isinstance(value, dict):
        return "{" + ",".join(f"[{lua(key)}]={lua(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


class Generator:
    """wrk on a core of its own."""

    def __init__(self, work, core):
        self.work = pathlib.Path(work)
        self.core = core

    def run(self, server, script, job, seconds):
        """The figures of a run: {"requests", "seconds", "cpu_seconds", "p50_us", "p99_us", "errors"}."""
        path = self.work / "job.lua"
        path.write_text("return " + lua(job))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
        command += ["-s", HERE / "wrk" / f"{script}.lua", server.url, "--", path]
        before = server.process.cpu_seconds()
        done = subprocess.run(
            pinned(self.core, list(map(str, command))), capture_output=True, text=True, timeout=600, check=False
        )
        cpu = server.process.cpu_seconds() - before
        last = done.stdout.strip().splitlines()[-1:]
        if done.returncode != 0 or not last or not last[0].startswith("{"):
            raise SystemExit(f"wrk failed against {server.name}:\n{done.stdout}{done.stderr}")
        counted = json.loads(last[0])
        finished = counted.pop("finished")
        return {**counted, "http_requests": counted["requests"], "requests": finished, "cpu_seconds": round(cpu, 3)}

"""A server's processes: started on a core of their own, and what they cost, read from /proc."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


PORTS = iter(range(21000, 31000))


def free_port():
    """A port that nobody was given yet, below those that the kernel gives to callers: whoever connects to one of those in
    a loop may meet itself."""
    for port in PORTS:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit("no free port between 21000 and 31000")


def pinned(core, command):
    """The command on one core; as it is where there is only one."""
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") and os.cpu_count() > 1 else command


class Process:
    """A process with all its threads and children."""

    def __init__(self, command, core, log, environment=None):
        self.log = pathlib.Path(log)
        self.began = time.perf_counter_ns()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                pinned(core, [str(part) for part in command]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                env={**os.environ, **(environment or {})},
            )

    def tree(self):
        """The process and all that descend from it."""
        parents = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int(stat(entry.name)[1])
                except OSError:
                    continue
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def cpu_seconds(self):
        """User and system time of all threads, also of those that ended: ticks of 10 ms, 0.2 % of a round of 5 s."""
        ticks = 0
        for pid in self.tree():
            fields = stat(pid)
            ticks += sum(map(int, fields[11:15]))
        return ticks / TICKS

    def peak_memory_kib(self):
        peak = 0
        for pid in self.tree():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak += int(line.split()[1])
        return peak

    def wait_for_port(self, port):
        """Connects in a tight loop until somebody listens."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self.process.poll() is not None:
                raise SystemExit(f"{self.process.args} ended before it listened:\n{self.log.read_text()}")
        raise SystemExit(f"{self.process.args} did not listen within 60 s:\n{self.log.read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SystemExit(f"{self.process.args} did not stop within 10 s of SIGTERM") from None


def stat(pid):
    """/proc/PID/stat from its third field on: state, parent, ...; 11 to 14 are utime, stime, and those of waited children."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

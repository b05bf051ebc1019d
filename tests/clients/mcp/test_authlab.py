"""mcp-authlab, a scanner of MCP authorization: it signs in at Jeton, attacks both servers, and has nothing to object to.

Run with: tests/clients/with-mcp python -m pytest tests/clients/mcp
"""

import json
import os
import pathlib
import subprocess
import sys

AUTHLAB = pathlib.Path(sys.executable).with_name("mcp-authlab")
BROWSER = pathlib.Path(__file__).with_name("browser.py")
# TLS is for deployments; SESS is for MCP servers with sessions, and the demo has none.
NOT_HERE = {"TLS-01": "warn", "SESS-01": "skip", "SESS-02": "skip"}


def authlab(home, *arguments):
    variables = {**os.environ, "HOME": str(home), "BROWSER": f"{sys.executable} {BROWSER} %s"}
    command = [AUTHLAB, *arguments, "--no-color"]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)


def test_c121_a_scanner_of_mcp_authorization_finds_nothing(tmp_path):
    url = os.environ["MCP_URL"]
    login = authlab(tmp_path, "login", f"{url}/mcp", "--foreign-resource", f"{url}/bare", "--thorough")
    assert login.returncode == 0, login.stdout + login.stderr
    scan = authlab(tmp_path, "scan", f"{url}/mcp", "--tool", "write", "--format", "json")
    checks = {check["id"]: check["status"] for check in json.loads(scan.stdout)["results"]}
    assert len(checks) > 25
    assert {name: status for name, status in checks.items() if status != "pass"} == NOT_HERE

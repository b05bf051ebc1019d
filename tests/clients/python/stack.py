"""What tests/clients/with-stack tells, and the operator's commands for that stack."""

import json
import os
import subprocess


def stack(name):
    return os.environ[f"STACK_{name}"]


def jeton(*arguments):
    """One of the operator's commands; gives the JSON document that it prints."""
    command = [stack("JETON"), *arguments, "--json", "--env-file", stack("ENV_FILE")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def register_app(name, *more):
    """Registers an app that signs people in."""
    grants = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", stack("REDIRECT_URI")]
    return jeton("client", "create", "--name", name, *grants, "--api", stack("APIS").split()[0], *more)

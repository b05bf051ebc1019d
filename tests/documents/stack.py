"""The stack beside which the commands of the documents run: tests/clients/with-stack, and the help of its binary."""

import functools
import importlib.machinery
import importlib.util
import subprocess
import sys

from documents import ROOT

sys.path.insert(0, str(ROOT / "tests/clients/python"))
from person import Person  # noqa: E402, F401


def load_with_stack():
    loader = importlib.machinery.SourceFileLoader("with_stack", str(ROOT / "tests/clients/with-stack"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("with_stack", loader))
    loader.exec_module(module)
    return module


with_stack = load_with_stack()


@functools.cache
def help_of(*command):
    """What a command prints for `--help`."""
    done = subprocess.run([with_stack.JETON, *command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"jeton {' '.join(command)} --help: {done.stderr}"
    return done.stdout

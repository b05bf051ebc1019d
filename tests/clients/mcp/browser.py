#!/usr/bin/env python3
"""A browser whose person signs in and agrees: opens the URL in its argument, and follows it back to the app."""

import os
import pathlib
import sys

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from person import Person  # noqa: E402

back = Person(os.environ["STACK_USERNAME"], os.environ["STACK_PASSWORD"]).answer(sys.argv[1])
requests.get(back, timeout=30).raise_for_status()

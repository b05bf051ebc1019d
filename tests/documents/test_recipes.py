"""The recipes of tests/clients/README.md are the files that the suites run, and the one for a shell runs here."""

import json
import os
import re
import subprocess
import urllib.request

from documents import FENCE, ROOT, read, spans, table
from stack import with_stack

DOCUMENT = "tests/clients/README.md"
CODE = re.compile(r"^<!-- The text of (\S+)\. -->\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown():
    """The recipes: the file that each names, from the folder of the document, and the text that the document shows."""
    return {found[1]: found[2] for found in CODE.finditer(read(DOCUMENT))}


def test_each_recipe_is_the_text_of_its_file():
    folder = (ROOT / DOCUMENT).parent
    old = [name for name, text in shown().items() if (folder / name).read_text() != text]
    assert old == [], f"{DOCUMENT} shows another text than these files"


def test_each_file_of_a_recipe_is_in_the_document():
    folder = (ROOT / DOCUMENT).parent
    named = {(folder / name).resolve() for name in shown()}
    made = {"node_modules", ".next"}
    files = {path for path in ROOT.glob("tests/**/recipes/**/*") if path.is_file() and not made & set(path.parts)}
    assert named == files


def test_each_block_of_code_in_the_document_is_a_recipe_or_commands():
    kinds = [found["kind"] for found in FENCE.finditer(read(DOCUMENT))]
    assert kinds.count("console") + len(shown()) == len(kinds)


def variables(text):
    """The names that a recipe reads from its environment, in JavaScript or Python."""
    found = re.findall(r"process\.env\.(\w+)", text) + re.findall(r"os\.environ\[\"(\w+)\"\]", text)
    for listed in re.findall(r"const \{([^}]*)\} = process\.env", text):
        found += re.findall(r"(?:^|,)\s*(\w+)", listed)
    for listed in re.findall(r"os\.environ\[name\].*? for name in \(([^)]*)\)", text):
        found += re.findall(r"\"(\w+)\"", listed)
    return set(found)


def test_each_variable_of_a_recipe_is_in_the_table():
    # Auth.js itself reads the last one.
    read_by_recipes = {name for file, text in shown().items() if not file.endswith(".sh") for name in variables(text)} | {"AUTH_SECRET"}
    assert {name for row in table(DOCUMENT, ("variable", "value")) for name in spans(row[0])} == read_by_recipes


def test_variables_are_found_in_javascript_and_python():
    assert variables("const { A, B = 'c d' } = process.env; f(process.env.D)") == {"A", "B", "D"}
    assert variables('e = os.environ["E"]; t = tuple(quote(os.environ[name], safe="") for name in ("F", "G"))') == {"E", "F", "G"}


PACKAGE = {"private": True, "type": "module", "scripts": {"test": "node test.js"}}
TEST = """
import { writeFileSync } from 'node:fs';
const authorization = `Basic ${Buffer.from(`tests:${process.env.CLIENT_SECRET}`).toString('base64')}`;
const body = new URLSearchParams({ grant_type: 'client_credentials', resource: process.env.AUDIENCE });
const answer = await fetch(`${process.env.ISSUER}/token`, { method: 'POST', headers: { authorization }, body });
const [, ada] = process.env.ACCESS_TOKEN.split('.');
const { client_id: app } = JSON.parse(Buffer.from(ada, 'base64url').toString());
writeFileSync('answer.json', JSON.stringify({ ...(await answer.json()), app }));
"""


def test_a_pipeline_gets_a_token_and_leaves_nothing_running(tmp_path):
    port = str(with_stack.free_port())
    script = shown()["recipes/ci.sh"].replace("9000", port)
    (tmp_path / "package.json").write_text(json.dumps(PACKAGE))
    (tmp_path / "test.js").write_text(TEST)
    (tmp_path / "jeton.toml").write_text(shown()["recipes/jeton.toml"])
    environment = {**os.environ, "PATH": f"{with_stack.JETON.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert (answer["scope"], answer["app"]) == ("read write", "shop")
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5).close()
    except OSError:
        return
    raise AssertionError("jeton dev still runs")

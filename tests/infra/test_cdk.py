"""The recipe of infra/README.md for CDK: the file in `cdk` is what it shows, and CDK makes of the template what it was."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from transform import ROOT, transformed

HERE = Path(__file__).parent / "cdk"


def test_the_readme_shows_the_app():
    shown = re.search(r"```js\n(.*?)```", (ROOT / "infra" / "README.md").read_text(), re.DOTALL)[1]
    assert shown == (HERE / "app.mjs").read_text()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node 20 or newer")
def test_cdk_includes_the_template_and_leaves_it_as_it_is(tmp_path):
    given = transformed({})
    (tmp_path / "jeton.json").write_text(json.dumps(given))
    shutil.copy(HERE / "app.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    done = subprocess.run(["node", "app.mjs"], cwd=tmp_path, env={**os.environ, "CDK_OUTDIR": str(tmp_path / "out")},
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out" / "jeton.template.json").read_text())
    # What a resource waits for has no order.
    for resource in [*made["Resources"].values(), *given["Resources"].values()]:
        if isinstance(resource.get("DependsOn"), list):
            resource["DependsOn"].sort()
    for part in ("Resources", "Outputs", "Mappings", "Conditions"):
        assert made[part] == given[part], part
    # CDK adds the version of its bootstrap stack.
    assert set(made["Parameters"]) - {"BootstrapVersion"} == set(given["Parameters"])
    assert set(given["Rules"]) <= set(made["Rules"])

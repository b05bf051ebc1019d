"""The bill of materials of the product: what the functions and the command `jeton` are built from, in CycloneDX 1.6.

    python bill.py FILE

The crates are those of Cargo.lock that a release build for Linux takes in, with their licences and the checksums of their
archives. What tests need is not in it. The same lock file gives the same bill.
"""

import json
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu")
PRODUCTS = ("functions/", "infra/cli/")


def metadata(target):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def is_product(package):
    return package["manifest_path"].startswith(tuple(f"{ROOT}/{folder}" for folder in PRODUCTS))


def graph():
    """The packages by id that the products need, and by id what each of them needs."""
    packages, needs = {}, {}
    for told in map(metadata, TARGETS):
        known = {package["id"]: package for package in told["packages"]}
        nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
        pending = [name for name, package in known.items() if is_product(package)]
        while pending:
            name = pending.pop()
            wanted = [one["pkg"] for one in nodes[name]["deps"] if any(kind["kind"] != "dev" for kind in one["dep_kinds"])]
            new = set(wanted) - needs.setdefault(name, set())
            packages[name] = known[name]
            needs[name] |= new
            pending += [one for one in new if one not in packages]
    return packages, needs


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksums):
    told = {"type": "library" if package["source"] else "application", "bom-ref": purl(package), "name": package["name"],
            "version": package["version"], "purl": purl(package)}
    if package["license"]:
        told["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum := checksums.get((package["name"], package["version"])):
        told["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return told


def bill():
    packages, needs = graph()
    lock = (ROOT / "Cargo.lock").read_text()
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in tomllib.loads(lock)["package"]}
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]
    by_name = sorted(packages.values(), key=lambda one: (one["name"], one["version"]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}", "version": 1,
        "metadata": {"component": {"type": "application", "name": "jeton-server", "bom-ref": "jeton-server",
                                   "version": workspace.get("version", "0.1.0")}},
        "components": [component(package, checksums) for package in by_name],
        "dependencies": [{"ref": purl(package), "dependsOn": sorted(purl(packages[one]) for one in needs[package["id"]])}
                         for package in by_name],
    }


def main():
    told = bill()
    text = json.dumps(told, indent=1) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"this is no CycloneDX: {fault}")
    crates = {one["name"] for one in told["components"]}
    # What a test needs alone is no part of it, and what signs is.
    if not {"aws-lc-rs", "jeton"} <= crates or crates & {"openidconnect", "proptest"}:
        raise SystemExit("the bill does not list what the product is made of")
    if no_licence := [one["name"] for one in told["components"] if "licenses" not in one and one["type"] == "library"]:
        raise SystemExit(f"no licence is known of {', '.join(no_licence)}")
    Path(sys.argv[1]).write_text(text)
    print(f"bill of materials: {len(told['components'])} components in {sys.argv[1]}")


if __name__ == "__main__":
    main()

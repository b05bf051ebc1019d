"""Links of the documents lead to files and headings that exist, and so do the paths that the documents name."""

import re

import pytest

from documents import FENCE, ROOT, anchors, documents, links, prose, read, spans

# Paths of code spans that begin with one of these folders are paths of this repository.
FOLDERS = {"functions", "infra", "shared", "tests", ".ci", ".cargo", ".github"}
# What a run makes is not in the repository.
MADE = re.compile(r"^target/")


@pytest.mark.parametrize("document", documents())
def test_each_link_leads_to_a_file_and_a_heading(document):
    faults = []
    for link in links(document):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        if not target.exists():
            faults.append(f"{link}: there is no {path}")
        elif anchor and anchor not in anchors(str(target.resolve().relative_to(ROOT))):
            faults.append(f"{link}: {path or document} has no such heading")
    assert faults == []


@pytest.mark.parametrize("document", documents())
def test_each_section_is_in_the_contents_of_its_page(document):
    """Contents are the links before the first section that lead to headings of the page; a page without them has none."""
    begin = FENCE.sub("", read(document)).partition("\n## ")[0]
    named = set(re.findall(r"\]\(#([^)\s]+)\)", begin))
    assert len(named) < 2 or anchors(document, "##") <= named, sorted(anchors(document, "##") - named)


def test_pages_have_contents():
    for document in ("CONTRIBUTING.md", "functions/README.md", "infra/README.md", "tests/clients/README.md"):
        assert "](#" in read(document).partition("\n## ")[0], document


@pytest.mark.parametrize("document", [name for name in documents() if "CHANGELOG" not in name])
def test_each_path_of_the_repository_exists(document):
    faults = []
    for span in spans(prose(document)):
        path = span.split(" ")[0].split("::")[0]
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", path) or path.split("/")[0] not in FOLDERS:
            continue
        # "functions/name" in a text about a new function.
        if path.split("/")[1] != "name" and not (ROOT / path).exists() and not MADE.match(path):
            faults.append(path)
    assert faults == []


def test_a_heading_has_the_anchor_that_github_makes():
    assert {"the-log", "apis-that-verify-jwts-and-spring", "the-implicit-and-the-password-grant"} <= anchors("functions/README.md")


def test_links_in_pictures_are_seen():
    assert any(link.endswith(".png") for link in links("README.md")), read("README.md")

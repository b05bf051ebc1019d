"""The documents of the repository: their blocks of commands, tables, links and code spans."""

import dataclasses
import pathlib
import re
import subprocess
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A block of code; it may be indented, as a part of a list.
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[a-z]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclasses.dataclass
class Command:
    """One command of a block: its text without the prompt, and the output that the document shows for it."""

    text: str
    shown: str


@dataclasses.dataclass
class Block:
    """A block of commands, in the order of its document."""

    document: str
    line: int
    commands: list[Command]

    def __str__(self):
        return f"{self.document}:{self.line}"


def documents():
    """The documents that git knows, and those that it could."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT,
                            capture_output=True, text=True, check=True)
    return [path for path in sorted(set(listed.stdout.splitlines())) if (ROOT / path).is_file()]


def read(document):
    return (ROOT / document).read_text()


def blocks(document, text=None):
    """The blocks of commands. A line that begins with `$ ` is a command, and a backslash at its end continues it."""
    text = read(document) if text is None else text
    return [Block(document, text[:found.start()].count("\n") + 1, commands(textwrap.dedent(found["text"])))
            for found in FENCE.finditer(text) if found["kind"] == "console"]


def commands(text):
    found, is_open = [], False
    for line in text.splitlines():
        if is_open:
            found[-1].text += "\n" + line
        elif line.startswith("$ "):
            found.append(Command(line.removeprefix("$ "), ""))
        elif found:
            found[-1].shown += line + "\n"
            continue
        else:
            raise AssertionError(f"a block of commands begins with `$ `, not with: {line}")
        is_open = line.endswith("\\")
    return found


def table(document, head):
    """The rows of the table whose head begins with these cells."""
    lines = read(document).splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|") and cells(line)[:len(head)] == list(head):
            rows = lines[number + 2:]
            end = next((at for at, row in enumerate(rows) if not row.startswith("|")), len(rows))
            return [cells(row) for row in rows[:end]]
    raise AssertionError(f"{document} has no table with the head {head}")


def cells(line):
    """The cells of a row; a bar behind a backslash is a part of the text."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def spans(text):
    """The code spans of a text."""
    return re.findall(r"`([^`\n]+)`", text)


def prose(document):
    """A document without its blocks of code, and without comments."""
    return COMMENT.sub("", FENCE.sub("", read(document)))


def anchors(document, level="#+"):
    """The anchors of the headings of a document, or of those of one level, as GitHub makes them."""
    heads = re.findall(rf"^{level} (.*)$", FENCE.sub("", read(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(document):
    """The targets of links and pictures."""
    text = prose(document)
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", text)

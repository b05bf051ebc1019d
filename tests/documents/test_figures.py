"""Sentences with measured figures have those of the last run of the benchmarks (`tests/bench/results.json`)."""

import json
import math

import pytest

from documents import ROOT, read

FUNCTIONS = json.loads((ROOT / "tests/bench/results.json").read_text())["functions"]
FLOWS = {flow["name"]: flow for flow in FUNCTIONS["flows"]}
# Lambda gives one whole processor for this memory, in MiB.
WHOLE_PROCESSOR = 1769


def cold(part, flows):
    """The medians of a part of a cold start, in milliseconds and in order."""
    return sorted(flow["cold"][part]["median"] / 1000 for flow in flows)


def of_readme():
    starts, answers = cold("init", FLOWS.values()), cold("first", FLOWS.values())
    within = math.ceil(answers[-1] * 10) / 10
    yield f"A function starts in {starts[0]:.1f} to {starts[-1]:.1f} ms and first answers within {within:.1f} ms (medians"


def of_the_guide():
    processor = FLOWS["token: client credentials, RS256"]["warm"]["cpu"] / 1000
    starts = cold("init", [flow for flow in FLOWS.values() if flow["function"] == "token"])
    yield f"A service token takes {processor:.2f} ms of a processor (RS256; `tests/bench/REPORT.md`), a start {starts[0]:.1f} to {starts[-1]:.1f} ms."
    yield f"Lambda gives {512 / WHOLE_PROCESSOR:.2f} of a processor with 512 MiB."
    half, quarter, whole = (processor * WHOLE_PROCESSOR / memory for memory in (512, 256, 1024))
    yield f"A token then takes {half:.1f} ms, {quarter:.1f} ms with 256 MiB and {whole:.1f} ms with 1024 MiB, at"
    archives = sorted(function["weight"]["zip"] / 1_000_000 for function in FUNCTIONS["functions"])
    yield f"{archives[0]:.1f} to {archives[-1]:.1f} MB zipped for each function and version"


@pytest.mark.parametrize(("document", "sentence"), [
    *(("README.md", sentence) for sentence in of_readme()),
    *(("infra/README.md", sentence) for sentence in of_the_guide()),
])
def test_a_sentence_has_the_figures_that_were_measured(document, sentence):
    assert sentence in " ".join(read(document).split()), f"write in {document}: {sentence}"

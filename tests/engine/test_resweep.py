"""A viewpoint's sweep starts from the neutral one and equals a sweep from the bottom up, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.engine import assess
from kb.engine.incremental import resweep
from kb.engine.viewpoints import apply, overlay
from kb.load import load

TESTS = Path(__file__).parent.parent
DEBATES = {"clock": TESTS / "corpora" / "good" / "clock", "bread": TESTS / "browser" / "corpus"}


@pytest.mark.parametrize("debate", DEBATES)
def test_a_viewpoint_swept_from_the_neutral_one_is_the_same(debate: str) -> None:
    neutral = assess(load(DEBATES[debate]).corpus)
    assert neutral.viewpoints
    for viewpoint in neutral.viewpoints:
        inputs = apply(neutral.result.net, overlay(neutral.corpus, neutral.result.net, viewpoint))
        whole, part = neutral.result.again(inputs), resweep(neutral.result, inputs)
        assert not np.array_equal(whole.state.log_odds, neutral.result.state.log_odds)
        for name in ("log_odds", "gathered", "shift", "own", "links", "shared", "competition", "assessed", "mu", "tau"):
            assert np.array_equal(getattr(whole.state, name), getattr(part.state, name)), (viewpoint, name)


@pytest.mark.parametrize("name", ["item_weight", "item_reliability", "root_reliability", "link_weight", "kill", "pin"])
def test_any_one_input_changed(name: str) -> None:
    neutral = assess(load(DEBATES["bread"]).corpus).result
    for row in range(len(getattr(neutral.setup.inputs, name))):
        inputs = neutral.setup.inputs.take(np.zeros(1, dtype=np.int64))
        getattr(inputs, name)[row, 0] = 0.4 if name == "pin" else getattr(inputs, name)[row, 0] * 0.5
        whole, part = neutral.again(inputs), resweep(neutral, inputs)
        assert np.array_equal(whole.state.log_odds, part.state.log_odds), (name, row)
        assert np.array_equal(whole.state.item_weight, part.state.item_weight), (name, row)

"""Debates whose strengths have ranges, and random strengths within them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from engine.debate import Debate, build

from kb.engine.arithmetic import Floats
from kb.engine.inputs import Inputs
from kb.engine.network import Network


def ranged(debate: Debate, seed: int) -> Network:
    """A debate's network in which every strength could be anything from nothing to twice its size."""
    net = build(debate)
    random = np.random.default_rng(seed)

    def spans(weights: Floats) -> Floats:
        size = np.abs(weights)
        return np.stack([size * random.uniform(0, 1, size.size), size * random.uniform(1, 2, size.size)], axis=1)

    return replace(net, link_range=spans(net.link_weight), item_range=spans(net.item_weight))


def strengths_within(net: Network, cases: int, seed: int) -> Inputs:
    """Inputs with strengths anywhere within their ranges; in half of the cases all of them at an end."""
    random = np.random.default_rng(seed)
    inputs = Inputs.of(net, cases)
    for values, spans, stated in (
        (inputs.item_weight, net.item_range, net.item_weight),
        (inputs.link_weight, net.link_range, net.link_weight),
    ):
        share = random.uniform(0, 1, values.shape)
        share[:, : cases // 2] = np.round(share[:, : cases // 2])
        size = spans[:, :1] + (spans[:, 1:] - spans[:, :1]) * share
        values[:] = np.sign(stated)[:, None] * size
    return inputs

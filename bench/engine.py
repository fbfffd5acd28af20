"""Speed of the engine beside its peers and beside the memory of the machine: ``python bench/engine.py [--large]``.

Prints one table for each question, all measured in this run.  Peers that are not installed are left out and named:
``make conformance`` installs pyAgrum and pgmpy.  Every figure is the smallest of several repetitions.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from kb.engine.incremental import above
from kb.engine.network import Builder, Network
from kb.engine.propagate import propagate
from kb.engine.sweep import Plan, Setup, run

DB = math.log(10) / 10
WORDS = (1, 3, 7, 13, 17)
PATIENCE = 60
"""Seconds after which a peer counts as stalled."""


class Stalled(Exception):
    """A peer took longer than anybody would wait."""


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Stalled

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def best(call: Callable[[], object], repeat: int = 3) -> float:
    """Seconds of the fastest of several calls."""
    found = math.inf
    for _ in range(repeat):
        gc.collect()
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return found


def edges_of(shape: str, n: int, seed: int) -> list[tuple[int, int]]:
    """Random links (from, to) between n claims: every debate graph is a tree with 10% cross links."""
    r = random.Random(seed)
    if shape == "debate":
        links = [(i, (i - 1) // r.randint(2, 4)) for i in range(1, n)]
        links += [(b, a) for a, b in (sorted(r.sample(range(n), 2)) for _ in range(n // 10))]
        return links
    links = []
    for _ in range(int(2.5 * n)):
        a = r.randrange(n - 1)
        links.append((r.randrange(a + 1, min(n, a + 1 + max(n // 5, 2))), a))
    if shape == "cyclic":
        for _ in range(max(n // 100, 1)):
            a = r.randrange(n - 3)
            links += [(a, a + 2), (a + 2, a)]
    return links


def network(shape: str, n: int, seed: int = 1) -> Network:
    """A random debate: links of every word, every third claim with an item of a root of its own."""
    r = random.Random(seed)
    b = Builder()
    for i in range(n):
        b.claim(f"c{i:07}", r.choice((0.5, 0.5, 0.3, 0.7)))
    for i in range(0, n, 3):
        b.root(f"r{i:07}", r.choice((0.7, 0.85, 0.9)))
        b.item(f"e{i:07}", f"c{i:07}", r.choice(WORDS) * r.choice((1, -1)) * DB, f"r{i:07}", r.choice((0.8, 0.9)))
    for k, (a, c) in enumerate(edges_of(shape, n, seed)):
        b.link(f"l{k:07}", [f"c{a:07}"], f"c{c:07}", r.choice(WORDS) * r.choice((1, 1, -1)) * DB)
    return b.build()


def memory_floor(net: Network) -> float:
    """Seconds to move what one pass must move: each link's table, indices and message, each claim's numbers, once."""
    doubles = 8 * net.link_claim.size + 6 * net.size
    a, b = np.ones(doubles // 3), np.ones(doubles // 3)
    out = np.empty_like(a)

    def triad() -> None:
        np.multiply(b, 3.0, out=out)
        np.add(a, out, out=out)

    return best(triad, 20) / 2


def networkx_loop(net: Network) -> Callable[[], object]:
    """The same messages by a plain loop over a networkx graph in topological order (no conservation)."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(net.size))
    setup = Setup.of(Plan.of(net))
    state = run(setup)
    t = setup.tables
    for j in range(net.link_claim.size):
        graph.add_edge(
            int(net.premise[j]), int(net.link_claim[j]), s=float(t.s[j, 0]), f=float(t.f[j, 0]),
            m=float(net.link_weight[j]),
        )  # fmt: skip
    own = state.own[:, 0].tolist()
    order = list(nx.topological_sort(graph))

    def loop() -> list[float]:
        gathered = list(own)
        for c in order:
            for r, _, x in graph.in_edges(c, data=True):
                big = math.exp(min(gathered[r], 600.0))
                mu = math.log((x["s"] * big + 1 - x["s"]) / (x["f"] * big + 1 - x["f"]))
                if mu * x["m"] > 0:
                    gathered[c] += mu
        return gathered

    got = np.array(loop())
    assert np.allclose(got, state.gathered[:, 0], atol=1e-8), "the loop and the engine disagree"
    return loop


def networkx_build(net: Network) -> Callable[[], object]:
    pairs = list(zip(net.premise.tolist(), net.link_claim.tolist(), net.link_weight.tolist(), strict=True))

    def build() -> object:
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(net.size))
        graph.add_weighted_edges_from(pairs)
        return graph

    return build


def one_pass(sizes: list[int]) -> None:
    print("\nOne pass (no conservation): random DAGs, 2.5 links a claim, one case")
    print(f"{'claims':>9} {'links':>9} {'pass ms':>9} {'floor ms':>9} {'x floor':>8} {'nx loop ms':>11} {'x loop':>7} "
          f"{'compile ms':>11} {'nx build ms':>12} {'x build':>8}")  # fmt: skip
    for n in sizes:
        net = network("dag", n)
        setup = Setup.of(Plan.of(net))
        floor = memory_floor(net)
        ours = best(lambda setup=setup: run(setup), 7)  # type: ignore[misc]

        def compile_(net: Network = net) -> object:
            for name in ("level", "edges", "unit", "cycles", "undercut_final", "question_of", "base"):
                net.__dict__.pop(name, None)
            return Setup.of(Plan.of(net))

        compiled = best(compile_)
        loop = best(networkx_loop(net), 2) if n <= 100_000 else math.nan
        built = best(networkx_build(net), 2)
        print(f"{n:>9,} {net.link_claim.size:>9,} {ours * 1e3:>9.2f} {floor * 1e3:>9.3f} {ours / floor:>8.1f} "
              f"{loop * 1e3:>11.1f} {loop / ours:>7.1f} {compiled * 1e3:>11.1f} {built * 1e3:>12.1f} "
              f"{built / compiled:>8.1f}")  # fmt: skip


def conserved(cases: list[tuple[str, int]]) -> None:
    print("\nEverything (closures, conservation by maximum flow, cycles)")
    print(f"{'shape':>8} {'claims':>8} {'links':>8} {'not trees':>9} {'bound':>6} {'seconds':>8}")
    for shape, n in cases:
        net = network(shape, n)
        start = time.perf_counter()
        result = propagate(net)
        seconds = time.perf_counter() - start
        bound = int((result.state.shared[:, 0] != 0).sum())
        print(f"{shape:>8} {n:>8,} {net.link_claim.size:>8,} {int((~result.conserver.is_tree).sum()):>9,} "
              f"{bound:>6,} {seconds:>8.2f}")  # fmt: skip


def edits(n: int) -> None:
    print("\nClaims touched by one edit (median and 90% over 200 random claims)")
    for shape in ("debate", "dag"):
        net = network(shape, n)
        r = random.Random(3)
        touched = sorted(above(net, [r.randrange(net.size)]).size for _ in range(200))
        print(f"{shape:>8} {n:>8,}  median {touched[100]}  90% {touched[180]}")


def peer_networks(net: Network) -> dict[str, Callable[[], object]]:
    """The same structure in peers' own form, each claim a binary variable with a noisy table over its reasons."""
    found: dict[str, Callable[[], object]] = {}
    parents: dict[int, list[int]] = {i: [] for i in range(net.size)}
    for a, c in zip(net.premise.tolist(), net.link_claim.tolist(), strict=True):
        if a not in parents[c] and len(parents[c]) < 8:
            parents[c].append(a)
    with suppress(ImportError):
        import pyagrum as gum

        def graph() -> Any:
            bn = gum.BayesNet()
            for i in range(net.size):
                bn.add(gum.LabelizedVariable(f"c{i}", "", 2))
            for c, ps in parents.items():
                for p in ps:
                    bn.addArc(f"c{p}", f"c{c}")
            gum.initRandom(1)
            bn.generateCPTs()
            return bn

        bn = graph()
        found["pyAgrum exact"] = lambda: gum.LazyPropagation(bn).makeInference()
        found["pyAgrum loopy"] = lambda: gum.LoopyBeliefPropagation(bn).makeInference()
    with suppress(ImportError):
        from pgmpy.factors.discrete import TabularCPD
        from pgmpy.inference import BeliefPropagation
        from pgmpy.models import DiscreteBayesianNetwork

        model = DiscreteBayesianNetwork()
        model.add_nodes_from(str(c) for c in parents)
        model.add_edges_from((str(p), str(c)) for c, ps in parents.items() for p in ps)
        r = random.Random(5)
        for c, ps in parents.items():
            yes = [r.uniform(0.1, 0.9) for _ in range(2 ** len(ps))]
            table = [[1 - x for x in yes], yes]
            model.add_cpds(TabularCPD(str(c), 2, table, [str(p) for p in ps], [2] * len(ps)))
        found["pgmpy junction tree"] = lambda: BeliefPropagation(model).calibrate()
    return found


def peers(sizes: list[int]) -> None:
    print(f"\nPeers on the same structure (binary tables over at most 8 reasons), {PATIENCE} s of patience")
    print(f"{'claims':>8} {'counterpoise s':>15}  peers")
    for n in sizes:
        net = network("debate", n)
        ours = best(lambda net=net: propagate(net), 1)  # type: ignore[misc]
        said = []
        options = peer_networks(net)
        if not options:
            said.append("not installed")
        for name, call in options.items():
            try:
                with patience(PATIENCE):
                    said.append(f"{name} {best(call, 1):.2f} s")
            except Stalled:
                said.append(f"{name} stalled")
            except Exception as error:
                said.append(f"{name} refused ({type(error).__name__})")
        print(f"{n:>8,} {ours:>15.3f}  {'; '.join(said)}")


def founding() -> None:
    claims = Path(__file__).parent.parent / "claims"
    from kb import assess, load

    corpus = load(claims).corpus
    start = time.perf_counter()
    a = assess(corpus)
    credences = a.credences
    middle = time.perf_counter()
    for id in credences:
        a.cruxes(id)
    end = time.perf_counter()
    print(f"\nThe founding debate: {len(corpus)} records, {len(credences)} claims and undercuts")
    print(f"credences and intervals {middle - start:.2f} s; cruxes of every claim {end - middle:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="add 1,000,000 claims to the one-pass table")
    large = parser.parse_args().large
    one_pass([100, 1_000, 10_000, 100_000, *([1_000_000] if large else [])])
    conserved([("debate", 1_000), ("debate", 10_000), ("dag", 100), ("cyclic", 100), ("debate", 100_000)])
    edits(10_000)
    peers([100, 300, 1_000])
    founding()


if __name__ == "__main__":
    main()

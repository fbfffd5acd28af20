"""After any edit the credences that are kept and worked out again are those of an assessment from the start."""

from __future__ import annotations

import random
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from kb.engine import assess, uncertainty
from kb.engine.assessment import Assessment, reassess
from kb.engine.closure import Uses
from kb.engine.propagate import propagate
from kb.engine.restrict import restrict, whole
from kb.load import Known, load

sys.path.insert(0, str(Path(__file__).parent.parent))
from test_partial import debates, edit


def numbers(assessment: Assessment) -> dict[str, object]:
    """Every credence with all that is said of it, floats to twelve digits."""

    def near(value: object) -> object:
        return f"{value:.12g}" if isinstance(value, float) else value

    return {id: [near(x) for x in astuple(c)] for id, c in assessment.credences.items()}


@pytest.mark.parametrize("few", [1, 10**9], ids=["touched claims alone", "from the draws that were kept"])
def test_after_any_edits_credences_are_those_of_a_new_assessment(
    few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uncertainty, "FEW", few)
    records, known, r = tmp_path / "claims", Known(), random.Random(few)
    debates().write(records, 100)
    assessment = reassess(load(records, known).corpus, None)
    moved = 0
    for _ in range(12):
        done = [edit(records, r) for _ in range(2)]
        before, assessment = numbers(assessment), reassess(load(records, known).corpus, assessment)
        anew = assess(load(records).corpus)
        assert numbers(assessment) == numbers(anew), done
        moved += numbers(assessment) != before
        for holder in anew.viewpoints:
            seen = assessment.under(holder, intervals=False)
            assert numbers(seen) == numbers(anew.under(holder, intervals=False)), done
    assert moved > 4


def test_a_part_has_the_numbers_of_the_whole(tmp_path: Path) -> None:
    debates().write(tmp_path / "claims", 100)
    result = assess(load(tmp_path / "claims").corpus, intervals=False).result
    uses, net = Uses(result.net), result.net
    sizes = set()
    for c, id in enumerate(net.ids):
        part = whole(uses, [c])
        few = propagate(restrict(uses, part))
        assert few.net.ids == tuple(net.ids[x] for x in part)
        assert few.state.log_odds[few.net.at[id], 0] == pytest.approx(result.state.log_odds[c, 0], abs=1e-12)
        assert few.conserver.is_tree[few.net.at[id]] == result.conserver.is_tree[c]
        sizes.add(len(part))
    assert len(sizes) > 3

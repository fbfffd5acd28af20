"""Small trees of records, written by the test that needs them."""

from __future__ import annotations

from pathlib import Path

from kb.engine.assessment import Assessment, assess
from kb.load import load


def tree(folder: Path, **records: str) -> Assessment:
    """An assessed corpus of these records in one topic (name, with _ for -, to YAML), and a source named ``log``."""
    for shelf in ("t", "sources", "people", "viewpoints"):
        (folder / shelf).mkdir()
    (folder / "t" / "_topic.yaml").write_text("title: Kettles\nquestion: Do they boil late?\n")
    (folder / "sources" / "log.yaml").write_text(
        "kind: source\ntitle: Log\ntype: report\nno_url: It is kept on paper only.\n"
        "reliability: {value: 0.9, why: It is written on the spot.}\n"
    )
    for name, text in records.items():
        kind = text.removeprefix("kind: ").partition("\n")[0]
        shelf = {"source": "sources", "person": "people", "viewpoint": "viewpoints"}.get(kind, "t")
        (folder / shelf / f"{name.replace('_', '-')}.yaml").write_text(text)
    return read(folder)


def read(folder: Path) -> Assessment:
    """The records of a folder, assessed without intervals."""
    loaded = load(folder)
    assert not loaded.findings, [str(f) for f in loaded.findings]
    return assess(loaded.corpus, intervals=False)


def claim(*links: str, base_rate: float = 0.5) -> str:
    """A claim with these links."""
    rate = f"base_rate: {{credence: {base_rate}, why: It was counted.}}\n"
    text = f"kind: claim\ntitle: A claim\ntext: Something is so.\n{rate}"
    return text + ("bears_on:\n" + "".join(f"  - {link}\n" for link in links) if links else "")


def link(on: str, strength: str, stance: str = "supports", more: str = "") -> str:
    """A link, to go into a claim."""
    return f"{{claim: {on}, stance: {stance}, strength: {strength}, why: It leads there.{more}}}"


def item(on: str, db: float, root: str = "log") -> str:
    """An observation that supports a claim."""
    return (
        f"kind: evidence\ntitle: An item\ntext: It was seen.\ndesign: observation\nroot: {root}\n"
        f"bears_on: [{{claim: {on}, stance: supports, strength: {{db: {db}}}, why: It is plainly so.}}]\n"
    )

"""How to cite a record, and what a reader can do with it; addresses appear only when they are known."""

from __future__ import annotations

from dataclasses import dataclass

from kb.corpus import Entry
from kb.pages.site import Site


@dataclass(frozen=True)
class Citation:
    """A page's citation as text and as BibTeX."""

    text: str
    bibtex: str


@dataclass(frozen=True)
class Action:
    """Something to do with a record: a label and an address."""

    label: str
    url: str


def citation(site: Site, entry: Entry) -> Citation:
    """Citation of a record's page with version, date and digest."""
    s = site.settings
    title = site.ref(entry.id).title
    year = s.revised[:4] if s.revised else None
    where = site.canonical(site.ref(entry.id).href) or f"urn:counterpoise:{entry.id}"
    version = f"version {s.version}, " if s.version else ""
    text = f"{s.name} contributors{f' ({year})' if year else ''}. “{title}”. {s.name}, {version}"
    text += f"{f'as of {s.revised}, ' if s.revised else ''}record digest {entry.digest[:12]}. {where}"
    fields = [("author", f"{{{s.name} contributors}}"), ("title", _bibtex(title))]
    fields += [("year", year)] if year else []
    fields += [("howpublished", f"\\url{{{where}}}")] if site.canonical("") else [("note", where)]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    return Citation(text, f"@misc{{{entry.id},\n{lines}\n}}")


def _bibtex(text: str) -> str:
    """Text with BibTeX's special characters escaped, and capitals kept."""
    escaped = "".join("\\" + c if c in "&%$#_{}" else c for c in text)
    return f"{{{escaped}}}"


def actions(site: Site, entry: Entry) -> list[Action]:
    """Edit, add evidence, contest, report: empty while the repository's address is unknown."""
    found = []
    edit = site.edit_url(entry)
    if edit is not None:
        found.append(Action("Edit this file", edit))
    if entry.kind in ("claim", "undercut", "question"):
        add = site.new_file_url(entry.topic, f"evidence-on-{entry.id}"[:80], _evidence_template(entry.id))
        if add is not None:
            found.append(Action("Add evidence", add))
    report = site.report_url(entry)
    if report is not None:
        found.append(Action("Report a problem", report))
    return found


def contest_url(site: Site, source: str, claim: str, topic: str) -> str | None:
    """A prefilled undercut of one link; ``None`` while the repository's address is unknown."""
    text = (
        f"kind: undercut\ntitle: \ntext: \ntarget:\n  from: {source}\n  to: {claim}\nkill: halves\n"
        'seen_in:\n  - source: \n    anchor:\n      start: ""\n'
    )
    return site.new_file_url(topic, f"undercut-of-{source}"[:80], text)


def _evidence_template(claim: str) -> str:
    """A new evidence file with the claim filled in."""
    return (
        'kind: evidence\ntitle: \ntext: \ndesign: observation\nseen_in:\n  - source: \n    anchor:\n      start: ""\n'
        f'      end: ""\nbears_on:\n  - claim: {claim}\n    stance: supports\n    strength: slight\n    why: \n'
    )

"""How to cite a record or the whole map, and what a reader can do with it; addresses only when they are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.export.indented import dumps
from kb.pages import prefill
from kb.pages.render import render
from kb.pages.site import Site


@dataclass(frozen=True)
class Form:
    """A file beside a record's page.

    Attributes:
        ending: of its name, after the record's id.
        media_type: for ``rel=alternate``.
        label: what a reader calls it.
    """

    ending: str
    media_type: str
    label: str


JSON = Form(".json", "application/json", "JSON")
CSV = Form(".csv", "text/csv", "CSV")
TURTLE = Form(".ttl", "text/turtle", "Turtle (RDF)")
BIBTEX = Form(".bib", "application/x-bibtex", "BibTeX")
CSL = Form(".csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON")
CITED = (BIBTEX, CSL)
"""The citation as files."""


def forms(site: Site, entry: Entry) -> tuple[Form, ...]:
    """The data of a record's page, as files; those of its citation are :data:`CITED`."""
    return (JSON, CSV, TURTLE) if entry.id in site.credences else (JSON, TURTLE)


def picture_path(id: str) -> str:
    """Address of a picture for link previews, below the root."""
    return f"assets/preview/{id}.png"


@dataclass(frozen=True)
class Citation:
    """A citation, and the files that a page offers.

    Attributes:
        text, bibtex, csl: the citation for people, for LaTeX, and for reference managers.
        forms, cited: the page as data, and its citation, as files beside it.
        picture: address of its picture for link previews, if it has one.
    """

    text: str
    bibtex: str
    csl: str
    forms: tuple[Form, ...] = ()
    cited: tuple[Form, ...] = CITED
    picture: str | None = None


@dataclass(frozen=True)
class Action:
    """Something to do with a record: a label and an address."""

    label: str
    url: str


def citation(site: Site, entry: Entry) -> Citation:
    """Citation of a record's page with version, date and digest."""
    return site.ask(_citation_of, entry.id)


def _citation_of(site: Site, id: str) -> Citation:
    """The same, made anew: the page and the files beside it share one."""
    entry = site.corpus[id]
    title = site.ref(entry.id).title
    where = site.canonical(site.ref(entry.id).href) or f"{vocab.RECORD}{entry.id}"
    made = _citation(site, entry.id, title, f"record digest {entry.digest[:12]}", where)
    picture = picture_path(entry.id) if entry.kind is vocab.Kind.QUESTION else None
    return replace(made, forms=forms(site, entry), picture=picture)


def whole(site: Site) -> Citation:
    """Citation of all records together."""
    title = f"{site.settings.name}: arguments and evidence about AI progress"
    where = site.canonical("") or f"{vocab.RECORD}export:dataset"
    return _citation(site, "counterpoise", title, f"digest of the records {site.corpus.digest[:12]}", where)


def whole_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """(path, content) of the citation of all records as files."""
    made = whole(site)
    yield f"data/counterpoise{BIBTEX.ending}", f"{made.bibtex}\n".encode()
    yield f"data/counterpoise{CSL.ending}", made.csl.encode()


def whole_section(site: Site) -> Markup:
    """The citation of all records, for the page of data."""
    return render("cite-site.html.j2", citation=whole(site), stem="data/counterpoise")


def _citation(site: Site, key: str, title: str, digest: str, where: str) -> Citation:
    """The three forms, which say the same.

    Args:
        site: the site.
        key: of the entry in a bibliography.
        title: of the page.
        digest: which state of the records is meant.
        where: its address or, while that is unknown, its permanent name.
    """
    s = site.settings
    who, year, public = f"{s.name} contributors", (s.revised or "")[:4], site.canonical("") is not None
    text = f"{who}{f' ({year})' if year else ''}. “{title}”. {s.name}, "
    text += f"{f'version {s.version}, ' if s.version else ''}{f'as of {s.revised}, ' if s.revised else ''}"
    text += f"{digest}. {where}"
    fields = [("author", f"{{{_bibtex(who)}}}"), ("title", f"{{{_bibtex(title)}}}")]
    fields += [("year", year), ("date", s.revised)] if s.revised else []
    fields += [("version", _bibtex(s.version))] if s.version else []
    fields += [("howpublished", f"\\url{{{where}}}"), ("url", where)] if public else []
    fields.append(("note", digest if public else f"{digest}, {where}"))
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    item: dict[str, object] = {"id": key, "type": "webpage", "title": title, "author": [{"literal": who}]}
    item["container-title"] = s.name
    if s.revised:
        item["issued"] = {"date-parts": [[int(part) for part in s.revised.split("-")]]}
    if s.version:
        item["version"] = s.version
    if public:
        item["URL"] = where
    item |= {"note": digest if public else f"{digest}, {where}", "language": "en"}
    csl = dumps([item], 1) + "\n"
    return Citation(text, f"@misc{{{key},\n{lines}\n}}", csl)


_LATEX = {
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_"},
}
"""Characters that mean something to LaTeX; braces by name, since BibTeX counts escaped ones too."""
_LATEX_OF = str.maketrans(_LATEX)


def _bibtex(text: str) -> str:
    """Text with LaTeX's special characters escaped."""
    return text.translate(_LATEX_OF)


def actions(site: Site, entry: Entry) -> list[Action]:
    """Edit, add evidence, contest, report: empty while the repository's address is unknown."""
    found: list[Action] = []
    if site.settings.repository is None:
        return found
    edit = site.edit_url(entry)
    if edit is not None:
        found.append(Action("Edit this file", edit))
    record = entry.record
    if isinstance(record, m.Claim | m.Undercut) or (isinstance(record, m.Question) and record.exclusive):
        name = prefill.file_name(site.corpus, f"evidence-on-{entry.id}")
        add = site.new_file_url(entry.topic, name, prefill.evidence_for(entry))
        form = site.form_url(entry.id) if not isinstance(record, m.Question) else None
        if form is not None:
            found.append(Action("Add evidence by a form", form))
        if add is not None:
            found.append(Action("Add evidence as a file" if form is not None else "Add evidence", add))
    if isinstance(record, m.Undercut) or (isinstance(record, m.Argument) and record.link is not None):
        contest = _undercut_url(site, entry.id, {entry.kind.value: entry.id}, entry.topic)
        if contest is not None:
            found.append(Action("Contest it", contest))
    report = site.report_url(entry)
    if report is not None:
        found.append(Action("Report a problem", report))
    return found


def contest_url(site: Site, source: str, claim: str, topic: str) -> str | None:
    """A prefilled undercut of one link; ``None`` while the repository's address is unknown."""
    if site.settings.repository is None:
        return None
    return _undercut_url(site, source, prefill.target_of(site.corpus, source, claim), topic)


def _undercut_url(site: Site, source: str, target: Mapping[str, str], topic: str) -> str | None:
    name = prefill.file_name(site.corpus, f"undercut-of-{source}")
    return site.new_file_url(topic, name, prefill.undercut_of(target))

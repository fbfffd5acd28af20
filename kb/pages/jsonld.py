"""What a page is about, for search engines: schema.org terms as JSON-LD, inline in the head.

Only what the records say; a claim carries no rating, since schema.org has no word for a credence.
"""

from __future__ import annotations

from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from kb import models as m
from kb import vocab
from kb.corpus import Entry
from kb.pages import cite, prose
from kb.pages.changes import modified
from kb.pages.crumbs import crumbs
from kb.pages.preview import WHOLE
from kb.pages.render import render
from kb.pages.site import Site

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
DATASET = f"{vocab.RECORD}export:dataset"
"""As in the Turtle export."""
_SOURCES = {
    vocab.SourceType.PEER_REVIEWED_PAPER: "ScholarlyArticle",
    vocab.SourceType.PREPRINT: "ScholarlyArticle",
    vocab.SourceType.OFFICIAL_STATISTICS: "Dataset",
    vocab.SourceType.DATASET: "Dataset",
    vocab.SourceType.DATA_PAGE: "WebPage",
    vocab.SourceType.MODEL_CARD: "Report",
    vocab.SourceType.REPORT: "Report",
    vocab.SourceType.POST: "BlogPosting",
    vocab.SourceType.NEWSLETTER: "BlogPosting",
    vocab.SourceType.COMMENT: "Comment",
    vocab.SourceType.UNNAMED_COMMENT: "Comment",
    vocab.SourceType.PRESS: "NewsArticle",
}
Node = dict[str, Any]


def iri(id: str) -> str:
    """A record's permanent name."""
    return f"{vocab.RECORD}{id}"


def script(nodes: list[Node]) -> Markup:
    """Nodes as a block of data that no browser runs, safe inside HTML."""
    graph = htmlsafe_json_dumps({"@context": "https://schema.org", "@graph": nodes})
    return Markup('<script type="application/ld+json">{}</script>').format(graph)


def record(site: Site, entry: Entry) -> Markup:
    """A record and the way to its page."""
    r = entry.record
    node: Node = {
        "@id": iri(entry.id),
        "@type": "CreativeWork",
        "identifier": entry.id,
        "name": site.ref(entry.id).title,
    }
    if not isinstance(r, m.Source | m.Person):
        node |= {"inLanguage": "en", "license": LICENCE, "isPartOf": {"@id": DATASET}}
        _set(node, text=r.get("text"), abstract=r.summary, dateCreated=r.added)
        _set(node, dateModified=site.table(modified).get(entry.id))
        _set(node, creativeWorkStatus=None if r.active or r.status is None else r.status.state.value)
        cited = sorted({passage.source for passage in r.get("seen_in", ())})
        _set(node, citation=[_mention(site, id) for id in cited])
    page = site.canonical(site.ref(entry.id).href)
    _set(node, mainEntityOfPage=page)
    match r:
        case m.Claim():
            node["@type"] = "Claim"
            _set(node, appearance=node.pop("citation", None))
        case m.Undercut() if entry.id in site.credences:
            node["@type"] = "Claim"
            _set(node, appearance=node.pop("citation", None))
        case m.Question():
            node["@type"] = "Question"
            answers = [a for a in r.answers if a in site.corpus]
            _set(node, answerCount=len(answers), suggestedAnswer=[_answer(site, a) for a in answers])
        case m.Evidence():
            about = [b.claim if isinstance(b, m.Link) else b.question for b in r.bears_on]
            _set(node, about=[{"@id": iri(id)} for id in sorted(set(about))])
        case m.Source():
            _source(site, r, node)
        case m.Person():
            _person(site, r, node)
        case m.Term():
            node["@type"] = "DefinedTerm"
            _set(node, description=r.definition, alternateName=r.word)
            _set(node, inDefinedTermSet=site.canonical("terms.html"))
    return script([node, _way(site, crumbs(site, entry), site.ref(entry.id).title, page)])


def _source(site: Site, r: m.Source, node: Node) -> None:
    node["@type"] = _SOURCES.get(r.type, "CreativeWork")
    authors: list[Node] = [_mention(site, id) for id in r.authors]
    if r.authors_text:
        authors.append({"@type": "Person", "name": r.authors_text})
    _set(node, author=authors, datePublished=r.issued)
    if prose.is_web_address(r.url):
        node["url"] = r.url
    if r.doi:
        node["identifier"] = [node["identifier"], {"@type": "PropertyValue", "propertyID": "DOI", "value": r.doi}]
    if r.container:
        node["isPartOf"] = {"@type": "CreativeWork", "name": r.container}


def _person(site: Site, r: m.Person, node: Node) -> None:
    node["@type"] = "Person" if r.type is vocab.PersonType.PERSON else "Organization"
    _set(node, description=r.text)
    if prose.is_web_address(r.url):
        node["url"] = r.url
    if r.type is vocab.PersonType.PERSON:
        _set(node, affiliation=[_mention(site, id) for id in r.affiliations])


def _mention(site: Site, id: str) -> Node:
    """Another record by name and kind."""
    r = site.corpus[id].record
    what = "Claim"
    if isinstance(r, m.Person):
        what = "Person" if r.type is vocab.PersonType.PERSON else "Organization"
    elif isinstance(r, m.Source):
        what = _SOURCES.get(r.type, "CreativeWork")
    return {"@type": what, "@id": iri(id), "name": site.ref(id).title}


def _answer(site: Site, id: str) -> Node:
    text = site.corpus[id].record.get("text") or site.ref(id).title
    return {"@type": ["Answer", "Claim"], "@id": iri(id), "text": text}


def _way(site: Site, above: list[tuple[str, str]], title: str, page: str | None) -> Node:
    """The breadcrumbs; addresses only where the site's own is known."""
    steps = [*((label, site.canonical(path)) for label, path in above), (title, page)]
    items = []
    for n, (label, url) in enumerate(steps, 1):
        item: Node = {"@type": "ListItem", "position": n, "name": label}
        _set(item, item=url)
        items.append(item)
    return {"@type": "BreadcrumbList", "itemListElement": items}


def topic(site: Site, path: str, title: str) -> Markup:
    """A page that lists records."""
    page = site.canonical(path)
    node: Node = {"@type": "CollectionPage", "name": title, "inLanguage": "en", "isPartOf": {"@id": DATASET}}
    _set(node, url=page)
    return script([node, _way(site, [("Topics", "topics.html")], title, page)])


def frame_head(site: Site, path: str) -> Markup:
    """What the head of a hand-written page says besides its title: its picture, and what it is about."""
    picture = site.canonical(cite.picture_path(WHOLE)) if path == "index.html" else None
    return render("frame-head.html.j2", picture=picture, about=_frame(site, path))


def _frame(site: Site, path: str) -> Markup:
    """The site as a whole on the first page, its data on the page of data; nothing on the others."""
    s = site.settings
    if path == "index.html":
        node: Node = {"@type": "WebSite", "name": s.name, "inLanguage": "en", "license": LICENCE}
        _set(node, url=site.canonical(""), dateModified=s.revised)
        return script([node])
    if path != "data.html":
        return Markup("")
    node = {
        "@id": DATASET,
        "@type": "Dataset",
        "name": s.name,
        "description": "Arguments and evidence about AI progress as typed records, with credences and the sums behind "
        "them.",
        "inLanguage": "en",
        "license": LICENCE,
        "identifier": site.corpus.digest,
        "creator": {"@type": "Organization", "name": f"{s.name} contributors"},
    }
    _set(node, url=site.canonical("data.html"), dateModified=s.revised, version=s.version)
    files = []
    for name, said in sorted(s.exports.items()):
        file: Node = {"@type": "DataDownload", "name": name, "description": said}
        file["encodingFormat"] = _media_type(name)
        _set(file, contentUrl=site.canonical(f"data/{name}"))
        files.append(file)
    _set(node, distribution=files)
    return script([node])


def _media_type(name: str) -> str:
    """Media type of a file of the export."""
    return {"csv": "text/csv", "json": "application/json", "ttl": "text/turtle"}.get(
        name.rsplit(".", 1)[-1], "application/octet-stream"
    )


def _set(node: Node, **values: object) -> None:
    """Put what is known."""
    node.update({key: value for key, value in values.items() if value not in (None, "", [], ())})

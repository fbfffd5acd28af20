"""JSON: every record as its file says it, every credence, and the sum behind each, in one document."""

from __future__ import annotations

from kb.engine import Assessment
from kb.export.data import FORMAT_VERSION, LICENCE, credence_data, explanation_data, firmness_data, record_data, version
from kb.export.indented import dumps

UNITS = {
    "weight": "natural log odds; one deciban is ln(10)/10 = 0.230258509 of them",
    "credence": "probability; null where the claim is not assessed",
    "firmness": "how far the credence can be relied on, not how likely the claim is; null where it is not assessed",
}


def render(assessed: Assessment) -> bytes:
    """Everything as UTF-8 JSON, records and claims in order of id."""
    corpus, credences = assessed.corpus, assessed.credences
    document = {
        "generator": {"name": "counterpoise", "version": version(), "format": FORMAT_VERSION},
        "license": LICENCE,
        "digest": corpus.digest,
        "semantics": credences.semantics,
        "viewpoint": credences.viewpoint,
        "units": UNITS,
        "topics": {name: topic.model_dump(mode="json") for name, topic in corpus.topics.items()},
        "records": {entry.id: record_data(entry) for entry in corpus},
        "credences": {
            id: credence_data(credences[id]) | {"firmness": firmness_data(assessed.firmness.of(id))} for id in credences
        },
        "explanations": {id: explanation_data(assessed.explain(id)) for id in credences},
    }
    return (dumps(document, 1, allow_nan=False) + "\n").encode()

"""The page of predictions: the picture in time, then all of them by year, those that are due first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kb.pages import calibration, track, words
from kb.pages.forecasts import RESOLVED, STATES, Prediction, as_of, foretold, predictions
from kb.pages.render import render
from kb.pages.site import Site
from kb.pages.timeline import key, timeline

NEXT = 2
"""Years whose predictions are not folded away."""


@dataclass(frozen=True)
class Group:
    """Predictions under one heading; ``short`` is its title in a list of contents."""

    id: str
    title: str
    predictions: list[Prediction]
    short: str = ""
    folded: bool = False


def groups(found: list[Prediction]) -> list[Group]:
    """Those that are due, then open ones year by year, then those that came out, then those without a date."""
    made = [Group("due", "Due, not resolved yet", [p for p in found if p.state == "due"])]
    still = [p for p in found if p.state == "open"]
    for n, year in enumerate(sorted({p.year for p in still if p.year is not None})):
        inside = [p for p in still if p.year == year]
        made.append(Group(f"by-{year}", f"Decided by the end of {year}", inside, f"By {year}", n >= NEXT))
    made.append(Group("resolved", "Resolved", [p for p in found if p.state in RESOLVED]))
    made.append(Group("undated", "No date set", [p for p in found if p.state == "undated"], folded=True))
    return [group for group in made if group.predictions]


def predictions_list(site: Site) -> Markup:
    """The fragment of the page of predictions."""
    found = predictions(site)
    today = as_of(site)
    record = site.ask(track.track)
    counts = [(state, said, sum(p.state == state for p in found)) for state, said in STATES.items()]
    shown = [(state, said, n) for state, said, n in counts if n]
    pictures = [timeline(found, today, root="", id=f"timeline-{form}", narrow=form == "n") for form in ("w", "n")]
    return render(
        "predictions-list.html.j2",
        root="",
        found=found,
        pictures=[p for p in pictures if p],
        counts=shown,
        said=words.listing([f"{n} {said}" for _, said, n in shown]),
        groups=groups(found),
        numbers=foretold(site),
        today=today,
        states=STATES,
        key=key,
        track=record,
        track_said=track.said(record),
        diagrams=_diagrams(record),
        few=track.FEW,
        even=track.EVEN,
    )


def _diagrams(record: track.Track) -> list[tuple[str, str, Markup]]:
    """Name, finding and picture of how often what was said came true, wherever enough forecasts are scored."""
    people = [score for one in record.people for score in one.scores]
    own = list(record.map.scores) if record.map is not None else []
    every = [("This map", own, "map"), ("All people together", people, "people")]
    found = []
    for name, scores, id in every:
        if len(scores) >= track.ENOUGH:
            bins = track.calibration(scores)
            found.append((name, calibration.finding(bins), calibration.diagram(bins, f"calibration-{id}")))
    return found

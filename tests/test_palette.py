"""The palette of the one style sheet: contrast, and distance for colour-blind readers, as the decision states them."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CSS = (ROOT / "site" / "pages" / "assets" / "kb.css").read_text("utf-8")
DECISION = (ROOT / "site" / "pages" / "decisions" / "0009-visual-language.md").read_text("utf-8")
Triple = tuple[float, float, float]

# Machado, Oliveira, Fernandes (2009), severity 1, on linear RGB.
VISION: dict[str, tuple[Triple, Triple, Triple]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def palette(selector: str) -> dict[str, str]:
    """The named colours that a scheme declares."""
    start = CSS.index(selector)
    return dict(re.findall(r"--(kb-[a-z0-9-]+): (#[0-9a-f]{6})", CSS[start : CSS.index("}", start)]))


SCHEMES = {
    "light": palette(':root, [data-md-color-scheme="default"] {'),
    "dark": palette('[data-md-color-scheme="slate"] {'),
}


def linear(colour: str, vision: str = "normal") -> Triple:
    """Linear RGB of a colour as an eye of this kind sees it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    rgb = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    r, g, b = (min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in VISION[vision])
    return r, g, b


def luminance(rgb: Triple) -> float:
    """Relative luminance after WCAG 2.2."""
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio after WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(linear(a)), luminance(linear(b))))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Triple) -> Triple:
    """CIE L*a*b* under D65."""
    r, g, b = rgb
    xyz = ((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047, luminance(rgb))
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (*xyz, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(first: str, second: str, vision: str) -> float:
    """Distance of two colours as an eye sees them, CIEDE2000: 1 is just visible, above 10 is plain at a glance."""
    (l1, a1, b1), (l2, a2, b2) = lab(linear(first, vision)), lab(linear(second, vision))
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    grow = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * grow, b1), math.hypot(a2 * grow, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * grow)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * math.cos(math.radians(hue - 30)) + 0.24 * math.cos(math.radians(2 * hue))
    t += 0.32 * math.cos(math.radians(3 * hue + 6)) - 0.2 * math.cos(math.radians(4 * hue - 63))
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    bend = math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    rotate = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * bend
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotate * dc * dh)


def test_the_distance_is_that_of_the_published_examples() -> None:
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(100, abs=0.01)
    assert distance("#1c659c", "#1c659c", "deutan") == 0
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_and_marks_stand_out_from_every_ground(scheme: str) -> None:
    p = SCHEMES[scheme]
    inks = [name for name in p if re.fullmatch(r"kb-(ink|ink-2|link|focus|\w+-ink)", name)]
    assert len(inks) == 8
    for ink in inks:
        assert min(contrast(p[ink], p[f"kb-{ground}"]) for ground in ("paper", "surface", "sunken")) >= 4.5, ink
    banner = re.search(r"\.kb-banner \{ background: var\(--(kb-[\w-]+)\)", CSS)
    assert banner is not None
    assert banner[1] in ("kb-open-tint", "kb-sunken", "kb-surface"), "a mark is for words, not for a banner"
    assert min(contrast(p[ink], p[banner[1]]) for ink in ("kb-ink", "kb-link", "kb-ink-2")) >= 4.5
    for mark in ("kb-for", "kb-against", "kb-open", "kb-rule-strong"):
        assert min(contrast(p[mark], p[f"kb-{ground}"]) for ground in ("paper", "surface")) >= 3, mark
    for i in range(6):
        text = p["kb-share-text-dark" if i % 2 == 0 else "kb-share-text-light"]
        assert contrast(p[f"kb-share-{i}"], text) >= 4.5, i


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("vision", VISION)
def test_support_and_opposition_differ_for_every_eye(scheme: str, vision: str) -> None:
    p = SCHEMES[scheme]
    assert distance(p["kb-for"], p["kb-against"], vision) >= 40
    assert min(distance(p["kb-open"], p[side], vision) for side in ("kb-for", "kb-against")) >= 15
    for a, b in pairwise(p[f"kb-share-{i}"] for i in range(6)):
        assert distance(a, b, vision) >= 15


@pytest.mark.parametrize("scheme", SCHEMES)
def test_neighbouring_answers_alternate_in_lightness(scheme: str) -> None:
    light = [lab(linear(SCHEMES[scheme][f"kb-share-{i}"]))[0] for i in range(6)]
    assert all(abs(a - b) >= 20 for a, b in pairwise(light))
    assert all((light[i] < light[i + 1]) == (i % 2 == 0) for i in range(5))


def test_the_decision_states_the_numbers() -> None:
    rows: dict[str, list[str]] = {}
    for line in DECISION.splitlines():
        if line.startswith("| "):
            name, *cells = (c.strip() for c in line.strip("|").split("|"))
            rows[name] = cells
    for scheme, p in SCHEMES.items():
        grounds = ("paper", "surface", "sunken")
        for ink in ("ink", "ink-2", "link", "for-ink", "against-ink", "open-ink"):
            least = min(contrast(p[f"kb-{ink}"], p[f"kb-{ground}"]) for ground in grounds)
            assert rows[f"`--kb-{ink}`"][0 if scheme == "light" else 1] == f"{least:.1f}", (scheme, ink)
        for mark in ("for", "against", "open"):
            least = min(contrast(p[f"kb-{mark}"], p[f"kb-{ground}"]) for ground in grounds[:2])
            assert rows[f"`--kb-{mark}`"][0 if scheme == "light" else 1] == f"{least:.1f}", (scheme, mark)
        for a, b in (("for", "against"), ("for", "open"), ("against", "open")):
            found = [f"{distance(p[f'kb-{a}'], p[f'kb-{b}'], vision):.0f}" for vision in VISION]
            assert rows[f"{a} and {b}, {scheme}"] == found

// What if: sliders for the inputs beneath a claim.  Every number is recomputed by engine.js from the data beside the page;
// nothing is sent or stored.  What was moved is kept in the address after the #, beside whatever else stands there, so
// that a link shows what its sender saw.  Works from a file as from a server.
(() => {
  "use strict";

  const section = document.querySelector("[data-kb-whatif]");
  if (!section) return;
  const assets = new URL("./", document.currentScript.src);
  const { percent, factor, DB } = window.counterpoise;
  const SEEN = 0.005; // changes of a probability below half a point are not shown
  const LISTED = 8;
  const NAME = "what-if=";

  const make = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value; else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };
  const draw = (name, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // ---- numbers in words, as kb/pages/words.py says them -------------------------------------------------------------

  const decibans = (nats) => `${nats < 0 ? "−" : "+"}${Math.abs(nats / DB).toFixed(1)} dB`;
  const wordOf = (limits, x) => (limits.find(([, end]) => x < end) || limits[limits.length - 1])[0];
  const credenceWord = (p) => wordOf(data.words.credence, p);
  const strengthWord = (nats) => wordOf(data.words.strength, Math.abs(nats / DB));

  // ---- data, loaded on first use ------------------------------------------------------------------------------------

  let data = null, before = null, loading = null;

  const load = (url) => new Promise((resolve, reject) => {
    const script = make("script", { src: url.href });
    script.onload = resolve;
    script.onerror = () => reject(new Error(url.href));
    document.head.append(script);
  });
  const ready = () => {
    loading ??= Promise.all([load(new URL("engine.js", assets)), load(new URL(section.dataset.kbWhatif, location.href))]).then(() => {
      data = window.counterpoiseWhatIf;
      before = window.counterpoiseEngine.sweep(data.part);
    });
    return loading;
  };

  // ---- one input ----------------------------------------------------------------------------------------------------

  /** An input with its slider and a box to type in: a percentage, or for a strength a slider in decibans and a ratio.
      `value` is in percent or decibans, null where the map's own number stands. */
  class Lever {
    constructor(item) {
      this.item = item;
      ({ key: this.key, kind: this.kind } = item.dataset);
      this.stated = Number(item.dataset.value);
      this.strength = this.kind === "strength";
      this.sign = this.stated < 0 ? -1 : 1;
      const shown = this.strength ? Math.abs(this.stated) / DB : 100 * this.stated;
      this.shown = this.boxed(shown);
      this.value = null;
      const label = item.querySelector(".kb-whatif__what");
      [this.least, this.most] = this.strength ? [0, 40] : [0.1, 99.9];
      const [min, max, step] = this.strength ? [0, Math.max(30, Math.ceil(shown)), 0.5] : [1, 99, 1];
      this.range = make("input", { type: "range", min, max, step, "aria-labelledby": label.id });
      this.range.value = shown;
      this.start = Number(this.range.value);
      this.unit = make("span", { className: "kb-whatif__unit", id: `${label.id}-unit`, textContent: this.strength ? (this.sign > 0 ? "×" : "÷") : "%" });
      if (this.strength) this.unit.append(make("span", { className: "kb-hidden", textContent: "likelihood ratio" }));
      const ends = [this.least, this.most].map((x) => this.boxed(x));
      this.box = make("input", { type: "number", min: ends[0], max: ends[1], step: "any", "aria-labelledby": `${label.id} ${this.unit.id}` });
      this.box.value = this.shown;
      this.reset = make("button", { type: "button", className: "kb-button", textContent: "Reset", disabled: true });
      this.reset.setAttribute("aria-describedby", label.id);
      this.mark = make("span", { className: "kb-whatif__mark", title: "What the map has" });
      this.mark.style.setProperty("--kb-at", String((Math.min(Math.max(shown, min), max) - min) / (max - min)));
      this.said = item.querySelector(".kb-whatif__said");
      this.mine = make("span", { className: "kb-whatif__mine", hidden: true });
      this.said.after(" ", this.mine);
      item.append(make("div", { className: "kb-whatif__controls" },
        make("span", { className: "kb-whatif__track" }, this.range, this.mark),
        make("span", { className: "kb-whatif__box" }, ...(this.strength ? [this.unit, this.box] : [this.box, this.unit])), this.reset));
      this.range.addEventListener("input", () => { this.set(Number(this.range.value)); update(); });
      this.range.addEventListener("change", remember);
      this.box.addEventListener("input", () => {
        if (this.box.value !== "" && this.box.validity.valid) { this.set(this.typed(), true); update(); }
      });
      this.box.addEventListener("change", () => {
        this.set(this.box.value === "" ? null : Math.min(Math.max(this.typed(), this.least), this.most));
        update();
        remember();
      });
      this.reset.addEventListener("click", () => {
        this.set(null);
        this.range.focus();
        update();
        remember();
      });
      this.speak();
    }

    /** What the box shows for a value: at most one decimal of a percentage, three digits of a ratio. */
    boxed(value) { return this.strength ? Number((10 ** (value / 10)).toPrecision(3)) : Math.round(10 * value) / 10; }

    /** The value that is typed in the box; null where it is the map's own. */
    typed() {
      const found = Number(this.box.value);
      if (found === this.shown) return null;
      return this.strength ? 10 * Math.log10(Math.max(found, 1)) : found;
    }

    /** Move the input; back where the map has it, it counts as not moved. */
    set(value, typing = false) {
      const still = value === null || Number.isNaN(value) || value === this.start;
      const fold = this.item.closest("details");
      if (!still && fold) fold.open = true; // what is moved is seen
      this.value = still ? null : value;
      this.range.value = still ? this.start : value;
      if (!typing) this.box.value = still ? this.shown : this.boxed(value);
      this.reset.disabled = still;
      this.item.classList.toggle("kb-whatif__moved", !still);
      this.speak();
    }

    /** The number for the engine: a probability, or a signed weight in nats. */
    get number() {
      if (this.value === null) return this.stated;
      return this.strength ? this.sign * this.value * DB : this.value / 100;
    }

    /** What the slider stands at, in words. */
    get words() {
      if (!this.strength) return percent(this.number);
      return this.value === 0 ? "no weight" : `odds ${factor(this.number)} (${decibans(this.number)})`;
    }

    speak() {
      const word = data === null ? "" : this.strength ? `, ${strengthWord(this.number)}` : this.kind === "reliability" ? "" : `, ${credenceWord(this.number)}`;
      const side = this.strength && this.value !== 0 ? (this.sign > 0 ? " for" : " against") : "";
      this.range.setAttribute("aria-valuetext", `${this.words}${side}${word}`);
      this.mine.hidden = this.value === null;
      this.mine.textContent = this.value === null ? "" : `→ ${this.words}${word}`;
    }

    /** A prefilled issue that proposes the moved number; only for what a file states, once the repository is known. */
    propose() {
      const form = section.dataset.kbPropose;
      this.offer?.remove();
      if (!form || this.value === null) return;
      if (!this.item.dataset.file) {
        this.offer = make("p", { className: "kb-note", textContent: "A credence follows from what lies beneath it. To change it on the map, add evidence on the claim’s own page." });
      } else {
        const link = make("a", { href: `${form}?${new URLSearchParams(this.proposal())}`, rel: "nofollow ugc noopener", textContent: "Propose this" });
        link.setAttribute("aria-describedby", this.range.getAttribute("aria-labelledby"));
        this.offer = make("p", { className: "kb-whatif__propose" }, link);
      }
      this.item.append(this.offer);
    }

    proposal() {
      const [, record, on] = this.key.split(".");
      const target = data.names[data.claim][1];
      const share = String(Number((this.value / 100).toPrecision(4)));
      const prior = this.kind === "base rate" && data.inputs[this.key][2].length > 0;
      const lines = {
        strength: this.value === 0 ? ["counts:", "  value: false", "  why: "] : ["strength:", `  db: ${Number(this.value.toFixed(2))}`],
        "base rate": prior ? ["priors:", `  ${record}: ${share}`] : ["base_rate:", `  credence: ${share}`, "  why: "],
        reliability: ["reliability:", `  value: ${share}`, "  why: "],
      }[this.kind];
      const where = this.strength ? `, in its link to \`${on || target}\`` : "";
      const body = [
        `In \`${this.item.dataset.file}\`${where}:`, "", "```yaml", ...lines, "```", "",
        `The map has ${this.said.textContent.trim()}.`,
        `With ${levers.filter((l) => l.value !== null).length > 1 ? "this and the other inputs that I moved" : "this alone"}, \`${target}\` goes from ${said(before)} to ${said(now)}.`,
        ...(location.protocol.startsWith("http") ? ["", location.href] : []),
        "", "Why: ",
      ];
      return { title: `${this.kind[0].toUpperCase()}${this.kind.slice(1)} of ${record}: ${this.words}`, body: body.join("\n") };
    }
  }

  // ---- the page -----------------------------------------------------------------------------------------------------

  const plain = section.querySelector("[data-kb-plain]");
  const hint = make("p", { className: "kb-hint", textContent: "Move an input, and this page recomputes everything above it with the map’s own sum. The marks show what the map has. Nothing is sent; the address of the page keeps your numbers." });
  const panel = make("div", { className: "kb-whatif__result" });
  const status = make("p", { className: "kb-hidden", role: "status" });
  const lost = make("p", { className: "kb-note", hidden: true });
  const others = make("div", { className: "kb-whatif__others", hidden: true });
  const yours = make("aside", { className: "kb-yours", hidden: true, "aria-label": "Your what-if" });
  const levers = [];
  let now = null;

  const standing = (sweep, c = data.claim) => ({ p: window.counterpoiseEngine.sigmoid(sweep.logOdds[c]), assessed: sweep.assessed[c] !== 0 });
  const said = (sweep) => { const { p, assessed } = standing(sweep); return assessed ? percent(p) : "not assessed"; };
  const worded = (sweep) => { const { p, assessed } = standing(sweep); return assessed ? `${percent(p)}, ${credenceWord(p)}` : "not assessed"; };

  /** Both numbers on one line from 0 to 100%: an open ring is the map's, a filled square is the reader's. */
  const bar = () => {
    const [width, y] = [320, 12];
    const x = (p) => 8 + p * (width - 16);
    const [a, b] = [standing(before), standing(now)];
    const parts = [draw("line", { x1: x(0), x2: x(1), y1: y, y2: y, class: "kb-axis" })];
    for (const p of [0, 0.25, 0.5, 0.75, 1]) parts.push(draw("line", { x1: x(p), x2: x(p), y1: y - 4, y2: y + 4, class: "kb-axis" }));
    if (a.assessed && b.assessed) parts.push(draw("line", { x1: x(a.p), x2: x(b.p), y1: y, y2: y, class: "kb-yours__way" }));
    if (a.assessed) parts.push(draw("circle", { cx: x(a.p), cy: y, r: 6, class: "kb-yours__map" }));
    if (b.assessed) parts.push(draw("rect", { x: x(b.p) - 6, y: y - 6, width: 12, height: 12, class: "kb-yours__mine" }));
    return draw("svg", { viewBox: `0 0 ${width} 24`, class: "kb-yours__bar", "aria-hidden": "true" }, ...parts);
  };

  const copy = make("button", { type: "button", className: "kb-button", textContent: "Copy link" });
  const resetAll = () => make("button", { type: "button", className: "kb-button", textContent: "Reset all", onclick: clear });

  const show = () => {
    const moved = levers.filter((lever) => lever.value !== null);
    others.hidden = yours.hidden = moved.length === 0;
    for (const lever of levers) lever.propose();
    panel.classList.toggle("kb-whatif__result--moved", moved.length > 0);
    if (moved.length === 0) {
      panel.replaceChildren(make("p", { className: "kb-whatif__line" }, make("span", { textContent: `The map: ${data === null ? headline() : worded(before)}. You have moved nothing yet.` })));
      return;
    }
    panel.replaceChildren(
      make("p", { className: "kb-whatif__line" },
        make("span", { className: "kb-yours__label", textContent: "Your what-if, not the map’s credence" }),
        make("span", {}, `${said(before)} → `, make("strong", { className: "kb-yours__number", textContent: said(now) }), standing(now).assessed ? ` ${credenceWord(standing(now).p)}` : "")),
      bar(), make("p", { className: "kb-whatif__acts" }, resetAll(), copy));
    yours.replaceChildren(
      make("p", { className: "kb-whatif__line" }, make("span", { className: "kb-yours__label", textContent: "Your what-if, not the map’s credence" }),
        make("strong", { textContent: worded(now) }), " ", make("a", { href: "#what-if", textContent: moved.length > 1 ? `with ${moved.length} inputs moved` : "with 1 input moved" })),
      bar(), resetAll());
    const pinned = new Set(moved.filter((lever) => lever.kind === "credence").flatMap((lever) => data.inputs[lever.key][1]));
    const changed = data.names.map((name, c) => ({ name, a: standing(before, c), b: standing(now, c), c }))
      .filter(({ a, b, c }) => c !== data.claim && !pinned.has(c) && b.assessed && (!a.assessed || Math.abs(a.p - b.p) >= SEEN))
      .sort((x, y) => Math.abs(y.b.p - y.a.p) - Math.abs(x.b.p - x.a.p));
    others.replaceChildren(make("h3", { textContent: "What else moves" }));
    if (!changed.length) others.append(make("p", { className: "kb-hint", textContent: "No other claim beneath this one moves by half a point or more." }));
    else {
      others.append(make("ul", { className: "kb-rows" }, ...changed.slice(0, LISTED).map(({ name: [kind, id, title], a, b }) => (
        make("li", {}, kind ? make("a", { className: "kb-ref", href: `../${kind}/${id}.html`, textContent: title }) : make("span", { textContent: title }),
          make("span", { className: "kb-n kb-whatif__from" }, `${a.assessed ? percent(a.p) : "not assessed"} → `, make("strong", { textContent: percent(b.p) })))))));
      if (changed.length > LISTED) others.append(make("p", { className: "kb-hint", textContent: `and ${changed.length - LISTED} more` }));
    }
  };

  const headline = () => [...document.querySelectorAll(".kb-result .kb-big, .kb-result .kb-big__word")].map((p) => p.childNodes[0].textContent.trim().toLowerCase()).join(", ");

  /** The inputs of the engine that follow from the sliders. */
  const changes = () => {
    const found = { pin: {}, baseRate: {}, itemWeight: {}, linkWeight: {}, itemReliability: {}, rootReliability: {} };
    const priors = new Map();
    for (const lever of levers.filter((one) => one.value !== null)) {
      const [name, rows, siblings = []] = data.inputs[lever.key];
      const value = name === "pin" ? Math.log(lever.number) - Math.log1p(-lever.number) : lever.number;
      for (const row of rows) found[name][row] = value;
      if (siblings.length) priors.set(Math.min(rows[0], ...siblings), [rows[0], ...siblings]);
    }
    // answers that exclude each other: those that were not moved share the rest as before
    for (const answers of priors.values()) {
      const free = answers.filter((a) => !(a in found.baseRate));
      const held = answers.filter((a) => a in found.baseRate);
      const total = held.reduce((sum, a) => sum + found.baseRate[a], 0);
      const most = free.length ? Math.min(total, 0.999) : 1;
      const rest = free.reduce((sum, a) => sum + data.part.baseRate[a], 0);
      for (const a of held) found.baseRate[a] *= most / total;
      for (const a of free) found.baseRate[a] = Math.max((data.part.baseRate[a] * (1 - most)) / rest, 1e-6);
    }
    return found;
  };

  let asked = 0, speaking = 0;
  const update = () => {
    const mine = ++asked;
    ready().then(() => {
      if (mine !== asked) return; // a later move is on its way
      for (const lever of levers) lever.speak();
      now = window.counterpoiseEngine.sweep(data.part, changes());
      show();
      clearTimeout(speaking);
      speaking = setTimeout(() => {
        status.textContent = levers.some((lever) => lever.value !== null) ? `Your what-if: ${worded(now)}. The map: ${worded(before)}.` : "Nothing is moved: the numbers are the map’s.";
      }, 500);
    }).catch(() => { panel.replaceChildren(make("p", { textContent: "What lies beneath this claim could not be loaded, so nothing can be recomputed." })); });
  };

  // ---- the address --------------------------------------------------------------------------------------------------

  const parts = () => location.hash.slice(1).split("&").filter(Boolean);
  const state = () => levers.filter((lever) => lever.value !== null).map((lever) => `${lever.key}:${Number(lever.value.toFixed(4))}`).join(",");

  /** Keep what was moved in the address, and leave everything else in it as it is. */
  function remember() {
    const rest = parts().filter((part) => !part.startsWith(NAME));
    const hash = [...rest, ...(state() ? [NAME + state()] : [])].join("&");
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  /** Move the sliders to where the address has them; whether it has any. */
  const restore = () => {
    const part = parts().find((one) => one.startsWith(NAME));
    if (part === undefined) return false;
    let text = part.slice(NAME.length);
    try { text = decodeURIComponent(text); } catch { /* as it stands */ }
    const wanted = new Map(text.split(",").filter(Boolean).map((pair) => [pair.slice(0, pair.lastIndexOf(":")), Number(pair.slice(pair.lastIndexOf(":") + 1))]));
    let missing = 0;
    for (const [key, value] of wanted) {
      if (!levers.some((lever) => lever.key === key) || !Number.isFinite(value)) missing += 1;
    }
    for (const lever of levers) {
      const value = wanted.get(lever.key);
      lever.set(Number.isFinite(value) ? Math.min(Math.max(value, lever.least), lever.most) : null);
    }
    lost.hidden = missing === 0;
    lost.textContent = `${missing === 1 ? "One input" : `${missing} inputs`} in this address ${missing === 1 ? "is" : "are"} not among those below any more, and ${missing === 1 ? "was" : "were"} left out.`;
    return true;
  };

  function clear() {
    for (const lever of levers) lever.set(null);
    lost.hidden = true;
    update();
    remember();
    if (!section.contains(document.activeElement)) levers[0].range.focus({ preventScroll: true });
  }

  copy.addEventListener("click", async () => {
    const said_ = (text) => { copy.textContent = text; setTimeout(() => { copy.textContent = "Copy link"; }, 2500); };
    remember();
    try {
      await navigator.clipboard.writeText(location.href);
      said_("Link copied");
    } catch {
      const field = make("input", { type: "text", readOnly: true, value: location.href, "aria-label": "Link to your what-if" });
      copy.after(field);
      field.select();
      field.addEventListener("blur", () => field.remove());
    }
  });

  levers.push(...[...section.querySelectorAll("li[data-key]")].map((item) => new Lever(item)));
  plain.replaceWith(hint);
  section.querySelector(".kb-whatif__inputs").before(panel, lost);
  section.append(others, status);
  document.querySelector(".kb-result")?.after(yours);
  section.classList.add("kb-whatif--live");
  for (const event of ["focusin", "pointerenter"]) section.addEventListener(event, () => ready().catch(() => {}), { once: true });
  show();
  addEventListener("hashchange", () => {
    const part = parts().find((one) => one.startsWith(NAME));
    if (part === undefined) { if (state()) remember(); return; } // a jump to another part of the page keeps the state
    if (restore()) update();
  });
  if (restore()) {
    update();
    const place = document.getElementById(parts()[0] ?? "");
    if (place) place.scrollIntoView();
  }
})();

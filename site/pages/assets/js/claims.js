// The table of all claims: sorts, filters, keeps its state in the address after the #, downloads what it shows.
// The page brings the first rows; all of them come as a script, and are drawn a few at a time as one scrolls.
// Without this script the table is complete on numbered pages.
(async () => {
  "use strict";

  const { load, make, readState, writeState, save } = window.counterpoise;
  const SVG = "http://www.w3.org/2000/svg";
  const BATCH = 60;

  const table = document.querySelector("[data-kb-table=claims]");
  const form = document.querySelector("[data-kb-filters=claims]");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const count = form.querySelector("output");

  // ---- data ------------------------------------------------------------------------------------------------------

  await load(form.dataset.script);
  const { topics, forms, people, edges, rows } = window.counterpoiseClaims;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const claims = rows.map(([id, title, text, p, low, high, base, db, items, groups, pro, con, topic, kind, who], place) => ({
    place, id, title, text, p, low, high, base, db, items, groups, pro, con, topic, kind: forms[kind], who,
    contested: pro > 0 && con > 0,
    band: p === null ? -1 : edges.filter((edge) => p >= edge).length,
    words: plain(`${title} ${id.replaceAll("-", " ")} ${topics[topic][1]}`),
  }));

  /** Key of a column to what it sorts by; `null` stays at the end. */
  const KEYS = {
    title: (c) => c.title, p: (c) => c.p, db: (c) => c.db, items: (c) => c.items, groups: (c) => c.groups,
    for: (c) => c.pro, against: (c) => c.con, topic: (c) => topics[c.topic][1],
  };
  const TEXTS = new Set(["title", "topic"]);
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

  // Comparing texts is slow, so it is done once, and their ranks are compared after that.
  const ranks = new Map();
  const rank = (key) => {
    if (!ranks.has(key)) {
      const texts = [...new Set(claims.map(KEYS[key]))].sort(collator.compare);
      const place = new Map(texts.map((text, i) => [text, i]));
      ranks.set(key, (c) => place.get(KEYS[key](c)));
    }
    return ranks.get(key);
  };
  requestIdleCallback(() => TEXTS.forEach(rank));

  let wanted = claims;
  let ordered = claims;
  let sorting = "";
  let drawn = body.rows.length;

  // ---- rows ------------------------------------------------------------------------------------------------------

  const shape = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const side = (weight) => (weight === null || Math.abs(weight) < 0.00217 ? "neutral" : weight > 0 ? "for" : "against");

  /** The small bar of kb/pages/bars.py. */
  const spark = (c) => {
    const svg = shape("svg", { class: "kb-spark", viewBox: "0 0 96 16", width: 96, height: 16, "aria-hidden": "true" });
    const x = (p) => 6 + 84 * p;
    const line = (at, half, className) => shape("line", { x1: at, x2: at, y1: 8 - half, y2: 8 + half, class: className });
    svg.append(shape("line", { x1: 6, x2: 90, y1: 8, y2: 8, class: "kb-axis" }), line(x(0.5), 3, "kb-axis"));
    if (c.p !== null) {
      if (c.low !== null) svg.append(shape("rect", { x: x(c.low), width: x(c.high) - x(c.low), y: 4, height: 8, class: "kb-interval" }));
      const [a, b] = [x(c.base), x(c.p)].sort((m, n) => m - n);
      svg.append(shape("rect", { x: a, width: b - a, y: 6, height: 4, class: `kb-move kb-move--${side(c.db)}` }),
        shape("circle", { cx: x(c.p), cy: 8, r: 4.5, class: `kb-dot kb-dot--${side(c.db)}` }));
    }
    svg.append(line(x(c.base), 5, "kb-base"));
    return svg;
  };

  const moved = (db) => (db === null ? "" : `${db < 0 ? "−" : "+"}${Math.abs(db).toFixed(1)} dB`.replace(/^[−+]0\.0/, "0.0"));

  const row = (c, place) => {
    const cell = (className, ...content) => make("td", { className }, ...content);
    const head = make("th", { scope: "row" }, make("a", { className: "kb-ref", href: `claim/${c.id}.html`, textContent: c.title }));
    const chip = make("span", { className: `kb-chip kb-chip--${c.p === null ? "open" : side(c.db)}` }, spark(c),
      make("span", { className: "kb-chip__n", textContent: c.text ?? "not assessed" }));
    const made = make("tr", {}, head, cell("", chip), cell("kb-n", make("span", { className: `kb-ink--${side(c.db)}`, textContent: moved(c.db) })),
      cell("kb-n", String(c.items)), cell("kb-n kb-roomy", String(c.groups)), cell("kb-n kb-roomy", String(c.pro)), cell("kb-n kb-roomy", String(c.con)),
      cell("kb-roomy", make("a", { className: "kb-ref", href: `topic/${topics[c.topic][0]}.html`, textContent: topics[c.topic][1] })));
    made.ariaRowIndex = String(place + 2);
    return made;
  };

  const end = make("div", { className: "kb-more-rows" });
  table.parentElement.after(end);
  const draw = (most) => {
    const fresh = wanted.slice(drawn, drawn + most).map((c, i) => row(c, drawn + i));
    body.append(...fresh);
    drawn += fresh.length;
  };
  const redraw = () => {
    body.replaceChildren();
    drawn = 0;
    draw(BATCH);
    table.ariaRowCount = String(wanted.length + 1);
    count.textContent = `${wanted.length.toLocaleString("en")} of ${claims.length.toLocaleString("en")} claims`;
  };
  const fill = () => {
    if (drawn >= wanted.length || end.getBoundingClientRect().top > innerHeight + 1200) return;
    draw(BATCH);
    requestAnimationFrame(fill);
  };
  new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) fill(); }, { rootMargin: "1200px" }).observe(end);
  addEventListener("beforeprint", () => draw(wanted.length));

  // ---- sorting and filtering ---------------------------------------------------------------------------------------

  const order = () => {
    const key = sorting.replace(/^-/, "");
    if (!(key in KEYS)) { ordered = claims; return; }
    const of = TEXTS.has(key) ? rank(key) : KEYS[key];
    const way = sorting.startsWith("-") ? -1 : 1;
    ordered = [...claims].sort((a, b) => {
      const [x, y] = [of(a), of(b)];
      if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place;
      return way * (x - y) || a.place - b.place;
    });
  };

  const fits = ({ q = "", topic = "", state = "", form: kind = "", person = "", contested = "" }) => {
    const parts = plain(q).split(/\s+/).filter(Boolean);
    const place = topics.findIndex(([id]) => id === topic);
    const who = people.findIndex(([id]) => id === person);
    const states = {
      "": () => true, assessed: (c) => c.p !== null, open: (c) => c.p === null,
      up: (c) => side(c.db) === "for", down: (c) => side(c.db) === "against",
    };
    const right = states[state] ?? ((c) => c.band === Number(state.replace("band-", "")));
    return (c) => parts.every((part) => c.words.includes(part)) && (!topic || c.topic === place) && right(c) &&
      (!kind || c.kind === kind) && (!person || c.who.includes(who)) && (!contested || c.contested);
  };

  const controls = [...form.elements].filter((control) => control.name);
  const given = () => Object.fromEntries(controls.map((control) => [control.name,
    control.type === "checkbox" ? (control.checked ? control.value : "") : control.value.trim()]));

  const apply = () => {
    const state = given();
    wanted = ordered.filter(fits(state));
    for (const head of heads) {
      const now = sorting.replace(/^-/, "") === head.dataset.key;
      if (now) head.setAttribute("aria-sort", sorting.startsWith("-") ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
    }
    redraw();
    writeState({ ...state, sort: sorting });
  };

  const heads = [...table.tHead.rows[0].cells];
  for (const head of heads) {
    const button = make("button", { type: "button", className: "kb-sort" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const { key } = head.dataset;
      sorting = sorting === key ? `-${key}` : sorting === `-${key}` ? key : TEXTS.has(key) ? key : `-${key}`;
      order();
      apply();
    });
  }

  const restore = () => {
    const state = readState();
    sorting = state.get("sort") ?? "";
    order();
    for (const control of controls) {
      if (control.type === "checkbox") control.checked = state.get(control.name) === control.value;
      else control.value = state.get(control.name) ?? "";
      if (control.value === "" && state.get(control.name)) control.value = ""; // a choice that does not exist any more
    }
    return [...state.keys()].length > 0;
  };

  form.hidden = false;
  document.querySelector(".kb-pages")?.remove();
  if (restore()) apply();
  else {
    table.ariaRowCount = String(claims.length + 1);
    count.textContent = `${claims.length.toLocaleString("en")} claims`;
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sorting = ""; order(); apply(); }));
  addEventListener("hashchange", () => { restore(); apply(); });

  // ---- download ----------------------------------------------------------------------------------------------------

  /** A field after RFC 4180: text in quotes and never a formula, numbers bare, what is unknown empty. */
  const field = (value) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    return `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
  };
  const COLUMNS = {
    id: (c) => c.id, title: (c) => c.title, credence: (c) => c.p, low: (c) => (c.p === null ? null : c.low), high: (c) => (c.p === null ? null : c.high),
    base_rate: (c) => c.base, moved_db: (c) => c.db, items: (c) => c.items, groups: (c) => c.groups, reasons_and_items_for: (c) => c.pro,
    reasons_and_items_against: (c) => c.con, topic: (c) => topics[c.topic][0], form: (c) => c.kind,
    positions_of: (c) => c.who.map((i) => people[i][0]).join(" "),
  };
  form.querySelector("[data-kb-csv]").addEventListener("click", () => {
    const lines = [Object.keys(COLUMNS).join(",")];
    for (const c of wanted) lines.push(Object.values(COLUMNS).map((of) => field(of(c))).join(","));
    save("claims.csv", "text/csv;charset=utf-8", `${lines.join("\r\n")}\r\n`);
  });
})();

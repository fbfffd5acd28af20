// A long list: sorts, filters, keeps its state in the address after the #, downloads what it shows.
// The page brings the first rows; all of them come as a script, and are drawn a few at a time as one scrolls.
// Without this script the list is complete on numbered pages.  What a column holds is said in kb/pages/rows.py.
(async () => {
  "use strict";

  const { load, make, plain, readState, writeState, save, spark } = window.counterpoise;
  const BATCH = 60;

  const table = document.querySelector("[data-kb-table]");
  const form = document.querySelector("[data-kb-filters][data-script]");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const count = form.querySelector("output");

  // ---- data ------------------------------------------------------------------------------------------------------

  await load(form.dataset.script);
  const { noun, name, kind, below, columns, csv, refs, texts, facets, rows } = window.counterpoiseRows;
  const last = columns.length + 2; // id, title, note, then a cell for each column but the first, then facets
  const cell = (row, i) => row[i + 2];
  const known = new Map(facets.map((facet, i) => [facet.join("="), i]));
  const place = new Map(rows.map((row, i) => [row, i]));

  /** What a column sorts by; `null` stays at the end. */
  const value = (i) => {
    if (i === 0) return (row) => row[1];
    return {
      text: (row) => texts[cell(row, i)] || null,
      date: (row) => texts[cell(row, i)] || null,
      weight: (row) => (cell(row, i) === null ? null : Math.abs(cell(row, i)[1])),
      credence: (row) => cell(row, i)?.[1] ?? null,
      ref: (row) => refs[[cell(row, i)].flat()[0]]?.[2] ?? null,
      refs: (row) => refs[cell(row, i)[0]]?.[2] ?? null,
      size: (row) => cell(row, i)[0],
    }[columns[i][1]] ?? ((row) => cell(row, i));
  };
  const TEXTS = new Set(["record", "text", "date", "ref", "refs"]);
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

  // Comparing texts is slow, so it is done once for each column, and ranks are compared after that.
  const keys = new Map();
  const key = (i) => {
    if (!keys.has(i)) {
      const of = value(i);
      if (TEXTS.has(columns[i][1])) {
        const rank = new Map([...new Set(rows.map(of))].filter((text) => text !== null).sort(collator.compare).map((text, n) => [text, n]));
        keys.set(i, (row) => rank.get(of(row)) ?? null);
      } else keys.set(i, of);
    }
    return keys.get(i);
  };
  requestIdleCallback(() => key(0));

  /** All that a row says in words, for the filter by words; made when somebody first types some. */
  let said = null;
  const wordsOf = (row) => {
    const all = [row[1], row[0].replaceAll("-", " "), texts[row[2]]];
    for (let i = 1; i < columns.length; i += 1) {
      const [, sort] = columns[i];
      if (sort === "text" || sort === "date") all.push(texts[cell(row, i)]);
      if (sort === "ref" || sort === "refs") for (const n of [cell(row, i)].flat()) if (refs[n]) all.push(refs[n][2]);
    }
    return plain(all.join(" "));
  };

  let wanted = rows;
  let ordered = rows;
  let sorting = "";
  let drawn = rows.length ? body.rows.length : 0;

  // ---- rows ------------------------------------------------------------------------------------------------------

  const side = (db) => (Math.abs(db) < 0.00217 ? "neutral" : db > 0 ? "for" : "against");
  const decibans = (db) => `${db < 0 ? "−" : "+"}${Math.abs(db).toFixed(1)} dB`.replace(/^[−+]0\.0/, "0.0");
  const muted = (text) => make("span", { className: "kb-muted", textContent: text });
  const note = (...content) => make("span", { className: "kb-note" }, ...content);
  const link = ([sort, id, title, state]) => [make("a", { className: "kb-ref", href: `${sort}/${id}.html`, textContent: title }),
    ...(state ? [" ", make("span", { className: "kb-tag", textContent: state })] : [])];

  /** The contents of a cell, by the sort of its column; as rows.html.j2 makes them. */
  const DRAW = {
    text: (v, empty) => [texts[v] || empty],
    date: (v) => (texts[v] ? [make("time", { dateTime: texts[v], textContent: texts[v] })] : []),
    number: (v) => (v === null ? [] : [String(v)]),
    moved: (v) => (v === null ? [] : [make("span", { className: `kb-ink--${side(v)}`, textContent: decibans(v) })]),
    weight: (v) => (v === null ? [] : [make("span", { className: `kb-weight kb-weight--${side(v[1])}` },
      make("span", { className: "kb-weight__lr", textContent: v[0] }), " ", make("span", { className: "kb-weight__db", textContent: decibans(v[1]) }))]),
    credence: (v) => (v === null ? [] : [make("span", { className: `kb-chip kb-chip--${v[5]}` }, spark(v),
      make("span", { className: "kb-chip__n", textContent: v[0] ?? "not assessed" }))]),
    ref: (v, empty) => {
      const [n, after] = [v].flat();
      if (refs[n] === undefined) return empty ? [muted(empty)] : [];
      return [...link(refs[n]), ...(after ? [" ", muted(after)] : [])];
    },
    refs: (v, empty) => (v.length ? v.flatMap((n, i) => [...(i ? [", "] : []), ...link(refs[n])]) : [empty]),
    size: ([v, after], empty) => (v ? [`${v.toFixed(1)} dB`, ...(after ? [note(after)] : [])] : [muted(empty)]),
  };

  const under = below && columns.findIndex(([of]) => of === below[0]);
  const draw = (row, at) => {
    const head = make("th", { scope: "row" }, ...link([kind, row[0], row[1]]), ...(row[2] ? [note(texts[row[2]])] : []));
    const beneath = under ? refs[[cell(row, under)].flat()[0]] : undefined;
    if (beneath) head.append(Object.assign(note(`${below[1]} `, ...link(beneath)), { className: "kb-note kb-narrow" }));
    const cells = columns.slice(1).map(([, sort, className, empty], i) => make("td", { className }, ...DRAW[sort](cell(row, i + 1), empty)));
    const made = make("tr", {}, head, ...cells);
    made.ariaRowIndex = String(at + 2);
    return made;
  };

  const end = make("div", { className: "kb-more-rows" });
  table.parentElement.after(end);
  const more = (most) => {
    const fresh = wanted.slice(drawn, drawn + most).map((row, i) => draw(row, drawn + i));
    body.append(...fresh);
    drawn += fresh.length;
  };
  const many = (n) => n.toLocaleString("en");
  const nouns = `${many(rows.length)} ${rows.length === 1 ? noun[0] : noun[1]}`;
  const redraw = (filtered) => {
    body.replaceChildren();
    drawn = 0;
    more(BATCH);
    table.ariaRowCount = String(wanted.length + 1);
    count.textContent = filtered ? `${many(wanted.length)} of ${nouns}` : nouns;
  };
  const fill = () => {
    if (drawn >= wanted.length || end.getBoundingClientRect().top > innerHeight + 1200) return;
    more(BATCH);
    requestAnimationFrame(fill);
  };
  new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) fill(); }, { rootMargin: "1200px" }).observe(end);
  addEventListener("beforeprint", () => more(wanted.length));

  // ---- sorting and filtering ---------------------------------------------------------------------------------------

  const order = () => {
    const i = columns.findIndex(([of]) => of === sorting.replace(/^-/, ""));
    if (i < 0) { ordered = rows; return; }
    const of = key(i);
    const way = sorting.startsWith("-") ? -1 : 1;
    ordered = [...rows].sort((a, b) => {
      const [x, y] = [of(a), of(b)];
      if (x === null || y === null) return (x === null) - (y === null) || place.get(a) - place.get(b);
      return way * (x - y) || place.get(a) - place.get(b);
    });
  };

  const controls = [...form.elements].filter((control) => control.name);
  const picks = controls.filter((control) => control.name !== "q");
  const given = () => Object.fromEntries(controls.map((control) => [control.name,
    control.type === "checkbox" ? (control.checked ? control.value : "") : control.value.trim()]));

  /** The rows that fit, and for each choice how many would, the other filters as they are. */
  const sift = (state) => {
    const parts = plain(state.q ?? "").split(/\s+/).filter(Boolean);
    if (parts.length) said ??= new Map(rows.map((row) => [row, wordsOf(row)]));
    const set = picks.filter((control) => state[control.name]).map((control) => [control.name, known.get(`${control.name}=${state[control.name]}`)]);
    const counts = facets.map(() => 0);
    const fits = ordered.filter((row) => {
      const own = row[last];
      if (!parts.every((part) => said.get(row).includes(part))) return false;
      const failed = set.filter(([, facet]) => !own.includes(facet));
      if (failed.length < 2) for (const facet of own) if (!failed.length || facets[facet][0] === failed[0][0]) counts[facet] += 1;
      return !failed.length;
    });
    return [fits, counts];
  };

  const tell = (counts) => {
    const n = (control, choice) => counts[known.get(`${control.name}=${choice}`)] ?? 0;
    for (const control of picks) {
      if (control.type === "checkbox") {
        const label = control.nextElementSibling;
        label.dataset.label ??= label.textContent;
        label.textContent = `${label.dataset.label} (${many(n(control, control.value))})`;
        continue;
      }
      for (const option of control.options) {
        if (!option.value) continue;
        option.dataset.label ??= option.textContent;
        const left = n(control, option.value);
        option.textContent = `${option.dataset.label} (${many(left)})`;
        option.disabled = left === 0 && option.value !== control.value;
      }
    }
  };

  const heads = [...table.tHead.rows[0].cells];
  const apply = () => {
    const state = given();
    const [fits, counts] = sift(state);
    wanted = fits;
    tell(counts);
    for (const head of heads) {
      const now = sorting.replace(/^-/, "") === head.dataset.key;
      if (now) head.setAttribute("aria-sort", sorting.startsWith("-") ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
    }
    redraw(controls.some((control) => state[control.name]));
    writeState({ ...state, sort: sorting });
  };

  heads.forEach((head, i) => {
    const button = make("button", { type: "button", className: "kb-sort" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const { key: of } = head.dataset;
      const up = TEXTS.has(columns[i][1]) && columns[i][1] !== "date"; // numbers and dates begin with the greatest
      sorting = sorting === of ? `-${of}` : sorting === `-${of}` ? of : up ? of : `-${of}`;
      order();
      apply();
    });
  });

  const restore = () => {
    const state = readState();
    sorting = state.get("sort") ?? "";
    order();
    for (const control of controls) {
      if (control.type === "checkbox") control.checked = state.get(control.name) === control.value;
      else control.value = state.get(control.name) ?? "";
      if (control.selectedIndex === -1) control.value = ""; // a choice that does not exist any more
    }
    return ["sort", ...controls.map((control) => control.name)].some((of) => state.get(of));
  };

  document.querySelector(".kb-pages")?.remove();
  form.hidden = rows.length < 2;
  if (restore()) apply();
  else {
    table.ariaRowCount = String(rows.length + 1);
    count.textContent = nouns;
    tell(sift(given())[1]);
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sorting = ""; order(); apply(); }));
  addEventListener("hashchange", () => { restore(); apply(); });

  // ---- download ----------------------------------------------------------------------------------------------------

  /** A field after RFC 4180: text in quotes and never a formula, numbers bare, what is unknown empty. */
  const field = (content) => {
    if (content === null || content === undefined) return "";
    if (typeof content === "number") return String(content);
    const line = content.replace(/\s+/g, " ").trim(); // as kb/export/table.py
    return `"${(/^[=+\-@＝＋－＠]/.test(line) ? `'${line}` : line).replaceAll('"', '""')}"`;
  };
  const CREDENCE = { p: 1, low: 2, high: 3, base: 4 };
  const part = (row, i, of) => {
    if (i === 0) return { id: row[0], title: row[1], note: texts[row[2]] }[of];
    if (i < 0) return row[last].map((n) => facets[n]).filter(([facet]) => facet === of).map(([, choice]) => choice).join(" ");
    const v = cell(row, i);
    switch (columns[i][1]) {
      case "text": case "date": return texts[v];
      case "weight": return v?.[1];
      case "credence": return v?.[CREDENCE[of]];
      case "ref": return refs[[v].flat()[0]]?.[of === "title" ? 2 : 1] ?? "";
      case "refs": return v.map((n) => refs[n][1]).join(" ");
      case "size": return v[0];
      default: return v;
    }
  };
  form.querySelector("[data-kb-csv]").addEventListener("click", () => {
    const lines = [csv.map(([of]) => of).join(",")];
    for (const row of wanted) lines.push(csv.map(([, i, of]) => field(part(row, i, of))).join(","));
    save(`${name}.csv`, "text/csv;charset=utf-8", `${lines.join("\r\n")}\r\n`);
  });
})();

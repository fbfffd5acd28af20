// Tables that sort and filter, and the outline's filters.  The state is kept in the address after the #, so that a link
// shows what its sender saw; it works from a file as from a server.
(() => {
  "use strict";

  const readState = () => new URLSearchParams(location.hash.slice(1));
  const writeState = (changes) => {
    const state = readState();
    for (const [key, value] of Object.entries(changes)) {
      if (value) state.set(key, value); else state.delete(key);
    }
    for (const key of [...state.keys()]) if (!state.get(key)) state.delete(key);
    const hash = state.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  };

  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

  // ---- sorting -------------------------------------------------------------------------------------------------

  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;

  const sort = (table, column, descending) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const numeric = rows.every((row) => value(row, column) === "" || !Number.isNaN(Number(value(row, column))));
    const place = new Map(rows.map((row, i) => [row, i]));
    rows.sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      if ((x === "") !== (y === "")) return x === "" ? 1 : -1; // what has no number stays at the end
      const order = numeric ? Number(x) - Number(y) : x.localeCompare(y, "en", { sensitivity: "base" });
      return (descending ? -order : order) || place.get(a) - place.get(b);
    });
    body.append(...rows);
    for (const [i, cell] of [...table.tHead.rows[0].cells].entries()) {
      if (i === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  };

  for (const table of document.querySelectorAll("[data-kb-table]")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "kb-sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const descending = now ? now === "ascending" : head.classList.contains("kb-n") || head.dataset.key === "p";
        sort(table, column, descending);
        writeState({ sort: (descending ? "-" : "") + head.dataset.key });
      });
    });
    const wanted = readState().get("sort");
    if (wanted) {
      const column = heads.findIndex((head) => head.dataset.key === wanted.replace(/^-/, ""));
      if (column >= 0) sort(table, column, wanted.startsWith("-"));
    }
  }

  // ---- filters ---------------------------------------------------------------------------------------------------

  const fields = (form) => Object.fromEntries([...new FormData(form)].map(([key, text]) => [key, String(text).trim()]));

  const wire = (form, apply) => {
    const state = readState();
    for (const control of form.elements) {
      if (!control.name || !state.has(control.name)) continue;
      if (control.type === "checkbox") control.checked = state.get(control.name) === control.value;
      else control.value = state.get(control.name);
    }
    form.hidden = false;
    const run = () => {
      const given = fields(form);
      apply(given);
      writeState({ ...Object.fromEntries([...form.elements].filter((c) => c.name).map((c) => [c.name, ""])), ...given });
    };
    form.addEventListener("input", run);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(run));
    apply(fields(form));
  };

  const claims = document.querySelector("[data-kb-table=claims]");
  const filters = document.querySelector("[data-kb-filters=claims]");
  if (claims && filters) {
    const rows = [...claims.tBodies[0].rows];
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const states = { up: "up", down: "down", assessed: "assessed", open: "open" };
    wire(filters, ({ q = "", topic = "", state = "", contested = "" }) => {
      const wanted = words(q);
      let shown = 0;
      for (const row of rows) {
        const fits = wanted.every((word) => texts.get(row).includes(word)) &&
          (!topic || row.dataset.topic === topic) &&
          (!state || row.dataset.state.split(" ").includes(states[state])) &&
          (!contested || row.dataset.contested === "1");
        row.hidden = !fits;
        shown += fits;
      }
      filters.querySelector("output").textContent = `${shown} of ${rows.length} claims`;
    });
    filters.querySelector("[data-kb-csv]").addEventListener("click", () => {
      const quote = (text) => `"${(/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text).replaceAll('"', '""')}"`;
      const heads = [...claims.tHead.rows[0].cells].map((head) => head.dataset.key);
      const lines = [["id", ...heads].join(",")];
      for (const row of claims.tBodies[0].rows) {
        if (row.hidden) continue;
        const id = row.querySelector("a").getAttribute("href").replace(/^.*\/|\.html$/g, "");
        lines.push([id, ...heads.map((_, i) => value(row, i))].map(quote).join(","));
      }
      const link = document.createElement("a");
      link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(lines.join("\n"))}\n`;
      link.download = "claims.csv";
      link.click();
    });
  }

  // ---- outline ---------------------------------------------------------------------------------------------------

  const outline = document.querySelector("[data-kb-outline]");
  const facets = document.querySelector("[data-kb-filters=outline]");
  if (outline && facets) {
    const branches = [...outline.querySelectorAll(".kb-branch")];
    wire(facets, ({ q = "", kind = "", state = "" }) => {
      const wanted = words(q);
      const active = wanted.length > 0 || kind || state;
      const keep = new Set();
      let hits = 0;
      for (const branch of branches) {
        const fits = wanted.every((word) => branch.dataset.kbText.includes(word)) &&
          (!kind || branch.dataset.kind === kind) && (!state || branch.dataset.state === state);
        if (!fits) continue;
        hits += 1;
        for (let at = branch; at && at !== outline; at = at.parentElement) {
          if (at.classList.contains("kb-branch")) keep.add(at);
          if (active && at !== branch && at.tagName === "DETAILS") at.open = true;
        }
      }
      for (const branch of branches) branch.hidden = !keep.has(branch);
      for (const section of outline.children) section.hidden = !section.querySelector(".kb-branch:not([hidden])");
      facets.querySelector("output").textContent = active ? `${hits} of ${branches.length} lines` : `${branches.length} lines`;
    });
    for (const button of facets.querySelectorAll("[data-kb-unfold]")) {
      button.addEventListener("click", () => {
        for (const details of outline.querySelectorAll("details")) details.open = button.dataset.kbUnfold === "1";
      });
    }
  }
})();

// Which estimates of a chart are drawn, by basis and by person: check boxes.  The scale stays as it is, so that lines can
// be compared with those drawn before; the lines close up.  What is left out is kept in the address.
(() => {
  "use strict";

  const { readState, writeState } = window.counterpoise;
  const form = document.querySelector("[data-kb-choose]");
  const figure = document.querySelector("[data-kb-estimates]");
  if (!form || !figure) return;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const finding = figure.querySelector(".kb-finding");
  const said = form.querySelector("output");
  const pictures = [...figure.querySelectorAll(":scope > svg")].map((svg) => {
    const lines = [...svg.querySelectorAll(".kb-est")];
    const { width, height } = svg.viewBox.baseVal;
    const tops = lines.map((line) => Number(line.dataset.y));
    const grounds = [...svg.querySelectorAll(".kb-est-ground")];
    return { svg, lines, grounds, width, height, pitch: lines.length > 1 ? tops[1] - tops[0] : 0 };
  });
  const rows = [...document.querySelectorAll("tr[data-est]")];

  const out = (name) => boxes.filter((box) => box.name === name && !box.checked).map((box) => box.value);

  const apply = () => {
    const bases = out("basis");
    const people = out("by");
    const kept = (element) => !bases.includes(element.dataset.basis) && element.dataset.by.split(" ").some((id) => !people.includes(id));
    let drawn = 0;
    for (const { svg, lines, grounds, width, height, pitch } of pictures) {
      let gone = 0;
      drawn = 0;
      for (const line of lines) {
        const shown = kept(line);
        for (const part of [line, ...grounds.filter((ground) => ground.dataset.y === line.dataset.y)]) {
          part.setAttribute("display", shown ? "inline" : "none");
          part.setAttribute("transform", `translate(0 ${-gone * pitch})`);
        }
        if (shown) drawn += 1; else gone += 1;
      }
      const left = height - gone * pitch;
      svg.setAttribute("viewBox", `0 0 ${width} ${left}`);
      svg.setAttribute("height", left);
    }
    for (const row of rows) row.hidden = !kept(row);
    const all = pictures[0].lines.length;
    const chosen = bases.length > 0 || people.length > 0;
    finding.hidden = chosen;
    said.textContent = !chosen ? `All ${all} estimates are drawn.` : drawn ? `${drawn} of ${all} estimates are drawn, on the scale of all of them.` : "No estimate is left: tick a box.";
    writeState({ nobasis: bases.join(" "), noby: people.join(" ") });
  };

  const restore = () => {
    const state = readState();
    const left = { basis: (state.get("nobasis") ?? "").split(" "), by: (state.get("noby") ?? "").split(" ") };
    for (const box of boxes) box.checked = !left[box.name].includes(box.value);
  };

  form.hidden = false;
  restore();
  apply();
  form.querySelector("details").open = boxes.some((box) => !box.checked); // what is left out is not hidden
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", () => { restore(); apply(); });
})();

// Maps: "+ n more" opens in place, zoom by buttons, keys and Ctrl with the wheel, pan by dragging and by scrolling.
// The layout repeats kb/pages/boxes.py and maps.py: the same boxes at the same places.  What a box rests or bears on
// comes from a script beside its page, loaded when somebody asks for it.  Without this script the maps are complete
// pictures with links, and "+ n more" leads to the page that lists the rest.
(() => {
  "use strict";

  const { load, make, rove, readState, writeState, calm } = window.counterpoise;
  const SVG = "http://www.w3.org/2000/svg";
  const GAP = 12, MORE = 22, INDENT = 26, LEAD = 16, BATCH = 6;
  const SLACK = 1.06; // as in draw.py: the page may show another sans serif, a little wider

  const el = (name, attributes = {}, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const num = (x) => String(Number(x.toFixed(2)));
  const move = (element, x, y) => element.setAttribute("transform", `translate(${num(x)} ${num(y)})`);

  const pen = document.createElement("canvas").getContext("2d");
  const wrap = (text, width, lines) => {
    pen.font = "13px 'Source Sans 3', sans-serif";
    const long = (s) => pen.measureText(s).width * SLACK;
    const found = [];
    const words = text.split(/\s+/);
    for (let i = 0; i < words.length; i += 1) {
      const longer = found.length ? `${found.at(-1)} ${words[i]}` : "";
      if (longer && long(longer) <= width) found[found.length - 1] = longer;
      else if (found.length < lines) found.push(words[i]);
      else {
        let rest = [found.at(-1), ...words.slice(i)].join(" ");
        while (rest && long(`${rest}…`) > width) rest = rest.slice(0, -1);
        found[found.length - 1] = `${rest.replace(/[ ,;:–-]+$/, "")}…`;
        break;
      }
    }
    return found;
  };

  // ---- reading what the page shows -----------------------------------------------------------------------------

  const read = (svg) => {
    const boxes = new Map();
    for (const element of svg.querySelectorAll("[data-box]")) {
      const rect = element.querySelector("rect");
      boxes.set(element.dataset.box, {
        element,
        id: element.dataset.id,
        kind: /kb-box--(\w+)/.exec(element.getAttribute("class"))[1],
        title: element.dataset.title,
        side: element.dataset.side || "",
        parent: element.dataset.of ? boxes.get(element.dataset.of) : null,
        width: Number(rect.getAttribute("width")) + 1.5,
        height: Number(rect.getAttribute("height")) + 1.5,
        kids: [],
        more: {},
        line: svg.querySelector(`[data-line="${element.dataset.box}"]`),
      });
    }
    const all = [...boxes.values()];
    let middle = all.find((box) => box.element.matches(".kb-box--middle"));
    if (!middle) middle = { id: "", kids: [], more: {}, side: "", height: 0, width: 0 }; // a tree on a phone starts with its answers
    for (const box of all) {
      if (box === middle) continue;
      if (!box.parent) box.parent = middle;
      box.parent.kids.push(box);
    }
    for (const element of svg.querySelectorAll("[data-more]")) {
      const box = boxes.get(element.dataset.more) || middle;
      box.more[element.dataset.side] = element;
    }
    return { svg, middle, narrow: svg.dataset.kbMap === "narrow", tree: svg.dataset.flow === "tree", gap: Number(svg.dataset.gap), next: all.length + 1 };
  };

  // ---- the layout of kb/pages/boxes.py --------------------------------------------------------------------------

  const kids = (box, side) => box.kids.filter((kid) => kid.side === side);
  const hidden = (box, side) => (box.more[side] ? MORE : 0);
  const span = (box) => (box.kids.length ? Math.max(box.height, stackHeight(box, box.side)) : box.height + hidden(box, box.side));
  const stackHeight = (box, side) => {
    const found = kids(box, side);
    return found.reduce((sum, kid) => sum + span(kid), 0) + GAP * Math.max(found.length - 1, 0) + hidden(box, side);
  };
  const columns = (found) => (found.length ? 1 + Math.max(...found.map((box) => columns(box.kids))) : 0);

  const place = (box, side, x, y, step) => {
    for (const kid of kids(box, side)) {
      const whole = span(kid);
      const own = kid.kids.length ? kid.height : whole;
      kid.x = x;
      kid.y = y + (whole - own) / 2;
      place(kid, side, x + step, y + (whole - stackHeight(kid, side)) / 2, step);
      if (kid.more[side] && !kid.kids.length) move(kid.more[side], kid.x, kid.y + kid.height + 17);
      y += whole + GAP;
    }
    const last = kids(box, side).at(-1);
    if (last && box.more[side]) {
      const low = last.kids.length ? Math.max(last.height, last.height / 2 + span(last) / 2) : span(last);
      move(box.more[side], last.x, last.y + low + 17);
    }
  };

  const curve = (inner, outer, left) => {
    const [a, b] = left ? [outer, inner] : [inner, outer];
    const [x1, y1, x2, y2] = [a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2];
    const bend = (x2 - x1) * 0.55;
    const path = `M${num(x1)} ${num(y1)}C${num(x1 + bend)} ${num(y1)} ${num(x2 - bend)} ${num(y2)} ${num(x2)} ${num(y2)}`;
    return [path, left ? x1 + 9 : x2 - 9, left ? y1 : y2];
  };

  const settle = (box, path, x, y) => {
    move(box.element, box.x, box.y);
    box.line.querySelector("path").setAttribute("d", path);
    const sign = box.line.querySelector("g");
    if (sign) move(sign, x, y);
  };

  const layoutWide = (map) => {
    const { middle, gap } = map;
    const step = middle.width + gap;
    const left = map.tree ? 0 : columns(kids(middle, "beneath"));
    const right = columns(kids(middle, map.tree ? "beneath" : "above"));
    const [below, above] = [stackHeight(middle, "beneath"), stackHeight(middle, "above")];
    const height = Math.max(below, above, middle.height);
    middle.x = left * step;
    middle.y = (height - middle.height) / 2;
    move(middle.element, middle.x, middle.y);
    const way = map.tree ? 1 : -1;
    place(middle, "beneath", middle.x + way * step, (height - below) / 2, way * step);
    place(middle, "above", middle.x + step, (height - above) / 2, step);
    const settleAll = (box) => {
      for (const kid of box.kids) {
        settle(kid, ...curve(box, kid, !map.tree && kid.side === "beneath"));
        settleAll(kid);
      }
    };
    settleAll(middle);
    return [step * (left + 1 + right) - gap, height + 4];
  };

  const layoutNarrow = (map) => {
    const width = map.svg.viewBox.baseVal.width;
    const stack = (found, y, indent) => {
      for (const kid of found) {
        kid.x = width - kid.width;
        kid.y = y;
        const half = y + kid.height / 2;
        settle(kid, `M${num(indent + 10)} ${num(half)}H${num(kid.x)}`, indent + 10, half);
        y = stack(kid.kids, y + kid.height + 8, Math.min(indent + INDENT, 5 * INDENT));
        if (kid.more[kid.side]) {
          move(kid.more[kid.side], kid.x + (kid.kids.length ? INDENT : 0), y + 10);
          y += 28;
        }
      }
      return y + (indent === 0 && found.length ? 6 : 0);
    };
    const part = (side, y) => {
      y = stack(kids(map.middle, side), y, 0);
      if (!map.middle.more[side]) return y;
      move(map.middle.more[side], 0, y + 10);
      return y + MORE + 12;
    };
    const labels = [...map.svg.children].filter((child) => child.tagName === "text");
    let y = 0;
    if (!map.middle.element) return [width, part("beneath", 0) + 4];
    if (kids(map.middle, "beneath").length) y = part("beneath", 24);
    move(map.middle.element, 0, y);
    y += map.middle.height + 8;
    if (kids(map.middle, "above").length) {
      const first = labels.at(-1).querySelector("tspan");
      first.setAttribute("y", num(y + 16));
      y = part("above", y + 26);
    }
    return [width, y + 4];
  };

  // ---- opening ---------------------------------------------------------------------------------------------------

  const path = (box) => (box ? [box.id, ...path(box.parent)] : []);

  const drawBox = (map, parent, side, tie) => {
    const [id, kind, title, credence, assessed, sign, line, thick, said, beneath, above] = tie;
    const [verb, strength] = /^(.*?)( \(.*)?$/.exec(said).slice(1);
    const passive = { supports: "is supported by it", opposes: "is opposed by it" }[verb] ?? "gets no weight from it";
    const tied = `${side === "beneath" ? `${verb} it` : passive}${strength ?? ""}`;
    const width = map.narrow ? Math.max(parent.width - INDENT, 184) : map.middle.width;
    const lines = wrap(title, width - 20, 3);
    const height = 30 + LEAD * lines.length;
    const label = (text, x, y, className, anchor = "start") => el("text", { class: className, "text-anchor": anchor },
      ...[].concat(text).map((row, i) => el("tspan", { x: num(x), y: num(y + i * LEAD) }, row)));
    const box = { id, kind, title, side, parent, width, height, kids: [], more: {} };
    box.element = el("a", { href: `${map.svg.dataset.root}${kind}/${id}.html`, class: `kb-box kb-box--${kind}${assessed ? "" : " kb-box--open"}`, "data-box": map.next, "data-id": id },
      el("title", {}, `${kind}: ${title}${credence ? ` (${credence})` : ""}, ${tied}`),
      el("rect", { x: 0.75, y: 0.75, width: num(width - 1.5), height: height - 1.5, rx: 4 }),
      label(kind, 10, 17, "kb-svg-kind"),
      label(credence, width - 10, 17, assessed ? "kb-svg-number" : "kb-svg-kind", "end"),
      label(lines, 10, 34, "kb-svg-text"));
    const words = side === "above" ? `${parent.title} ${said} ${title}` : `${title} ${said} ${parent.title}`;
    box.line = el("g", { "data-line": map.next }, el("path", { class: line, "stroke-width": thick }, el("title", {}, words)));
    if (sign !== "neutral") {
      box.line.append(el("g", { "aria-hidden": "true" },
        el("circle", { r: 7, class: `kb-sign kb-sign--${sign}` }),
        el("path", { class: "kb-sign__mark", d: sign === "for" ? "M-3.5 0h7M0-3.5v7" : "M-3.5 0h7" })));
    }
    map.next += 1;
    const behind = side === "beneath" ? beneath : above;
    if (behind) box.more[side] = drawMore(map, box, side, behind);
    return box;
  };

  const drawMore = (map, box, side, n) => {
    const verb = side === "beneath" ? "rests on" : "bears on";
    const some = box.kids.length > 0 || box === map.middle;
    return el("a", { href: `${map.svg.dataset.root}${box.kind}/${box.id}.html`, class: "kb-more", "data-side": side, "data-n": n },
      el("title", {}, `${n} ${some ? "more " : ""}that “${box.title}” ${verb}`),
      el("rect", { x: 0, y: -16, width: 104, height: 24, class: "kb-more__ground" }),
      el("text", { class: "kb-svg-small kb-svg-link" }, el("tspan", { x: 4, y: 0 }, some ? `+ ${n} more` : `${verb} ${n}`)));
  };

  const open = async (view, box, side) => {
    const { map } = view;
    await load(`${box.kind}/${box.id}.map.js`);
    const known = new Set([...path(box), ...kids(box, side).map((kid) => kid.id)]);
    const fresh = window.counterpoiseTies[box.id][side].filter(([id]) => !known.has(id));
    const added = fresh.slice(0, BATCH).map((tie) => drawBox(map, box, side, tie));
    const old = box.more[side];
    delete box.more[side];
    box.kids.push(...added);
    // In the order in which they are read: after all that hangs on the box so far.
    let after = old;
    for (const kid of added) {
      map.svg.insertBefore(kid.line, map.svg.querySelector("[data-box]"));
      after.after(kid.element);
      after = kid.element;
      if (kid.more[side]) { after.after(kid.more[side]); after = kid.more[side]; }
    }
    if (fresh.length > added.length) {
      box.more[side] = drawMore(map, box, side, fresh.length - added.length);
      after.after(box.more[side]);
    }
    old.remove();
    return added;
  };

  const layout = (view) => {
    const { map } = view;
    const [width, height] = map.narrow ? layoutNarrow(map) : layoutWide(map);
    map.svg.setAttribute("viewBox", `0 0 ${num(width)} ${num(height)}`);
    map.svg.setAttribute("width", num(width));
    map.svg.setAttribute("height", num(height));
    wire(view);
  };

  // ---- zoom and pan -----------------------------------------------------------------------------------------------

  const natural = (view) => view.map.svg.viewBox.baseVal.width;
  const scaleNow = (view) => view.map.svg.getBoundingClientRect().width / natural(view);
  const fitScale = (view) => Math.min(1, view.figure.clientWidth / natural(view));

  /** The part of the figure that is on the screen, in its own pixels: left, top, right, bottom. */
  const sight = (figure) => {
    const { y } = figure.getBoundingClientRect();
    return [0, Math.max(0, -y), figure.clientWidth, Math.min(figure.clientHeight, innerHeight - y)];
  };

  /** What a reader looks at: the box with the focus, else the page's own, else the one nearest the middle in sight. */
  const focal = (view) => {
    const { figure, map } = view;
    const frame = figure.getBoundingClientRect();
    const [left, top, right, bottom] = sight(figure);
    const away = (box) => {
      const { x, y, width, height } = box.getBoundingClientRect();
      const [dx, dy] = [x + width / 2 - frame.x, y + height / 2 - frame.y];
      const seen = dx > left && dx < right && dy > top && dy < bottom;
      return seen ? Math.hypot(dx - (left + right) / 2, dy - (top + bottom) / 2) : Infinity;
    };
    const own = map.middle.element;
    for (const box of [view.focused, own]) if (box?.isConnected && away(box) < Infinity) return box;
    const boxes = [...map.svg.querySelectorAll("[data-box]")].map((box) => [away(box), box]).sort(([a], [b]) => a - b);
    return boxes[0][0] < Infinity ? boxes[0][1] : own ?? boxes[0][1];
  };

  const clamp = (value, low, high) => (low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high));

  /** Show the map at `scale` pixels a unit, `null` for as large as the page is wide, and keep a point in its place, or
      a box, which stays whole in sight. */
  const zoom = (view, scale, { at = null, about = null, asked = true } = {}) => {
    const { figure, map: { svg } } = view;
    const frame = figure.getBoundingClientRect();
    const box = about?.getBoundingClientRect();
    const spot = box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : at;
    let [px, py] = spot ? [spot.x - frame.x, spot.y - frame.y] : [frame.width / 2, Math.min(frame.height, innerHeight) / 2];
    const before = scaleNow(view);
    const [x, y] = [(figure.scrollLeft + px) / before, (figure.scrollTop + py) / before];
    const wanted = scale === null ? null : Math.min(Math.max(scale, 0.25), 4);
    svg.style.maxWidth = wanted === null ? "" : "none";
    svg.style.width = wanted === null ? "" : `${num(natural(view) * wanted)}px`;
    figure.classList.toggle("kb-figure--zoomed", asked && wanted !== null && wanted > fitScale(view) + 0.001);
    const now = scaleNow(view);
    if (box) {
      const [left, top, right, bottom] = sight(figure);
      const [halfWidth, halfHeight] = [box.width, box.height].map((size) => (size * now) / before / 2);
      px = clamp(px, left + halfWidth, right - halfWidth);
      py = clamp(py, top + halfHeight, bottom - halfHeight);
    }
    figure.scrollLeft = x * now - px;
    figure.scrollTop = y * now - py;
    view.fit.disabled = wanted === null;
  };

  const step = (view, factor) => zoom(view, scaleNow(view) * factor, { about: focal(view) });

  const grab = (view) => {
    const { figure } = view;
    let from = null;
    let dragged = false;
    figure.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return; // fingers scroll as everywhere else
      from = { x: event.clientX, y: event.clientY, left: figure.scrollLeft, top: figure.scrollTop };
      dragged = false;
    });
    addEventListener("pointermove", (event) => {
      if (!from) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      if (!dragged && Math.hypot(dx, dy) < 5) return;
      dragged = true;
      figure.classList.add("kb-figure--grabbed");
      figure.scrollLeft = from.left - dx;
      figure.scrollTop = from.top - dy;
    });
    addEventListener("pointerup", () => { from = null; figure.classList.remove("kb-figure--grabbed"); });
    figure.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); event.stopPropagation(); dragged = false; } }, true);
    figure.addEventListener("dragstart", (event) => event.preventDefault());
    figure.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(view, scaleNow(view) * Math.exp(-event.deltaY / 300), { at: { x: event.clientX, y: event.clientY } });
    }, { passive: false });
    figure.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") step(view, 1.25);
      else if (event.key === "-") step(view, 1 / 1.25);
      else if (event.key === "0") zoom(view, null);
      else return;
      event.preventDefault();
    });
  };

  // ---- one figure -------------------------------------------------------------------------------------------------

  const boxOf = (map, element) => {
    const find = (box) => (Object.values(box.more).includes(element) ? box : box.kids.map(find).find(Boolean));
    return find(map.middle);
  };

  /** Open a "+ n more" and keep the rest of the picture where it was on the screen. */
  const unfold = async (view, element, { focus = true } = {}) => {
    const { map } = view;
    const box = boxOf(map, element);
    const { side } = element.dataset;
    const scale = scaleNow(view);
    const anchor = box.element || map.svg;
    const before = anchor.getBoundingClientRect();
    let added;
    try { added = await open(view, box, side); } catch { location.href = element.href.baseVal; return; }
    layout(view);
    zoom(view, map.narrow ? null : scale, { asked: false });
    const now = anchor.getBoundingClientRect();
    view.figure.scrollLeft += now.x - before.x;
    if (focus && added.length) {
      scrollBy(0, now.y - before.y);
      added[0].element.focus({ preventScroll: true });
      added[0].element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: calm() ? "auto" : "smooth" });
    }
    view.opened.push(`${box.id}.${side}`);
    view.close.hidden = false;
    view.status.textContent = added.length === 1 ? `1 box added: ${added[0].title}` : `${added.length} boxes added`;
    writeState({ open: view.opened.join(" ") });
  };

  const wire = (view) => {
    view.rove();
    for (const link of view.map.svg.querySelectorAll(".kb-more:not([role])")) {
      link.setAttribute("role", "button");
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        unfold(view, link);
      });
      link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); unfold(view, link); } });
    }
  };

  const phone = matchMedia("(max-width: 44em)"); // as in the style sheet
  const shown = (figure) => figure.querySelector(phone.matches ? "svg.kb-narrow" : "svg.kb-wide");

  const live = (figure) => {
    const pristine = new Map([...figure.querySelectorAll("svg")].map((svg) => [svg.id, svg.cloneNode(true)]));
    const view = { figure, map: read(shown(figure)), opened: [], focused: null, status: make("span", { className: "kb-hidden" }) };
    const button = (text, title, act) => {
      const made = make("button", { type: "button", className: "kb-button", textContent: text, title });
      if (text.length < 2) made.setAttribute("aria-label", title);
      made.addEventListener("click", act);
      return made;
    };
    view.status.setAttribute("role", "status");
    view.fit = button("Fit", "Show the whole map", () => zoom(view, null));
    view.fit.disabled = true;
    view.close = button("Close what was opened", "Back to the first boxes", () => {
      const { svg } = view.map;
      svg.replaceWith(pristine.get(svg.id).cloneNode(true));
      show();
      writeState({ open: "" });
      figure.focus({ preventScroll: true });
    });
    const show = () => {
      view.map = read(shown(figure));
      view.opened = [];
      view.focused = null;
      view.close.hidden = true;
      wire(view);
      zoom(view, null);
    };
    figure.addEventListener("focusin", ({ target }) => { view.focused = target.closest("[data-box]") ?? view.focused; });
    figure.classList.add("kb-figure--live");
    figure.tabIndex = 0;
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", "Map: left and right go from box to box, plus and minus zoom, 0 fits");
    figure.nextElementSibling.prepend(
      button("−", "Smaller", () => step(view, 1 / 1.25)),
      button("+", "Larger", () => step(view, 1.25)),
      view.fit, view.close, view.status);
    view.rove = rove(figure, () => [...view.map.svg.querySelectorAll("a")]);
    figure.closest("section")?.querySelector(".kb-hint")?.append(" In the map, the left and right keys go from box to box.");
    show();
    grab(view);
    phone.addEventListener("change", show);
    return view;
  };

  /** Open again what the address says was open. */
  const restore = async (view) => {
    for (const step of (readState().get("open") || "").split(" ").filter(Boolean)) {
      const [id, side] = step.split(".");
      const link = [...view.map.svg.querySelectorAll(".kb-more")].find((more) => more.dataset.side === side && boxOf(view.map, more).id === id);
      if (link) await unfold(view, link, { focus: false });
    }
  };

  for (const figure of document.querySelectorAll("[data-kb-figure=map]")) {
    restore(live(figure));
  }
})();

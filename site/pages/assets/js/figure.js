// Downloads of the pictures: an SVG that stands alone (colours and font inside, credit line below), and a PNG of it.
// Colours are those of the scheme that the reader sees.  Nothing is fetched: the font comes as a script.
(() => {
  "use strict";

  const { load, make, save } = window.counterpoise;
  const SVG = "http://www.w3.org/2000/svg";
  const MAP_KEY = "Lines: solid with +: supports; dashed with −: counts against; pale: adds nothing yet; thicker: stated as stronger.";
  const PAD = 24, HEAD = 24, LEAD = 20, FOOT = 18, SHARPNESS = 2, MOST_PIXELS = 16000;

  // What a picture takes from the style sheet; the first ones pass from an element to what is inside it.
  const INHERITED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size", "font-weight", "text-anchor", "paint-order", "font-variant-numeric"];
  const OWN = { opacity: "1", "text-decoration-line": "none" };

  const paint = (from, to, above) => {
    const now = getComputedStyle(from);
    for (const name of INHERITED) {
      const value = now.getPropertyValue(name);
      if (!above || value !== above.getPropertyValue(name)) to.setAttribute(name, value);
    }
    for (const [name, initial] of Object.entries(OWN)) {
      const value = now.getPropertyValue(name);
      if (value !== initial) to.setAttribute(name === "text-decoration-line" ? "text-decoration" : name, value);
    }
    [...from.children].forEach((child, i) => paint(child, to.children[i], now));
  };

  const strip = (copy) => {
    const public_ = document.querySelector("link[rel=canonical]");
    for (const element of [copy, ...copy.querySelectorAll("*")]) {
      const href = element.getAttribute("href");
      if (href !== null) {
        if (public_) element.setAttribute("href", new URL(href, public_.href).href); else element.removeAttribute("href");
      }
      for (const { name } of [...element.attributes]) {
        if (/^(data-|class|style|role|tabindex)/.test(name)) element.removeAttribute(name);
      }
    }
  };

  const wrapped = (text, width, font) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const lines = [];
    for (const word of text.split(/\s+/)) {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer; else lines.push(word);
    }
    return lines;
  };

  const text = (x, y, size, weight, fill, content) => {
    const element = document.createElementNS(SVG, "text");
    Object.entries({ x, y, "font-size": size, "font-weight": weight, fill }).forEach(([key, value]) => element.setAttribute(key, value));
    element.textContent = content;
    return element;
  };

  const box = (svg) => svg.viewBox.baseVal;

  /** The picture with its title above, its credit below and everything it needs inside. */
  const standalone = async (svg) => {
    await load("assets/fonts/source-sans-3.js");
    const copy = svg.cloneNode(true);
    paint(svg, copy, null);
    const key = svg.matches(".kb-map") ? MAP_KEY : "";
    for (const more of copy.querySelectorAll(".kb-more")) more.remove(); // it opens nothing in a file
    strip(copy);
    const page = getComputedStyle(document.body);
    const { x, y, width, height } = box(svg);
    const sheet = document.createElementNS(SVG, "svg");
    const title = wrapped(document.querySelector("h1").textContent.trim(), width, "600 18px 'Source Sans 3', sans-serif");
    const finding = svg.closest(".kb-figure").querySelector(":scope > .kb-finding")?.textContent.trim();
    const lead = finding ? wrapped(finding, width, "400 15px 'Source Sans 3', sans-serif") : [];
    const below = "12px 'Source Sans 3', sans-serif";
    const foot = key ? wrapped(key, width, below) : [];
    foot.push(...wrapped(document.querySelector("meta[name=credit]")?.content ?? `${document.title}, CC BY 4.0`, width, below));
    const top = PAD + HEAD * title.length + LEAD * lead.length + 8;
    const whole = [width + 2 * PAD, top + height + 16 + FOOT * foot.length + PAD - 6];
    Object.entries({ xmlns: SVG, viewBox: `0 0 ${whole.join(" ")}`, width: whole[0], height: whole[1], "font-family": "'Source Sans 3', 'Segoe UI', Helvetica, Arial, sans-serif" })
      .forEach(([key, value]) => sheet.setAttribute(key, value));
    const font = document.createElementNS(SVG, "style");
    font.textContent = `@font-face{font-family:"Source Sans 3";font-weight:200 900;src:url(data:font/woff2;base64,${window.counterpoiseFont}) format("woff2")}`;
    const ground = document.createElementNS(SVG, "rect");
    Object.entries({ width: "100%", height: "100%", fill: page.backgroundColor }).forEach(([key, value]) => ground.setAttribute(key, value));
    const inside = document.createElementNS(SVG, "svg");
    [...copy.attributes].forEach(({ name, value }) => inside.setAttribute(name, value));
    inside.append(...copy.childNodes);
    Object.entries({ x: PAD, y: top, width, height, viewBox: `${x} ${y} ${width} ${height}`, overflow: "visible" })
      .forEach(([key, value]) => inside.setAttribute(key, value));
    sheet.append(font, ground, ...title.map((line, i) => text(PAD, PAD + 14 + HEAD * i, 18, 600, page.color, line)),
      ...lead.map((line, i) => text(PAD, PAD + 10 + HEAD * title.length + LEAD * i, 15, 400, page.color, line)), inside,
      ...foot.map((line, i) => text(PAD, top + height + 26 + FOOT * i, 12, 400, page.color, line)));
    return { source: new XMLSerializer().serializeToString(sheet), width: whole[0], height: whole[1] };
  };

  const png = async ({ source, width, height }) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    const sharp = Math.min(SHARPNESS, MOST_PIXELS / width, MOST_PIXELS / height);
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(width * sharp), height: Math.round(height * sharp) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };

  const shown = (figure) => [...figure.querySelectorAll(":scope > svg")].find((svg) => svg.getBoundingClientRect().width > 0);

  for (const figure of document.querySelectorAll(".kb-figure")) {
    if (!figure.querySelector(":scope > svg")) continue;
    const tools = make("div", { className: "kb-tools-row" });
    const status = make("span", { className: "kb-hidden" });
    status.setAttribute("role", "status");
    const download = (kind, act) => {
      const button = make("button", { type: "button", className: "kb-button", textContent: kind });
      button.setAttribute("aria-label", `Download picture as ${kind}`);
      button.addEventListener("click", async () => {
        const svg = shown(figure);
        const name = `counterpoise-${location.pathname.split("/").pop().replace(/\.html$/, "") || "index"}-${svg.id.replace(/-(wide|narrow)$/, "")}.${kind.toLowerCase()}`;
        try {
          await act(await standalone(svg), name);
          status.textContent = `${name} downloaded`;
        } catch (error) {
          status.textContent = "The picture could not be made.";
          throw error;
        }
      });
      return button;
    };
    const menu = make("span", { className: "kb-tools-row__end" }, make("span", { className: "kb-muted", textContent: "Download picture" }),
      download("SVG", ({ source }, name) => save(name, "image/svg+xml", source)),
      download("PNG", async (sheet, name) => save(name, "image/png", await png(sheet))), status);
    tools.append(menu);
    figure.after(tools);
  }
})();

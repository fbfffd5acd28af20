// Adding in place: a form over the page that shows what an addition would do, and the files that it would be.  Loaded
// when somebody opens it, or comes back to a draft.  Nothing is sent anywhere: a draft stays in this tab.
(() => {
  "use strict";

  const { root, load, make, save } = window.counterpoise;
  const KEY = `kb-add ${location.pathname}`;
  const PARTS = ["checks.js", "fields.js", "form.js"];
  const DRAFT = "Your draft: not part of the map";
  const PAUSE = 150; // milliseconds without a key before the number is computed anew
  const STILL = 5e-4; // nats below which nothing is seen to move

  const attributes = (element, given) => { for (const [name, value] of Object.entries(given)) element.setAttribute(name, value); return element; };
  const button = (textContent, onclick, more = {}) => make("button", { type: "button", className: "kb-button", textContent, onclick, ...more });

  // ---- what the form needs, loaded once --------------------------------------------------------------------------------

  let everything = null;
  const ready = () => {
    everything ??= Promise.all(["assets/js/engine.js", "assets/js/add/effect.js", "assets/adding.js"].map(load))
      .then(() => load("assets/js/add/records.js"))
      .then(() => PARTS.reduce((before, name) => before.then(() => load(`assets/js/add/${name}`)), Promise.resolve()));
    return everything;
  };

  /** What lies beneath a claim; null where it is too much for a page. */
  const networks = new Map();
  const beneath = (kind, id) => {
    if (!networks.has(id)) {
      const kept = window.counterpoiseWhatIf; // the sliders of this page read the same name
      networks.set(id, load(`${kind}/${id}.whatif.js`).then(() => {
        const found = window.counterpoiseWhatIf;
        if (kept) window.counterpoiseWhatIf = kept;
        return found;
      }, () => null));
    }
    return networks.get(id);
  };

  /** Every claim and undercut that could be a reason: [id, title, where it stands]. */
  let listed = null;
  const claims = async () => {
    await load("assets/search-index.js");
    listed ??= window.counterpoiseIndex.filter(([, kind]) => kind === "claim").map(([id, , title, , , number]) => [id, title, number]);
    return listed;
  };

  // ---- drafts, kept for as long as the tab is open ----------------------------------------------------------------------

  const memory = new Map(); // where the browser keeps nothing, a draft lives as long as the page

  // What the browser kept may be of an older site, or of another one at the same host: only what this form could have
  // kept is a draft.  An address that is none would be a path to a script.
  const TO = /^[a-z0-9-]+(?:\/[a-z0-9-]+){2}$/;
  const FROM = /^(?:[a-z]+\/[a-z0-9-]+)?$/;
  const isText = (value) => typeof value === "string";
  const isDraft = (one) => (
    [one?.mode, one?.to, one?.from, one?.question].every(isText) && Object.hasOwn(HOMES, one.mode) && TO.test(one.to) && FROM.test(one.from) &&
    (one.mode === "contest") === (one.from !== "") && one.values instanceof Object && Object.values(one.values).every(isText) && (one.title === undefined || isText(one.title)));
  const drafts = () => {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(KEY)); } catch { kept = Object.fromEntries(memory); }
    return Object.fromEntries(Object.entries(kept ?? {}).filter(([name, one]) => isDraft(one) && name === nameOf(one)));
  };
  const keep = (name, draft) => {
    const all = drafts();
    if (draft) { all[name] = draft; memory.set(name, draft); } else { delete all[name]; memory.delete(name); }
    try { if (Object.keys(all).length) sessionStorage.setItem(KEY, JSON.stringify(all)); else sessionStorage.removeItem(KEY); } catch { /* kept in memory alone */ }
  };
  const nameOf = ({ mode, to, from }) => [mode, to, from].filter(Boolean).join(" ");

  // ---- the dialog --------------------------------------------------------------------------------------------------------

  const titleOf = (address) => {
    const link = [...document.querySelectorAll("a.kb-ref")].find((one) => one.getAttribute("href")?.endsWith(`/${address}.html`));
    return link ? link.textContent : document.getElementById("page-title").textContent;
  };
  const place = (address) => { // topic/kind/id
    const [topic, kind, id] = address.split("/");
    return { topic, kind, id, title: titleOf(`${kind}/${id}`) };
  };

  let dialog = null;
  const frame = () => {
    if (dialog) return dialog;
    dialog = make("dialog", { className: "kb-add" });
    dialog.setAttribute("aria-labelledby", "kb-add-title");
    document.body.append(dialog);
    dialog.addEventListener("close", () => { dialog.firstChild?.remove(); cards(); });
    return dialog;
  };

  const shell = (title, about, body) => make("div", { className: "md-typeset kb-add__inner" },
    make("div", { className: "kb-add__head" }, make("h2", { id: "kb-add-title", textContent: title, tabIndex: -1 }), button("Close", () => dialog.close())),
    make("p", { className: "kb-add__about" }, ...about), body);

  const put = (content) => {
    frame();
    dialog.replaceChildren(content);
    if (!dialog.open) dialog.showModal();
  };

  /** What somebody asked for: { mode, to: addresses, from, question }. */
  const open = async ({ mode, to, from = "", question = "" }) => {
    const busy = make("p", { textContent: "Loading…" });
    put(shell("Add", [], busy));
    try { await ready(); } catch { busy.textContent = "The form could not be loaded."; return; }
    if (to.length > 1) choose({ mode, to, from, question });
    else await fill({ mode, to: to[0], from, question });
  };

  /** First of all: which of several claims. */
  const choose = ({ mode, to, from, question }) => {
    const list = make("ul", { className: "kb-add__choices" }, ...to.map((address) => make("li", {}, button(place(address).title, () => fill({ mode, to: address, from, question })))));
    put(shell(window.counterpoiseForm.TITLES[mode], ["On which of these claims?"], list));
    list.querySelector("button").focus();
  };

  const fill = async (asked) => {
    const { mode, to, from, question } = asked;
    const target = place(to);
    const carrier = from ? { kind: from.split("/")[0], id: from.split("/")[1], title: titleOf(from), question } : null;
    const data = await beneath(target.kind, target.id);
    const form = new window.counterpoiseForm.Form({ mode, target, carrier, data, claims: mode === "reason" ? await claims() : [], load: (id) => beneath("claim", id) });
    const kept = drafts()[nameOf(asked)];
    if (kept) form.values = kept.values;
    const about = carrier ? ["From ", make("strong", { textContent: carrier.title }), " to ", make("strong", { textContent: target.title })] : [mode === "reason" ? "For or against " : "On ", make("strong", { textContent: target.title })];
    new Session(asked, form, about);
  };

  /** One opened form. */
  class Session {
    constructor(asked, form, about) {
      Object.assign(this, { asked, form });
      this.result = attributes(make("div", { className: "kb-add__result" }), { "data-kb-result": "" });
      this.status = attributes(make("p", { className: "kb-hidden" }), { role: "status" });
      this.left = make("span");
      this.lead = button("Show me", () => this.point());
      this.boxes = [];
      this.how = make("p", { className: "kb-hint" }, make("span"), ", run kb check, and open a pull request: an editor reads it before it counts. ", make("a", { href: new URL("contribute.html#place", root).href, textContent: "How that goes" }));
      this.files = make("section", { className: "kb-add__files" }, make("h3", { textContent: "What you would send" }), make("p", {}, this.left, " ", this.lead), this.how);
      this.discard = button("Discard draft", () => { keep(nameOf(asked), null); this.gone = true; dialog.close(); });
      const body = make("form", { noValidate: true, autocomplete: "off" },
        make("div", { className: "kb-add__columns" }, form.element, make("div", { className: "kb-add__side" }, this.result)), this.files, this.status,
        make("p", { className: "kb-add__acts" }, this.discard, button("Close and keep the draft", () => dialog.close())));
      body.addEventListener("submit", (event) => event.preventDefault());
      body.addEventListener("input", () => this.changed());
      body.addEventListener("change", (event) => { this.touch(event.target); this.changed(); });
      body.addEventListener("focusout", (event) => { if (this.touch(event.target)) this.update(); });
      put(shell(form.title, about, body));
      this.update();
      dialog.querySelector("#kb-add-title").focus();
    }

    touch(element) {
      const field = this.form.fields.find(({ controls }) => controls.includes(element));
      const fresh = field && !field.touched && (field.value || element.type !== "radio");
      if (fresh) field.touched = true;
      return fresh;
    }

    changed() {
      const values = this.form.values;
      keep(nameOf(this.asked), Object.keys(values).length ? { ...this.asked, values, title: this.form.name } : null);
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.update(), PAUSE);
    }

    update() {
      if (this.gone) return;
      const made = this.form.made();
      const found = this.form.show(made);
      const effect = this.form.effect(made);
      this.result.replaceChildren(...result(effect, this.form));
      const spoken = this.result.querySelector(".kb-add__numbers")?.textContent ?? "";
      if (spoken !== this.spoken) { this.spoken = spoken; clearTimeout(this.speaking); this.speaking = setTimeout(() => { this.status.textContent = spoken ? `${DRAFT}. ${spoken}` : ""; }, 700); }
      for (const [name, value] of [["before", effect.before], ["after", effect.after]]) if (value) this.result.dataset[name] = String(value.p); else delete this.result.dataset[name];
      this.form.tryStrengths(made, effect);
      this.show(made, found.filter(({ level }) => level === "error"));
      const premise = this.form.premise;
      this.form.settle().then(() => { if (this.form.premise !== premise) this.update(); });
    }

    /** What there is stays in place while it changes: a button that is replaced under a pressed pointer is never clicked. */
    show(made, errors) {
      const left = errors.length;
      this.left.textContent = left ? `${left} ${left === 1 ? "answer is" : "answers are"} still missing or to be put right.` : "Nothing is left to put right.";
      this.lead.hidden = !left;
      const wanted = made.lines !== undefined ? [linesFor(made, this.form.own.from.value, this.form.premise)] : made.files.map(fileFor);
      while (this.boxes.length < wanted.length) { this.boxes.push(new Box()); this.how.before(this.boxes[this.boxes.length - 1].element); }
      while (this.boxes.length > wanted.length) this.boxes.pop().element.remove();
      wanted.forEach((one, i) => this.boxes[i].show(one, left > 0));
      this.how.firstChild.textContent = made.lines !== undefined ? "Change the file" : wanted.length > 1 ? "Put them where their paths say" : "Put it where its path says";
    }

    /** Say what is wrong everywhere, and go to the first. */
    point() {
      for (const field of this.form.fields) field.touched = true;
      this.update();
      this.form.fields.find(({ controls, element }) => element.offsetParent && controls.some((one) => one.getAttribute("aria-invalid") === "true"))?.point();
    }
  }

  // ---- what it does --------------------------------------------------------------------------------------------------------

  const numbers = (before, now) => {
    const { said, factor } = window.counterpoiseEffect;
    const change = now.logOdds - before.logOdds;
    const moves = Math.abs(change) >= STILL || before.assessed !== now.assessed;
    return [make("strong", { textContent: moves ? `${said(before)} → ${said(now)}` : said(now) }), moves ? ` odds ${factor(change)}, after overlap and trust` : " the draft moves nothing yet"];
  };

  const result = ({ before, after: now, certain, missing, evidence, stated }, form) => {
    const { said, factor } = window.counterpoiseEffect;
    const lines = [make("p", { className: "kb-yours__label", textContent: DRAFT })];
    if (missing) return [...lines, ...(before ? [make("p", { className: "kb-add__now", textContent: `The claim stands at ${said(before)}.` })] : []), make("p", { className: "kb-add__missing", textContent: missing })];
    lines.push(make("p", { className: "kb-add__numbers" }, ...numbers(before, now)));
    const say = (text) => lines.push(make("p", { className: "kb-add__step", textContent: text }));
    if (evidence) say(`The finding as stated: odds ${factor(evidence.weight)}; after the item’s own reliability (${evidence.reliability}): ${factor(now.item)}. Trust in its source (${evidence.rootReliability}) and what it shares with other evidence take their part of that.`);
    if (form.mode === "evidence") {
      const beside = form.data.ids.root.includes(evidence.root) && form.data.part.pair.root.some((r, g) => form.data.ids.root[r] === evidence.root && form.data.part.pair.claim[g] === form.data.claim);
      if (beside) say("Its source already vouches for something on this claim, so they are counted together.");
      if (Math.abs(now.logOdds - before.logOdds) < STILL) say("It adds nothing here: what its source can vouch for, and what it shares with others, is counted already.");
    }
    if (form.mode === "reason" && form.ofKnown) say(`Up to ${factor(stated)} if that claim were certain; it counts as far as there is evidence for it.`);
    if (form.mode === "reason" && !form.ofKnown) {
      say(evidence ? `The reason itself would stand at ${said(now.own)}.` : "A reason counts once there is evidence for it.");
      say(`If it were certain: ${said(before)} → ${said(certain)}.`);
    }
    if (form.mode === "contest") {
      say(evidence ? `The objection itself would stand at ${said(now.own)}; it starts at 30%.` : "An objection counts once there is evidence for it.");
      say(`If it were certain: ${said(before)} → ${said(certain)}.`);
    }
    return lines;
  };

  // ---- what to send ----------------------------------------------------------------------------------------------------------

  /** A file as it would be, to copy, to download and, where the repository is known, to open there. */
  class Box {
    constructor() {
      this.path = make("code");
      this.note = make("p", { hidden: true });
      this.text = make("code");
      this.shown = attributes(make("pre", {}, this.text), { tabindex: "0", role: "group" });
      this.copy = button("Copy", () => this.take());
      this.download = button("Download", () => save(this.one.name, "text/yaml", this.one.text));
      this.open = attributes(make("a", { hidden: true }), { rel: "nofollow ugc noopener" });
      this.element = make("div", { className: "kb-add__file" }, make("h4", {}, this.path), this.note, this.shown, make("p", { className: "kb-add__acts" }, this.copy, this.download, this.open));
    }

    /** one: { path, text, note, name, where: [address, label] }; off: while something is to be put right. */
    show(one, off) {
      this.one = one;
      this.path.textContent = one.path;
      this.shown.setAttribute("aria-label", one.path);
      if (this.text.textContent !== one.text) this.text.textContent = one.text;
      this.note.hidden = !one.note;
      this.note.textContent = one.note || "";
      this.copy.disabled = this.download.disabled = off;
      this.download.hidden = !one.name;
      this.open.hidden = off || !one.where;
      if (one.where) [this.open.href, this.open.textContent] = one.where; else this.open.removeAttribute("href");
    }

    async take() {
      const say = (words) => { this.copy.textContent = words; setTimeout(() => { this.copy.textContent = "Copy"; }, 2500); };
      try { await navigator.clipboard.writeText(this.one.text); say("Copied"); } catch {
        getSelection().selectAllChildren(this.shown);
        say("Selected: copy it");
      }
    }
  }

  const fileFor = ({ id, topic, path, text }) => {
    const { newFile } = window.counterpoiseAdding;
    const query = new URLSearchParams({ filename: `${id}.yaml`, value: text });
    return { path, text, name: `${id}.yaml`, where: newFile && [`${newFile}${topic}?${query}`, "Open it in the repository, filled in"] };
  };

  const linesFor = (made, from, premise) => {
    const { editFile } = window.counterpoiseAdding;
    const path = premise ? `${premise.topic}/${from}.yaml` : `…/${from || "the-claim"}.yaml`;
    return {
      path: `claims/${path}`, text: made.lines, where: editFile && premise && [`${editFile}${path}`, "Open that file in the repository"],
      note: "Add these lines to the file of that claim, below “bears_on:”. Where it has none yet, write that line first; kb fmt puts it in its place.",
    };
  };

  // ---- drafts on the page ----------------------------------------------------------------------------------------------------

  const HOMES = { evidence: "evidence", reason: "reasons", contest: "reasons" };
  let shown = [];

  const home = ({ mode, from }) => {
    const contested = from && [...document.querySelectorAll("[data-kb-add=contest]")].find((one) => one.dataset.kbFrom === from)?.closest("article, section");
    const part = document.getElementById(HOMES[mode]) || document.getElementById("answers") || document.getElementById("bears-on");
    return contested ? [contested, "append"] : part ? [part, "after"] : [document.getElementById("page-title"), "after"];
  };

  /** Show the drafts of this page where they would stand. */
  const cards = async () => {
    const all = Object.values(drafts());
    for (const card of shown) card.remove();
    shown = [];
    if (!all.length) return;
    await ready();
    for (const draft of all) {
      const again = button("Go on with it", () => open({ ...draft, to: [draft.to] }));
      const card = attributes(make("aside", { className: "kb-add__card" },
        make("p", { className: "kb-yours__label", textContent: DRAFT }), make("p", { className: "kb-card__title", textContent: draft.title || window.counterpoiseForm.TITLES[draft.mode] }),
        make("p", { className: "kb-add__effect" }), make("p", { className: "kb-add__acts" }, again, button("Discard", () => { keep(nameOf(draft), null); cards(); }))), { "aria-label": DRAFT });
      const [where, how] = home(draft);
      where[how](card);
      shown.push(card);
      effectOf(draft, card.querySelector(".kb-add__effect"));
    }
  };

  const effectOf = async ({ mode, to, from, question, values }, line) => {
    const target = place(to);
    const form = new window.counterpoiseForm.Form({
      mode, target, carrier: from ? { kind: from.split("/")[0], id: from.split("/")[1], question } : null, data: await beneath(target.kind, target.id),
      claims: mode === "reason" ? await claims() : [], load: (id) => beneath("claim", id),
    });
    form.values = values;
    await form.settle();
    const { before, after: now, missing } = form.effect(form.made());
    line.replaceChildren(...(missing ? [missing] : numbers(before, now)));
  };

  window.counterpoise.add = open;
  cards();
})();

// The fields of the form for adding in place: each with its label, its hint and what a check says of it.
(() => {
  "use strict";

  const { make } = window.counterpoise;
  const HEADINGS = new Map(); // "e-title" and the like, by a record's own name for the field, to what the form calls it
  const OWN_NAMES = { first: ["start", "anchor", "seen_in"], last: ["end"], address: ["url"], authors: ["authors_text", "authors"] };
  let number = 0;

  const attributes = (element, given) => {
    for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== null) element.setAttribute(name, value);
    return element;
  };

  /** What all fields share: an element, a value as text, and findings below it. */
  class Field {
    constructor({ id, label, hint = "", optional = false }) {
      Object.assign(this, { id, label, optional });
      this.name = `kb-add-${number += 1}`;
      for (const own of [id.slice(2), ...(OWN_NAMES[id.slice(2)] || [])]) HEADINGS.set(`${id.slice(0, 2)}${own}`, label);
      this.touched = false;
      this.saying = make("ul", { className: "kb-add__said", id: `${this.name}-said` });
      this.hint = hint ? make("p", { className: "kb-hint", id: `${this.name}-hint`, textContent: hint }) : null;
      this.described = [this.hint?.id, this.saying.id].filter(Boolean).join(" ");
      this.heading = [label, ...(optional ? [make("span", { className: "kb-muted", textContent: " (optional)" })] : [])];
    }

    /** Show findings: errors and what is worth a look; nothing while nobody has been here. */
    show(findings) {
      const shown = this.touched ? findings : [];
      this.saying.replaceChildren(...shown.map(({ level, message, hint }) => make("li", { className: `kb-add__${level === "error" ? "error" : "look"}` },
        make("strong", { textContent: level === "error" ? "To put right: " : "Worth a look: " }), ...this.named(`${message}${hint ? `; ${hint}` : ""}`))));
      for (const control of this.controls) {
        if (shown.some(({ level }) => level === "error")) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
      }
    }

    /** A check's words with the form's headings instead of the names of fields, as kb/submission.py has them. */
    named(text) {
      return text.split("`").map((part, i) => {
        if (i % 2 === 0) return part;
        const label = HEADINGS.get(`${this.id.slice(0, 2)}${part.replace(/: ?\.\.\.$|:$/, "").split(".").pop()}`);
        return label ? `“${label}”` : make("code", { textContent: part });
      });
    }

    focus() { this.controls[0].focus(); }

    /** Lead the reader here. */
    point() {
      this.focus();
      this.element.scrollIntoView({ block: "center" });
    }
  }

  /** One line, or with rows a text of several. */
  class Text extends Field {
    constructor(options) {
      super(options);
      const { rows, type = "text", more = {} } = options;
      this.input = attributes(make(rows ? "textarea" : "input"), { id: this.name, name: options.id, type: rows ? null : type, rows, autocomplete: "off", "aria-describedby": this.described, ...more });
      this.controls = [this.input];
      this.element = make("div", { className: "kb-add__field" }, attributes(make("label", {}, ...this.heading), { for: this.name }), ...(this.hint ? [this.hint] : []), this.input, this.saying);
    }

    get value() { return this.input.value; }
    set value(text) { this.input.value = text; }
  }

  /** One of a list in a menu, with what the chosen one means below it. */
  class Menu extends Field {
    constructor(options) {
      super(options);
      this.options = options.options; // [value, label, meaning]
      this.input = attributes(make("select", {}, make("option", { value: "", textContent: "Choose…" }), ...this.options.map(([value, label]) => make("option", { value, textContent: label }))),
        { id: this.name, name: options.id, "aria-describedby": `${this.described} ${this.name}-means` });
      this.controls = [this.input];
      this.means = make("p", { className: "kb-hint", id: `${this.name}-means` });
      this.input.addEventListener("change", () => this.explain());
      this.element = make("div", { className: "kb-add__field" }, attributes(make("label", {}, ...this.heading), { for: this.name }), ...(this.hint ? [this.hint] : []), this.input, this.means, this.saying);
    }

    explain() { this.means.textContent = (this.options.find(([value]) => value === this.input.value) || ["", "", ""])[2]; }
    get value() { return this.input.value; }
    set value(text) { this.input.value = text; this.explain(); }
  }

  /** One of a few that all stand on the page: [value, label, meaning]; `notes` has a place for more behind each. */
  class Choice extends Field {
    constructor(options) {
      super(options);
      this.notes = new Map();
      this.controls = [];
      const rows = options.options.map(([value, label, meaning]) => {
        const input = attributes(make("input"), { type: "radio", name: this.name, value, id: `${this.name}-${this.controls.length}` });
        const note = make("span", { className: "kb-add__note kb-n" });
        this.notes.set(value, note);
        this.controls.push(input);
        return attributes(make("label", { className: "kb-add__option" }, input, make("span", {}, make("strong", { textContent: label }), meaning ? make("span", { className: "kb-muted", textContent: ` ${meaning}` }) : ""), note), { for: input.id });
      });
      this.element = attributes(make("fieldset", { className: "kb-add__field kb-add__choice" }, make("legend", {}, ...this.heading), ...(this.hint ? [this.hint] : []), ...rows, this.saying), { "aria-describedby": this.described });
    }

    focus() { (this.controls.find((input) => input.checked) || this.controls[0]).focus(); }
    get value() { return this.controls.find((input) => input.checked)?.value ?? ""; }
    set value(text) { for (const input of this.controls) input.checked = input.value === text; }
  }

  /** Something on the map, found by typing; the value is its id. `find(words)` gives [id, title, note]; `fresh`, if
      given, is a last entry with the value NEW for what is not on the map. */
  class Finder extends Field {
    static NEW = "+";

    constructor(options) {
      super(options);
      Object.assign(this, { find: options.find, title: options.title, fresh: options.fresh, id_: "" });
      this.input = attributes(make("input"), {
        id: this.name, name: options.id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
        "aria-expanded": "false", "aria-controls": `${this.name}-list`, "aria-describedby": `${this.described} ${this.name}-chosen`,
      });
      this.list = attributes(make("ul", { className: "kb-add__list", hidden: true }), { id: `${this.name}-list`, role: "listbox", "aria-label": options.label });
      this.chosen = make("p", { className: "kb-add__chosen", id: `${this.name}-chosen` });
      this.status = attributes(make("p", { className: "kb-hidden" }), { role: "status" });
      this.controls = [this.input];
      this.at = -1;
      this.input.addEventListener("input", () => { this.id_ = ""; this.offer(); });
      this.input.addEventListener("focus", () => this.input.select());
      this.input.addEventListener("blur", () => this.close());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.element = make("div", { className: "kb-add__field kb-add__finder" }, attributes(make("label", {}, ...this.heading), { for: this.name }), ...(this.hint ? [this.hint] : []), this.input, this.list, this.chosen, this.status, this.saying);
    }

    get rows() { return [...this.list.children]; }

    offer() {
      const words = this.input.value.trim();
      const hits = words ? this.find(words).slice(0, 8) : [];
      if (this.fresh) hits.push([Finder.NEW, this.fresh, ""]);
      this.list.replaceChildren(...hits.map(([id, title, note], i) => {
        const row = attributes(make("li", {}, make("span", { textContent: title }), note ? make("span", { className: "kb-muted", textContent: ` ${note}` }) : ""), { id: `${this.name}-row-${i}`, role: "option", "aria-selected": "false", "data-id": id });
        row.addEventListener("mousedown", (event) => { event.preventDefault(); this.choose(id); });
        return row;
      }));
      this.list.hidden = !hits.length;
      this.input.setAttribute("aria-expanded", String(hits.length > 0));
      this.mark(-1);
      const n = hits.length - (this.fresh ? 1 : 0);
      this.status.textContent = !words ? "" : n ? `${n} found. Arrow keys choose.` : "Nothing found.";
      this.explain();
    }

    mark(at) {
      this.at = at;
      this.rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
      if (at >= 0) { this.input.setAttribute("aria-activedescendant", this.rows[at].id); this.rows[at].scrollIntoView({ block: "nearest" }); } else this.input.removeAttribute("aria-activedescendant");
    }

    key(event) {
      const n = this.rows.length;
      if (event.key === "Escape" && !this.list.hidden) { event.preventDefault(); event.stopPropagation(); this.close(); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        if (this.list.hidden) this.offer();
        else this.mark((this.at + step + n) % n);
      }
      if (event.key === "Enter") {
        event.preventDefault();
        if (!this.list.hidden && n) this.choose(this.rows[Math.max(this.at, 0)].dataset.id);
      }
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.mark(-1);
    }

    choose(id) {
      this.typed = this.input.value;
      this.value = id;
      this.close();
      this.touched = true;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    explain() { this.chosen.replaceChildren(...(this.id_ ? this.title(this.id_)[1] : [])); }
    get value() { return this.id_; }
    set value(id) {
      this.id_ = id;
      this.input.value = id ? this.title(id)[0] : "";
      this.explain();
    }
  }

  window.counterpoiseFields = { Text, Menu, Choice, Finder, attributes };
})();

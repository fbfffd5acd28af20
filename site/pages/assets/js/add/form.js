// The form for adding in place: what it asks in each of its three ways, the records that the answers make, and what
// those would do to the claim.  The wording of the questions is that of the form for issues (kb/imports/form.py).
(() => {
  "use strict";

  const { make } = window.counterpoise;
  const { Text, Menu, Choice, Finder, attributes } = window.counterpoiseFields;
  const { clean, passageWords, withoutQuotes, dateOf, slug, freeId, sourceId, file, lines } = window.counterpoiseRecords;
  const { check, sourceAt, DOI } = window.counterpoiseChecks;
  const effect = window.counterpoiseEffect;
  const known = window.counterpoiseAdding;
  const SOURCES = new Map(known.sources.map((row) => [row[0], row]));
  const TRIED = 80; // claims beneath, up to which every strength is tried out

  const today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  };
  const rowOf = (rows, word) => rows.find(([value]) => value === word);
  const typeLabel = (type) => rowOf(known.types, type)[1];
  const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** Rows in which every typed word begins a word, those with the words in their title first. */
  const searching = (rows) => {
    const texts = rows.map(([id, title, note]) => [plain(title), plain(`${title} ${note} ${id}`), [id, title, note]]);
    return (typed) => {
      const words = plain(typed).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
      const begins = (text, word) => text.startsWith(word) || new RegExp(`[^\\p{L}\\p{N}]${word}`, "u").test(text);
      return texts.filter(([, all]) => words.length && words.every((word) => begins(all, word)))
        .map(([title, , row]) => [words.filter((word) => begins(title, word)).length, row]).sort((a, b) => b[0] - a[0]).map(([, row]) => row);
    };
  };

  const stances = (what) => [["supports", "supports", `likelier to see this if the ${what} is true`], ["opposes", "opposes", `likelier to see this if the ${what} is false`]];
  const strengths = known.strengths.map(([word, , factor]) => [word, word, `about ${factor} times as likely`]);
  const STRENGTH = "Supports: how many times likelier is it to see this if the claim is true than if it is false? Opposes: how many times likelier if it is false than if it is true?";
  const WHY = "One or two sentences. What else could have produced the same finding?";

  const group = (legend, ...parts) => make("fieldset", { className: "kb-add__group" }, make("legend", { textContent: legend }), ...parts);

  /** The questions about a finding and where it is said. */
  class EvidencePart {
    constructor(what) {
      const at = (id) => `e-${id}`;
      this.fields = {
        title: new Text({ id: at("title"), label: "Title", hint: "What was found, in English and in at most 120 characters." }),
        text: new Text({ id: at("text"), label: "What was found", hint: "One proposition in your own words, at most 600 characters.", rows: 4 }),
        design: new Menu({ id: at("design"), label: "How was it found?", options: known.designs.map(([value, label, meaning, number]) => [value, label, `${meaning} Recorded right with probability ${number}, unless a record says otherwise.`]) }),
        source: new Finder({
          id: at("source"), label: "Source", hint: "Type a part of its title, its authors or its address.", fresh: "A source that is not on the map yet",
          find: searching(known.sources.map(([id, title, type, who, issued, , page]) => [id, title, [who, issued, typeLabel(type), page].filter(Boolean).join(", ")])),
          title: (id) => (id === Finder.NEW ? ["A source that is not on the map yet", ["Say below what it is."]] : this.told(SOURCES.get(id))),
        }),
        first: new Text({ id: at("first"), label: "First words of the passage", hint: "The first 3 to 8 words, exactly as the source has them; no quotation marks or dots of your own." }),
        last: new Text({ id: at("last"), label: "Last words of the passage", hint: "The last 3 to 8 words; leave it empty for a passage of fewer than 16 words." }),
        locator: new Text({ id: at("locator"), label: "Place in the source", hint: "Page, section, table or time stamp; needed where the words of the passage cannot be given." }),
        stance: new Choice({ id: at("stance"), label: "Which way does it speak?", options: stances(what) }),
        strength: new Choice({ id: at("strength"), label: "How strongly?", hint: STRENGTH, options: strengths }),
        why: new Text({ id: at("why"), label: "Why that much?", hint: WHY, rows: 3 }),
      };
      this.fresh = {
        title: new Text({ id: "n-title", label: "Title of the source" }),
        type: new Menu({ id: "n-type", label: "Type of the source", options: known.types.map(([value, label, meaning, number]) => [value, label, `${meaning} Trusted to ${number}, unless its record says otherwise.`]) }),
        authors: new Text({ id: "n-authors", label: "Authors of the source", hint: "As it lists them." }),
        issued: new Text({ id: "n-issued", label: "Date of the source", hint: "For example 2026, 2026-03 or 2026-03-12." }),
        address: new Text({ id: "n-address", label: "Address of the source", hint: "https://… or a DOI.", type: "text", more: { inputmode: "url" } }),
      };
      this.where = group("The new source", ...Object.values(this.fresh).map((field) => field.element));
      const f = this.fields;
      this.elements = [
        group("The finding", f.title.element, f.text.element, f.design.element),
        group("Where it is said", f.source.element, this.where, f.first.element, f.last.element, f.locator.element),
        group("What it shows", f.stance.element, f.strength.element, f.why.element),
      ];
    }

    told([, title, type, who, issued, number]) { return [title, [`On the map: ${[who, issued].filter(Boolean).join(", ")}${who || issued ? "; " : ""}${typeLabel(type)}, trusted to ${number}.`]]; }

    /** The source: its id, reliability, and its record where it is new. */
    source(others) {
      const chosen = this.fields.source.value;
      if (!chosen) return { id: "", number: null };
      if (chosen !== Finder.NEW) return { id: chosen, number: SOURCES.get(chosen)[5] };
      const address = withoutQuotes(clean(this.fresh.address.value)).replace(/^<|>$/g, "");
      const same = address ? sourceAt(address) : undefined;
      if (same) return { id: same[0], number: same[5], same: same[1] };
      const doi = DOI.exec(address);
      const type = this.fresh.type.value;
      const issued = dateOf(this.fresh.issued.value) || "";
      const record = given({
        kind: "source", title: clean(this.fresh.title.value), type, authors_text: clean(this.fresh.authors.value), issued,
        url: doi ? `https://doi.org/${doi[1]}` : address, doi: doi?.[1], accessed: today(), added: today(),
      });
      return { id: freeId(sourceId(record) || "source", others), number: type ? rowOf(known.types, type)[3] : null, record };
    }

    /** The records: { source, item }, with their ids. */
    records(claim, others) {
      const source = this.source(others);
      const f = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, clean(field.value)]));
      const anchor = given({ start: passageWords(this.fields.first.value), end: passageWords(this.fields.last.value) });
      const seen = given({ source: source.id, anchor: Object.keys(anchor).length ? anchor : undefined, locator: f.locator });
      const record = given({
        kind: "evidence", title: f.title, text: f.text, design: f.design, seen_in: [seen],
        bears_on: [given({ claim, stance: f.stance, strength: f.strength, why: f.why })], added: today(),
      });
      return { source, item: { id: freeId(slug(record.title || ""), [...others, ...(source.record ? [source.id] : [])]), record } };
    }

    /** What the engine needs of them; null while something is missing. */
    weight({ source, item }) {
      const [{ stance, strength }] = item.record.bears_on;
      const design = rowOf(known.designs, item.record.design);
      if (!stance || !strength || !design || source.number === null) return null;
      const weight = rowOf(known.strengths, strength)[1] * effect.DB * (stance === "opposes" ? -1 : 1);
      return { id: item.id, root: source.id, rootReliability: source.number, weight, reliability: design[3], quiet: known.quiet.includes(design[0]) };
    }

    show({ source, item }) {
      const fresh = this.fields.source.value === Finder.NEW;
      this.where.hidden = !fresh;
      const found = check("evidence", item.record);
      for (const [name, field] of Object.entries(this.fields)) field.show(found.filter(({ at }) => at === name));
      const theirs = source.record ? check("source", source.record, { issuedText: clean(this.fresh.issued.value) }) : [];
      if (source.same) theirs.push({ at: "address", level: "warning", message: `this is “${source.same}”, which is on the map`, hint: "it is used instead of a new source" });
      for (const [name, field] of Object.entries(this.fresh)) field.show(theirs.filter(({ at }) => at === name));
      return [...found, ...theirs];
    }

    get all() { return [...Object.values(this.fields), ...Object.values(this.fresh)]; }
  }

  const TITLES = { evidence: "Add evidence", reason: "Add a reason", contest: "Contest this link" };

  /** Everything that is asked in one way of adding.
      target: { topic, kind, id, title }; carrier: { kind, id, title, question } of a link that is contested. */
  class Form {
    constructor({ mode, target, carrier, data, claims, load }) {
      Object.assign(this, { mode, target, carrier, data, load, title: TITLES[mode] });
      this.element = make("div", { className: "kb-add__fields" });
      this.own = {};
      if (mode === "reason") this.askReason(claims);
      if (mode === "contest") this.askObjection();
      this.evidence = new EvidencePart(mode === "evidence" ? "claim" : mode === "reason" ? "reason" : "objection");
      if (mode === "evidence") { this.element.append(...this.evidence.elements); return; }
      this.ticked = attributes(make("input"), { type: "checkbox", id: "kb-add-with", name: "with" });
      const what = mode === "reason" ? "this reason" : "this objection";
      this.with = make("div", { className: "kb-add__field" }, attributes(make("label", { className: "kb-add__option" }, this.ticked, make("strong", { textContent: `I have evidence for ${what}` })), { for: this.ticked.id }));
      this.proof = make("div", {}, ...this.evidence.elements);
      this.element.append(this.with, this.proof);
    }

    askReason(claims) {
      const title = (id) => { const row = claims.find(([other]) => other === id); return [row[1], [`On the map: ${row[2]}.`]]; };
      this.own = {
        which: new Choice({ id: "s-which", label: "What is the reason?", options: [["known", "a claim that is on the map", ""], ["new", "a claim that is not on the map yet", ""]] }),
        from: new Finder({ id: "s-from", label: "Claim", hint: "Type a part of it.", find: searching(claims), title }),
        title: new Text({ id: "s-title", label: "The reason as one short sentence", hint: "A statement that may be true or false, in English and in at most 120 characters." }),
        text: new Text({ id: "s-text", label: "What it says", hint: "The proposition, in your own words, at most 600 characters.", rows: 3 }),
        stance: new Choice({ id: "s-stance", label: "Which way does it speak?", options: [["supports", "supports", "makes the claim likelier"], ["opposes", "opposes", "makes the claim less likely"]] }),
        strength: new Choice({ id: "s-strength", label: "How strongly, if the reason were certain?", hint: "How many times likelier is the reason if the claim is true than if it is false (or, where it opposes, the other way round)?", options: strengths }),
        why: new Text({ id: "s-why", label: "Why that much?", hint: "Why it bears on the claim, and why this much: one or two sentences.", rows: 3 }),
      };
      const o = this.own;
      this.element.append(group("The reason", o.which.element, o.from.element, o.title.element, o.text.element), group("What it shows", o.stance.element, o.strength.element, o.why.element));
    }

    askObjection() {
      this.own = {
        title: new Text({ id: "s-title", label: "The objection as one short sentence", hint: "Why the step fails, whatever is true of the claim itself; at most 120 characters." }),
        text: new Text({ id: "s-text", label: "What it says", hint: "The reason, in your own words, at most 600 characters.", rows: 3 }),
        kill: new Choice({ id: "s-kill", label: "How much of the link does it take, if it is right?", options: known.kills.map(([word, share]) => [word, word, `takes ${effect.percent(share)} of it`]) }),
        why: new Text({ id: "s-why", label: "Why that much?", rows: 2, optional: true }),
      };
      this.element.append(group("The objection", ...Object.values(this.own).map((field) => field.element)));
    }

    get fields() { return [...Object.values(this.own), ...this.evidence.all]; }

    get values() {
      const found = Object.fromEntries(this.fields.filter((field) => field.value).map((field) => [field.id, field.value]));
      return this.ticked?.checked ? { ...found, with: "yes" } : found;
    }

    set values(kept) {
      for (const field of this.fields) {
        try { field.value = kept[field.id] ?? ""; } catch { field.value = ""; } // what it named is gone from the map
        field.touched = Boolean(kept[field.id]);
      }
      if (this.ticked) this.ticked.checked = kept.with === "yes";
    }

    /** What a draft is called. */
    get name() { return (this.mode === "evidence" ? this.evidence.fields.title : this.ofKnown ? this.own.from.input : this.own.title).value; }

    get ofKnown() { return this.mode === "reason" && this.own.which.value !== "new"; }

    /** The records that the answers make: own statement, source, item, each with kind, id, topic and file. */
    made() {
      const { topic, id: target } = this.target;
      const own = Object.fromEntries(Object.entries(this.own).map(([name, field]) => [name, clean(field.value)]));
      const link = given({ claim: target, stance: own.stance, strength: own.strength, why: own.why });
      const files = [];
      const put = (folder, id, record) => files.push({ id, topic: folder, kind: record.kind, record, path: `claims/${folder}/${id}.yaml`, text: file(record) });
      if (this.ofKnown) return { files, link, lines: `${lines({ bears_on: [link] }).slice(1).join("\n")}\n`, statement: null, proof: null };
      let statement = null;
      if (this.mode === "reason") statement = given({ kind: "claim", title: own.title, text: own.text, bears_on: [link], added: today() });
      if (this.mode === "contest") {
        const attacked = this.carrier.kind === "argument" ? { argument: this.carrier.id } : { from: this.carrier.id, to: this.carrier.question || target };
        statement = given({ kind: "undercut", title: own.title, text: own.text, target: attacked, kill: own.kill, why: own.why, added: today() });
      }
      const id = statement ? freeId(slug(statement.title || "")) : target;
      if (statement) put(topic, id, statement);
      const proof = this.mode === "evidence" || this.ticked.checked ? this.evidence.records(id, statement ? [id] : []) : null;
      if (proof?.source.record) put("sources", proof.source.id, proof.source.record);
      if (proof) put(topic, proof.item.id, proof.item.record);
      return { files, link, statement, id, proof };
    }

    /** Show what is asked now and what is wrong with it; the findings. */
    show(made) {
      const { own } = this;
      if (this.mode === "reason") {
        const which = own.which.value;
        own.from.element.hidden = which !== "known";
        own.title.element.hidden = own.text.element.hidden = which !== "new";
        this.with.hidden = which !== "new";
      }
      if (this.proof) this.proof.hidden = this.with.hidden || !this.ticked.checked;
      let found = [];
      if (this.mode === "reason" && !own.which.value) found.push({ at: "which", level: "error", message: "nothing is chosen", hint: "choose one of the two" });
      else if (this.ofKnown) found = [...(own.from.value ? [] : [{ at: "from", level: "error", message: "nothing is chosen", hint: "choose the claim that is the reason" }]), ...this.unfit(), ...check("link", made.link)];
      else if (made.statement) found = check(made.statement.kind, made.statement);
      for (const [name, field] of Object.entries(own)) field.show(found.filter(({ at }) => at === name));
      return made.proof ? [...found, ...this.evidence.show(made.proof)] : found;
    }

    /** Why a claim on the map cannot be the reason, in the words of a check. */
    unfit() {
      const from = this.own.from.value;
      if (from === this.target.id) return [{ at: "from", level: "error", message: "the claim bears on itself", hint: "name the claim that it is a reason for, or delete the link" }];
      const linked = this.data?.ids.link.some((id, j) => id === from && this.data.names[this.data.part.link.claim[j]][1] === this.target.id);
      return linked ? [{ at: "from", level: "error", message: `a second link to ${this.target.id}`, hint: "keep one link and join the reasons in its `why`" }] : [];
    }

    /** What the draft does: { before, after, certain, why not }, each as far as it can be known now. */
    effect(made) {
      if (!this.data) return { missing: "More lies beneath this claim than a page can recompute. The answer to your pull request says what your addition moves." };
      const before = effect.before(this.data);
      const evidence = made.proof ? this.evidence.weight(made.proof) : null;
      const weight = () => rowOf(known.strengths, made.link.strength)[1] * effect.DB * (made.link.stance === "opposes" ? -1 : 1);
      if (this.mode === "evidence") {
        if (!evidence) return { before, missing: "Choose how it was found, the source, the direction and the strength: the new number appears here." };
        return { before, after: effect.after(this.data, { mode: "evidence", evidence }), evidence };
      }
      if (this.mode === "reason") {
        if (!made.link.stance || !made.link.strength || !this.own.which.value) return { before, missing: "Choose the reason, the direction and the strength: the new number appears here." };
        if (this.ofKnown) {
          if (!this.own.from.value || this.unfit().length) return { before, missing: "Choose the claim that is the reason: the new number appears here." };
          if (!this.premise) return { before, missing: this.premise === null ? "More lies beneath that claim than a page can recompute." : "One moment…" };
          return { before, after: effect.after(this.data, { mode: "reason", id: this.own.from.value, from: this.premise, weight: weight() }), stated: weight() };
        }
        const draft = { mode: "reason", id: made.id, baseRate: known.base.claim, weight: weight(), evidence };
        return { before, after: effect.after(this.data, draft), certain: effect.after(this.data, draft, true), stated: weight(), evidence };
      }
      if (!made.statement.kill) return { before, missing: "Choose how much of the link it takes: the new number appears here." };
      const attack = { carrier: this.carrier.id, question: Boolean(this.carrier.question) };
      if (!effect.bites(this.data, attack)) return { before, missing: "This link carries no weight, so an objection has nothing to take from it." };
      const draft = { mode: "contest", id: made.id, baseRate: known.base.undercut, kill: rowOf(known.kills, made.statement.kill)[1], evidence, ...attack };
      return { before, after: effect.after(this.data, draft), certain: effect.after(this.data, draft, true), evidence };
    }

    /** What each strength would come to here, beside its word; nothing where it takes too long or is not known yet. */
    tryStrengths(made, found) {
      const field = this.mode === "evidence" ? this.evidence.fields.strength : this.own.strength;
      if (!field) return;
      const can = found.after && this.data.part.baseRate.length <= TRIED && (this.mode === "evidence" || this.ofKnown);
      for (const [word, db] of known.strengths) {
        let text = "";
        if (can) {
          const size = db * effect.DB * Math.sign(found.evidence?.weight ?? found.stated);
          const draft = this.mode === "evidence" ? { mode: "evidence", evidence: { ...found.evidence, weight: size } } : { mode: "reason", id: this.own.from.value, from: this.premise, weight: size };
          text = `here ${effect.said(effect.after(this.data, draft))}`;
        }
        field.notes.get(word).textContent = text;
      }
    }

    /** Load what lies beneath the claim that was chosen as a reason. */
    async settle() {
      const from = this.ofKnown ? this.own.from.value : "";
      if (!from || from === this.premiseOf) return;
      this.premiseOf = from;
      this.premise = undefined;
      const found = await this.load(from).catch(() => null);
      if (this.premiseOf === from) this.premise = found;
    }
  }

  window.counterpoiseForm = { Form, TITLES };
})();

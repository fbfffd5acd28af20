// What `kb check` says of a draft, in its words: what a model refuses, and the rules that newcomers meet most.
// tests/browser/test_adding_files.py holds the words together with Python's.
(() => {
  "use strict";

  const data = window.counterpoiseAdding;
  const { size, inLatinLetters, passageWords } = window.counterpoiseRecords;
  const ERROR = "error", WARNING = "warning", SUGGESTION = "suggestion";

  const SHORT_FORM = /(?:\b(?:[A-Za-z]|etc|al|Inc|Ltd|Co|Jr|Sr|vs|No|St|approx|ca)|\.[A-Za-z])\.$/;
  const LOWER = /^[a-z]+(?:[\s,;:?!.’']|$)/;
  const LOUD = /\b[A-Z]{5,}\b(?:[^\p{L}\p{N}_]+\b[A-Z]{4,}\b)+/u;
  const HEDGE = /\b(?:probably|perhaps|possibly|presumably|maybe|almost certainly|very likely|most likely|quite likely|unlikely to|likely to|certainly|undoubtedly|definitely|surely|doubtless|it is (?:likely|unlikely|probable|possible|certain))\b/i;
  const TAGS = "a|b|i|u|p|br|hr|em|strong|sub|sup|div|span|img|code|pre|ul|ol|li|table|tr|td|h[1-6]|script|style|iframe|svg";
  const MARKUP = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>|&(?:[a-z]{2,8}|#\\d+);|\\*\\*[^*]+\\*\\*|\\[[^\\]]+\\]\\([^)]+\\)|\`[^\`]+\`|(?<!\\S)#{1,6} [\\p{L}\\p{N}_]`, "iu");
  const CURLY = /^(?:[“„”][^“„”]*[“”]|[‘‚’][^‘‚’]*[‘’])$/;
  const URL_FORM = /^https?:\/\/[^\s<>"{}|\\^`]+$/;
  const DOI = /^(?:doi:\s*|https?:\/\/(?:dx\.)?doi\.org\/)?(10\.\d{4,9}\/\S+)$/i;
  const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|ref_src|ref_url|s_cid|vero_id|mkt_tok|triedRedirect|publication_id|r_done|isFreemail)$/;
  const SHORTENERS = new Set(["bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in", "dlvr.it", "rb.gy"]);
  const PRIVATE = /\.(?:local|localhost|internal|lan|home|test|onion)$/;
  const COMMENTS = new Set(["comment", "unnamed-comment"]);

  const OMISSION = /^[^\p{L}\p{N}_]*(?:\.\.\.|…)|(?:\.\.\.|…)[^\p{L}\p{N}_]*$|\[(?:\.\.\.|…|sic)\]|^[^\p{L}\p{N}_]*$/u;

  const EDGES = /^[.,;:!?()[\]{}"'“”‘’–—…*_]+|[.,;:!?()[\]{}"'“”‘’–—…*_]+$/g;
  const LEAST = 5; // words in a row that count as copied
  const range = (n) => Array.from({ length: Math.max(n, 0) }, (_, i) => i);

  const words = (text) => text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  const first = (text, most) => [...text].slice(0, most).join("");
  const cut = (text, most = 60) => (size(text) <= most ? text : `${[...text].slice(0, most - 1).join("").trimEnd()}…`);
  const bare = (text) => [...text.toLowerCase()].filter((c) => /[\p{L}\p{N}]/u.test(c)).join("");
  const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const pageOf = (url) => url.toLowerCase().replace(/^https?:\/\/(www\.)?/, "").replace(/[/#]+$/, "");
  /** The source on the map with this address or DOI. */
  const sourceAt = (address) => {
    const doi = DOI.exec(address);
    return data.sources.find(([, , , , , , page, theirs]) => (page && page === pageOf(address)) || (doi && theirs === doi[1].toLowerCase()));
  };

  /** What is wrong with the length of a text; where: the field with those around it, as a check names it. */
  const length = (model, name, value, where = name) => {
    const [least, most] = data.limits[model][name];
    if (size(value) < least) return [`\`${where}\` is too short`, `write at least ${least} characters`];
    if (size(value) > most) return [`\`${where}\` has ${size(value)} characters`, `shorten it to at most ${most}`];
    return null;
  };

  const found = [];
  const say = (at, level, message, hint) => found.push({ at, level, message, hint });

  /** A text that a record of this model has to have. */
  const needed = (model, name, value) => {
    if (!value) { say(name, ERROR, `the field \`${name}\` is missing`, `add \`${name}: ...\` (${data.about[model][name]})`); return false; }
    const wrong = length(model, name, value);
    if (wrong) say(name, ERROR, ...wrong);
    return !wrong;
  };

  const prose = (at, text) => {
    const markup = MARKUP.exec(text);
    if (markup) say(at, WARNING, `\`${first(markup[0], 40)}\` is markup, and this is shown as plain text`, "write plain words; Markdown may stand in `notes`");
    if (["title", "text", "why"].includes(at) && CURLY.test(text)) say(at, WARNING, "curly quotation marks around all of it are part of the text", "delete them, or type straight ones");
  };

  /** The title and text of a statement: evidence, claim, undercut. */
  const statement = (model, { kind, title, text }) => {
    if (needed(model, "title", title)) {
      if (!inLatinLetters(title)) say("title", ERROR, "the name of the file is made of it, and it has few Latin letters", "write it in English, the language of the records");
      if (/(?<![.…])[.;:,]$/.test(title) && !SHORT_FORM.test(title)) say("title", WARNING, `the title ends with \`${title.slice(-1)}\``, "leave it out");
      const asks = title.replace(/[”"')]+$/, "").endsWith("?");
      if (asks) say("title", WARNING, `the title of the ${kind} is a question`, "say what is claimed, or make it a record of `kind: question`");
      if (LOWER.test(title)) say("title", SUGGESTION, "the title starts with a small letter", `write “${title[0].toUpperCase()}${title.slice(1, 30)}${size(title) > 30 ? "…" : ""}”`);
      else if ((/\p{Lu}/u.test(title) && title === title.toUpperCase()) || LOUD.test(title)) say("title", SUGGESTION, "the title is written in capitals", "write it as a sentence");
      const hedge = kind === "claim" && HEDGE.exec(title);
      if (hedge) say("title", SUGGESTION, `“${hedge[0]}” is a credence and not part of the claim`, "leave it out: the credence is computed, and a speaker's stands in a position");
      prose("title", title);
    }
    if (needed(model, "text", text)) {
      if (!/[.?!…:]$/.test(text.replace(/[”’"') ]+$/, ""))) say("text", SUGGESTION, "`text` breaks off without a full stop", "end it with a full stop");
      if (title && bare(title) === bare(text)) say("text", SUGGESTION, "the text repeats the title", "spell it out: of what, when, compared with what, by which measure");
      prose("text", text);
    }
  };

  const why = (text, where) => {
    if (!text) {
      if (where) say("why", ERROR, "the strength has no reason", "add `why:` of one or two sentences that a sceptic would accept");
      return;
    }
    const wrong = length(where ? "Link" : "Undercut", "why", text, where ? `${where}.why` : "why");
    if (wrong) say("why", ERROR, ...wrong);
    else prose("why", text);
  };

  const link = ({ stance, strength, why: reason }) => {
    for (const [name, value] of [["stance", stance], ["strength", strength]]) {
      if (!value) say(name, ERROR, `the field \`bears_on.${name}\` is missing`, `add \`${name}: ...\` (${data.about.Link[name]})`);
    }
    why(reason, "bears_on");
  };

  const passage = ({ source, anchor, locator }) => {
    if (!source) say("source", ERROR, "no source vouches for the item: it has no root", "choose the source in which it is said");
    if (!anchor && !locator) say("first", ERROR, `nothing says where in ${source || "the source"} it stands`, "give the first 3 to 8 words, or page, section or time under `locator`");
    if (anchor && !anchor.start) say("first", ERROR, "the field `seen_in.anchor.start` is missing", `add \`start: ...\` (${data.about.Anchor.start})`);
    for (const [at, name, which] of [["first", "start", "first"], ["last", "end", "last"]]) {
      const text = anchor?.[name];
      if (!text) continue;
      const wrong = length("Anchor", name, text, `seen_in.anchor.${name}`);
      if (wrong) say(at, ERROR, ...wrong);
      else if (OMISSION.test(text.trim())) say(at, WARNING, `\`${name}\` holds a mark of omission`, `copy whole words of the source, without signs of your own${passageWords(text) && passageWords(text) !== text.trim() ? `, here: ${passageWords(text)}` : ""}`);
      if (wrong) continue;
      if (!words(text)) say(at, ERROR, `\`${name}\` is empty`, `write the ${which} 3 to 8 words of the passage`);
      else if (words(text) < 3 || words(text) > 8) say(at, ERROR, `\`${name}\` has ${count(words(text), "word")}`, `write the ${which} 3 to 8 words of the passage`);
    }
    if (anchor?.end && bare(anchor.start || "") && anchor.start.toLowerCase().split(/\s+/).join(" ") === anchor.end.toLowerCase().split(/\s+/).join(" ")) {
      say("last", WARNING, "`start` and `end` are the same words", "write the last words of the passage, or leave `end` out");
    }
    if (locator) {
      const wrong = length("Passage", "locator", locator, "seen_in.locator");
      if (wrong) say("locator", ERROR, ...wrong);
      else prose("locator", locator);
    }
  };

  const address = (url) => {
    if (!url) { say("address", ERROR, "the source has no URL", "add `url: https://...`, or `no_url:` with the reason why there is none"); return; }
    const wrong = length("Source", "url", url);
    if (wrong) { say("address", ERROR, ...wrong); return; }
    if (!URL_FORM.test(url)) {
      const hint = "write a full address that starts with https://";
      const named = /^(?:www\.|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\/)/u.test(url) && !url.includes(" ");
      const blanks = /^https?:\/\//.test(url) && url.includes(" ");
      say("address", ERROR, `\`url\` cannot be ${quoted(url)}`, blanks ? `write blanks in an address as %20: ${first(url.replaceAll(" ", "%20"), 120)}` : named ? `${hint}: https://${first(url, 120)}` : hint);
      return;
    }
    const fault = hostFault(url);
    if (fault) say("address", ERROR, ...fault);
    if (/^http:/i.test(url)) say("address", SUGGESTION, "the address is not encrypted", "write `https://` if the same page is there");
    const [path, query] = url.split(/\?(.*)/s);
    const kept = (query || "").split("#")[0].split("&").filter((part) => !TRACKING.test(part.split("=")[0]));
    if (query && kept.length < query.split("#")[0].split("&").length) {
      const rest = query.includes("#") ? `#${query.split(/#(.*)/s)[1]}` : "";
      say("address", WARNING, "the address carries tracking parameters", `write ${path}${kept.length ? "?" : ""}${kept.join("&")}${rest}`);
    }
  };

  /** A text as Python shows it in a message. */
  const quoted = (text) => {
    const short = cut(text).replaceAll("\\", "\\\\");
    return short.includes("'") && !short.includes('"') ? `"${short}"` : `'${short.replaceAll("'", "\\'")}'`;
  };

  const hostFault = (url) => {
    let parts;
    try { parts = new URL(url); } catch { return ["the address cannot be read", "copy it again from the browser"]; }
    const host = parts.hostname.replace(/\.+$/, "");
    if (parts.username || parts.password || /^https?:\/\/[^/?#]*@/i.test(url)) return ["the address holds a user name or a password", "write the address without what stands before the @"];
    if (SHORTENERS.has(host)) return [`${host} only forwards to another page`, "open it, and write the address that it leads to"];
    if (/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/.test(host)) return [`${host.replace(/^\[|\]$/g, "")} is a machine and not a name`, "write the address with the name of the site"];
    if (!host.includes(".") || PRIVATE.test(host)) return [`${host} is not a public site`, "write an address that every reader can open"];
    return null;
  };

  const source = (record, { issuedText }) => {
    if (needed("Source", "title", record.title)) {
      if (!inLatinLetters(record.title)) say("title", ERROR, "the name of the file is made of it, and it has few Latin letters", "write it in English, the language of the records");
      prose("title", record.title);
    }
    if (!record.type) say("type", ERROR, "the field `type` is missing", `add \`type: ...\` (${data.about.Source.type})`);
    if (record.authors_text) {
      const wrong = length("Source", "authors_text", record.authors_text);
      if (wrong) say("authors", ERROR, ...wrong);
    }
    if (issuedText && !record.issued) say("issued", ERROR, `${quoted(issuedText)} cannot be read as one date`, "write 2026-03 for a month, 2026-03-12 for a day, or the year alone");
    else if (record.issued && !onCalendar(record.issued)) say("issued", ERROR, `\`issued\`: ${record.issued} is not a date (day is out of range for month)`, "write a date of the calendar as YYYY-MM-DD");
    else if (record.issued && record.issued > record.accessed.slice(0, record.issued.length)) say("issued", WARNING, `\`issued\` is ${record.issued}, after \`accessed\` (${record.accessed})`, "look the dates up again");
    address(record.url);
    if (record.type && !COMMENTS.has(record.type)) {
      const absent = [...(record.authors_text ? [] : ["`authors:` or `container:`"]), ...(record.issued ? [] : ["`issued:`"])];
      if (absent.length) say(record.authors_text ? "issued" : "authors", SUGGESTION, `a citation lacks ${absent.join(" and ")}`, "add it, or say in `gaps` what is unknown");
    }
  };

  const onCalendar = (date) => {
    const [year, month = 1, day = 1] = date.split("-").map(Number);
    const at = new Date(0);
    at.setUTCFullYear(year, month - 1, day);
    return year > 0 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  };

  /** Words of the anchor that the record's own text repeats. */
  const copied = ({ source, anchor }, record) => {
    const spare = (text) => text.toLowerCase().split(/\s+/u).map((word) => word.replace(EDGES, "")).filter(Boolean);
    for (const part of [anchor?.start || "", anchor?.end || ""]) {
      const own = spare(part);
      const runs = range(own.length - LEAST + 1).map((i) => own.slice(i, i + LEAST).join(" "));
      for (const at of ["title", "text"]) {
        const run = runs.find((one) => ` ${spare(record[at] || "").join(" ")} `.includes(` ${one} `));
        if (run) { say(at, WARNING, `the words “${run}” stand in ${source} too`, "say it in your own words; the anchor points at the source's"); break; }
      }
    }
  };

  const evidence = (record) => {
    statement("Evidence", record);
    copied(record.seen_in[0], record);
    if (!record.design) say("design", ERROR, "the field `design` is missing", `add \`design: ...\` (${data.about.Evidence.design})`);
    passage(record.seen_in[0]);
    link(record.bears_on[0]);
    const most = data.most[record.design];
    const strength = data.strengths.find(([word]) => word === record.bears_on[0].strength);
    if (most && strength) {
      const end = data.tops[most];
      const [, label] = data.designs.find(([value]) => value === record.design);
      if (strength[1] > end) say("strength", WARNING, `${strength[1]} dB is more than ${label} can carry`, `write at most \`${most}\` (${end} dB), or the design that the item really has`);
    }
  };

  const MAKERS = {
    evidence,
    source,
    claim: (record) => { statement("Claim", record); link(record.bears_on[0]); },
    undercut: (record) => {
      statement("Undercut", record);
      if (!record.kill) say("kill", ERROR, "the field `kill` is missing", `add \`kill: ...\` (${data.about.Undercut.kill})`);
      why(record.why, "");
    },
    link,
  };

  /** What is wrong with a record, or with a link alone: [{ at, level, message, hint }], by the form's names of fields. */
  const check = (kind, record, more = {}) => {
    found.length = 0;
    MAKERS[kind](record, more);
    return [...found];
  };

  window.counterpoiseChecks = { check, sourceAt, DOI };
})();

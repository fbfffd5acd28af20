// A draft as the files that it would be, byte for byte as `kb new` and `kb fmt` write them, and what `kb check` says of
// them.  tests/browser/test_adding_files.py compares both with Python, on hostile text too.
(() => {
  "use strict";

  const data = window.counterpoiseAdding;

  // ---- text, as kb/text.py, kb/typed.py and kb/imports/form.py make it plain -------------------------------------------

  const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]/g;
  const HIDDEN = /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
  const JOINER = /(?<![\u2600-\u27bf\ufe0f\u{1f000}-\u{1faff}])\u200d|\u200d(?![\u2600-\u27bf\u{1f000}-\u{1faff}])/gu;
  const UNASSIGNED = /[\p{Cn}\p{Cs}\p{Co}]/gu;
  const MARKS = /[\u0300-\u034e\u0350-\u036f\u1ab0-\u1abd\u1dc0-\u1dff\u20d0-\u20dc\ufe20-\ufe2f]/g;
  const UNDECOMPOSED = { ß: "ss", æ: "ae", ø: "o", œ: "oe", ł: "l", đ: "d", ð: "d", þ: "th" };

  /** What somebody typed as one line without characters that no record may hold. */
  const clean = (text) => text.normalize("NFC").replace(/[\t\n\r]/g, " ").replace(CONTROL, "").replace(HIDDEN, "").replace(JOINER, "")
    .replace(UNASSIGNED, "").normalize("NFC").replace(/\s+/gu, " ").trim();
  const size = (text) => [...text].length;
  const plainLetters = (text) => text.toLowerCase().replace(/[ßæøœłđðþ]/g, (c) => UNDECOMPOSED[c]).normalize("NFKD").replace(MARKS, "");
  const inLatinLetters = (text) => {
    const letters = [...plainLetters(text)].filter((c) => /\p{L}/u.test(c));
    return 2 * letters.filter((c) => c >= "a" && c <= "z").length >= letters.length;
  };

  const QUOTES = [['"', '"'], ["'", "'"], ["“", "”"], ["„", "“"], ["„", "”"], ["‘", "’"], ["«", "»"], ["»", "«"], ["”", "”"], ["`", "`"]];
  const withoutQuotes = (text) => {
    let bare = text.trim();
    while (size(bare) > 1) {
      const [first, last] = [bare[0], bare[bare.length - 1]];
      if (!QUOTES.some(([a, b]) => a === first && b === last)) break;
      const inner = bare.slice(1, -1);
      if ([first, last].some((sign) => !"'’".includes(sign) && inner.includes(sign))) break;
      bare = inner.trim();
    }
    return bare;
  };
  const DOTS = /^(?:\[?(?:…|\.\s?\.(?:\s?\.)*)\]?\s*)+|(?:\s*\[?(?:…|\.\s?\.(?:\s?\.)*)\]?)+$/g;
  const EMPHASIS = [
    /\*\*\*(?=\S)([^\n]+?)(?<=\S)\*\*\*/g, /\*\*(?=\S)([^\n]+?)(?<=\S)\*\*/g, /(?<![\p{L}\p{N}_])__(?=\S)([^\n]+?)(?<=\S)__(?![\p{L}\p{N}_])/gu,
    /(?<![\p{L}\p{N}_*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\p{L}\p{N}_*])/gu, /(?<![\p{L}\p{N}_])_(?=\S)([^_]+?)(?<=\S)_(?![\p{L}\p{N}_])/gu,
  ];
  /** Words of a passage without what only surrounds them: quotation marks, marks of omission, bold and italics. */
  const passageWords = (text) => {
    let bare = clean(text), last;
    do {
      last = bare;
      bare = withoutQuotes(bare).replace(DOTS, "").trim();
      for (const pattern of EMPHASIS) bare = bare.replace(pattern, "$1");
    } while (bare !== last);
    return bare;
  };

  const MONTHS = new Map("january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,september sept sep,october oct,november nov,december dec"
    .split(",").flatMap((names, i) => names.split(" ").map((name) => [name, i + 1])));
  const NAMED = [
    /^(?<month>[a-z]+)\.?,? (?<year>\d{4})$/, /^(?<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?<month>[a-z]+)\.?,? (?<year>\d{4})$/,
    /^(?<month>[a-z]+)\.? (?<day>\d{1,2})(?:st|nd|rd|th)?,? (?<year>\d{4})$/, /^(?<year>\d{4}),? (?<month>[a-z]+)\.?(?: (?<day>\d{1,2}))?$/,
  ];
  const written = (year, month, day) => {
    if ((month !== undefined && !(month >= 1 && month <= 12)) || (day !== undefined && !(day >= 1 && day <= 31))) return null;
    return [String(year).padStart(4, "0"), ...[month, day].filter((part) => part !== undefined).map((part) => String(part).padStart(2, "0"))].join("-");
  };
  /** YYYY, YYYY-MM or YYYY-MM-DD of a date in the usual ways of writing; null where it can be read in two ways. */
  const dateOf = (text) => {
    const bare = withoutQuotes(clean(text)).toLowerCase();
    const number = (part) => (part === undefined ? undefined : Number(part));
    const first = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/.exec(bare);
    if (first) return written(...first.slice(1).map(number));
    const numbers = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(bare);
    if (numbers) {
      const [one, other, year] = numbers.slice(1).map(Number);
      if (one > 12 || one === other) return written(year, other, one);
      return other > 12 ? written(year, one, other) : null;
    }
    for (const pattern of NAMED) {
      const { groups } = pattern.exec(bare) || {};
      if (groups && MONTHS.has(groups.month)) return written(Number(groups.year), MONTHS.get(groups.month), number(groups.day));
    }
    return null;
  };

  // ---- names, as kb/new.py proposes them ---------------------------------------------------------------------------------

  const COMMON = new Set("a an and are as at by for from how in is of on the to".split(" "));
  const slug = (text, most = 60) => {
    let found = "";
    for (const word of plainLetters(text).replace(/['’]/g, "").match(/[a-z0-9]+/g) || []) {
      const longer = found ? `${found}-${word}` : word.slice(0, most);
      if (longer.length > most) break;
      found = longer;
    }
    return found || "record";
  };
  const taken = new Set(data.taken);
  const freeId = (wanted, others = []) => {
    if (!taken.has(wanted) && !others.includes(wanted)) return wanted;
    for (let n = 2; ; n += 1) {
      const name = `${wanted.slice(0, 76).replace(/-+$/, "")}-${n}`;
      if (!taken.has(name) && !others.includes(name)) return name;
    }
  };
  const sourceId = ({ title = "", authors_text: authors = "", issued = "" }) => {
    const words = slug(title, 200).split("-").filter((word) => !COMMON.has(word)).slice(0, 3);
    const family = authors.split(",")[0].split(" and ")[0].split(" ").filter(Boolean).pop();
    const author = family && inLatinLetters(family) ? slug(family, 20) : "";
    const year = (/^\d{4}(?![^-])/.exec(issued) || [""])[0];
    return [author, year, ...words].filter(Boolean).join("-").slice(0, 80).replace(/^-+|-+$/g, "");
  };

  // ---- YAML, as kb/tree.py writes it -------------------------------------------------------------------------------------

  const SPECIAL = /^(?:[-?:,[\]{}#&*!|>'"%@`=.<~\s]|[^]*(?::\s|\s#|\n)|[^]*[:\s]$)/;
  const OLD = /^(?:y|n|yes|no|on|off|null|true|false|[-+]?\p{Nd}[\p{Nd}_]*(?::[0-5]?\p{Nd})+(?:\.[\p{Nd}_]*)?|[-+]?\p{Nd}[\p{Nd}_,]*\.?[\p{Nd}_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+)$/iu;
  const OTHERS = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?(?:0|[1-9][0-9]{0,17})|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?(?:0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|\.(?:inf|Inf|INF|nan|NaN|NAN)|[0-9]{19,}))?$/;
  const scalar = (text, quoted) => {
    if (!quoted && text && !SPECIAL.test(text) && !OLD.test(text) && !OTHERS.test(text)) return text;
    return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
  };
  /** Lines of fields; a list is an array of fields, an anchor's words are always in quotation marks. */
  const empty = (value) => value === undefined || value === "" || (typeof value === "object" && Object.values(value).every(empty));
  const lines = (fields, pad = "", quoted = false) => Object.entries(fields).filter(([, value]) => !empty(value)).flatMap(([name, value]) => {
    if (typeof value === "string") return [`${pad}${name}: ${scalar(value, quoted)}`];
    if (!Array.isArray(value)) return [`${pad}${name}:`, ...lines(value, `${pad}  `, name === "anchor")];
    return [`${pad}${name}:`, ...value.flatMap((one) => {
      const inner = lines(one, `${pad}    `);
      return [`${pad}  - ${inner[0].trimStart()}`, ...inner.slice(1)];
    })];
  });
  const file = (record) => `${[data.heads[record.kind], ...lines(record)].join("\n")}\n`;

  window.counterpoiseRecords = { clean, size, inLatinLetters, passageWords, withoutQuotes, dateOf, slug, freeId, sourceId, file, lines };
})();

// What the search finds: an index of words over titles, names, summaries and texts, and the order of the hits.
// A word finds itself, its other forms ("distilled" for "distillation", "-ize" for "-ise"), words that it begins, and,
// where there is none of these, words within one or two typing errors.  What matches every word comes first.
(() => {
  "use strict";

  const { plain } = window.counterpoise;
  /** Weight of a word, and usual number of words, in each field of a document. */
  const FIELDS = [["title", 6, 9], ["names", 4, 8], ["said", 2.2, 24], ["more", 1, 40]];
  const KIND = { question: 1.35, claim: 1.2, term: 1.25, person: 0.8, evidence: 0.95, argument: 0.9, undercut: 0.8, quantity: 0.95, page: 0.7, rule: 0.5 };
  const NAMED = 2; // a person who is called by name is meant
  /** What questions are made of; asked for only where nothing else is, and else only as a part of what was typed. */
  const SMALL = new Set(("a an and about any anyone are around as at be been being but by can could did do does down find for from get had has have he her " +
    "his how i if in into is it its just know likely may me mean meant might more most much my no not of off on or our out over page s say she should " +
    "show so tell than that the their them then there these they think this to up us use used uses was we were what when where which who whom whose why will with would you your").split(" "));
  const CLOSE = 150; // so many of the best are looked at for the phrase as a whole
  const MOST = 40; // words that are looked for; nearest words take long to find, and a link may hold thousands
  const FEW = 3; // where fewer records say everything, those that say a part of it follow
  const ASCII = /^[\0-\x7f]*$/;

  const wordsOf = (text) => (ASCII.test(text) ? text.toLowerCase().match(/[a-z0-9]+/g) : plain(text).match(/[\p{L}\p{N}]+/gu)) ?? [];

  /** The part of a word that its forms share; both spellings of English give the same. */
  const stem = (word) => {
    if (word.length < 4 || /\d/.test(word)) return word;
    let w = word.replace(/iz(?=ation|ing|e|ab)/, "is").replace(/yz(?=e|ing)/, "ys").replace(/our(?=s|$|al|ed|ing)/, "or").replace(/(['’]s|s['’])$/, "");
    w = w.replace(/(?<=[^s])s$/, "").replace(/ie$/, "y");
    const cut = w.replace(/(ational|ations?|ating|ated?|ators?|ingly|ings?|edly|ed|ers?|ors?|ly|ments?|ity|al|ion|ive)$/, "");
    if (cut.length >= 4) w = cut;
    return w.replace(/([bdfgklmnprt])\1$/, "$1").replace(/[ey]$/, (end) => (end === "e" ? "" : "i"));
  };

  /** Typing errors between two words, where there are no more than `most`; two letters that swapped places are one. */
  const errors = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return Infinity;
    let before = [];
    let last = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i += 1) {
      const now = [i];
      let least = i;
      for (let j = 1; j <= b.length; j += 1) {
        let n = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) n = Math.min(n, before[j - 2] + 1);
        now.push(n);
        least = Math.min(least, n);
      }
      if (least > most) return Infinity;
      before = last;
      last = now;
    }
    return last[b.length];
  };

  /** The letters of a word as bits, so that most words that are far from another are told by one operation. */
  const letters = (word) => {
    let found = 0;
    for (let i = 0; i < word.length; i += 1) found |= 1 << (word.charCodeAt(i) & 31);
    return found;
  };
  const apart = (a, b) => {
    let n = 0;
    for (let left = a ^ b; left; left &= left - 1) n += 1;
    return n;
  };

  /** Letters that may be wrong in a word: none in the shortest, where almost every other word is near. */
  const slips = (word) => (word.length < 4 || /^\d+$/.test(word) ? 0 : word.length < 7 ? 1 : 2);

  window.counterpoise.finder = (documents) => {
    // ---- the index: word to [document, weight, document, weight, ...] -----------------------------------------------

    const index = new Map();
    documents.forEach((document, n) => {
      for (const [field, weight, usual] of FIELDS) {
        const words = wordsOf(document[field]);
        const each = weight / (0.4 + 0.6 * words.length / usual); // a word in a short field says more
        for (const word of words) {
          const found = index.get(word);
          if (found === undefined) index.set(word, [n, each]);
          else if (found[found.length - 2] === n) found[found.length - 1] += each;
          else found.push(n, each);
        }
      }
    });

    // Words in order, the letters of each as bits, and stem to words: made when somebody first looks for something.
    let sorted = null;
    let bits = null;
    const stems = new Map();
    const roots = new Map();
    const prepare = () => {
      if (sorted) return;
      sorted = [...index.keys()].sort();
      bits = Int32Array.from(sorted, letters);
      for (const word of sorted) {
        const root = stem(word);
        roots.set(word, root);
        if (!stems.has(root)) stems.set(root, []);
        stems.get(root).push(word);
      }
    };

    const begunBy = (start) => {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] < start) low = middle + 1; else high = middle;
      }
      const found = [];
      for (let i = low; i < sorted.length && sorted[i].startsWith(start) && found.length < 200; i += 1) found.push(sorted[i]);
      return found;
    };

    /** Words that count for a word that was typed, each with how well it does. */
    const forms = (word, isLast) => {
      const found = new Map();
      if (index.has(word)) found.set(word, 1);
      for (const other of stems.get(stem(word)) ?? []) if (!found.has(other)) found.set(other, other === `${word}s` || word === `${other}s` ? 0.92 : 0.7);
      if (word.length > 3 || (isLast && word.length > 1)) {
        for (const other of begunBy(word)) if (!found.has(other)) found.set(other, 0.3 + 0.4 * word.length / other.length);
      }
      return found;
    };

    /** Words within some typing errors, the nearest and of these the most frequent ones. */
    const near = (word) => {
      const most = slips(word);
      if (!most) return new Map();
      const own = letters(word);
      const found = [];
      sorted.forEach((other, i) => {
        if (apart(own, bits[i]) > 2 * most || SMALL.has(other)) return;
        const begins = other[0] === word[0];
        const n = errors(word, other, begins ? most : 1); // the first letter is seldom wrong
        if (n <= most) found.push([other, n + (begins ? 0 : 0.5), index.get(other).length]);
      });
      const least = Math.min(...found.map(([, n]) => n));
      found.sort((a, b) => a[1] - b[1] || b[2] - a[2]);
      return new Map(found.filter(([, n]) => n <= least + 0.5).slice(0, 8).map(([other, n]) => [other, 0.6 / n]));
    };

    /** Document to how much a word says of it. */
    const scores = (found) => {
      const best = new Map();
      for (const [word, quality] of found) {
        const posts = index.get(word);
        for (let i = 0; i < posts.length; i += 2) {
          const much = quality * posts[i + 1] / (1.5 + posts[i + 1]);
          if (much > (best.get(posts[i]) ?? 0)) best.set(posts[i], much);
        }
      }
      const rare = Math.log(1 + documents.length / (best.size + 0.5));
      for (const [n, much] of best) best.set(n, much * rare);
      return best;
    };

    // ---- the order of the hits --------------------------------------------------------------------------------------

    const asRoots = (words) => ` ${words.map((word) => roots.get(word) ?? stem(word)).join(" ")} `;
    const rootsOf = (text) => asRoots(wordsOf(text));
    const isLarge = (word) => !SMALL.has(word);
    const sizeOf = (words) => words.reduce((sum, word) => sum + (isLarge(word) ? 1 : 0.25), 0);

    /** How much more a document says when its title has what was typed and little else, or has a phrase, in any form. */
    const asTyped = ({ kind, title, names, said, more }, phrases, terms, typed) => {
      const words = wordsOf(title);
      const own = [...new Set(words)];
      const shared = sizeOf(own.filter((word) => terms.has(word) || typed.has(word)));
      const covered = Math.min(1, shared / sizeOf([...typed]));
      const called = kind === "person" && own.some((word) => terms.has(word)) ? NAMED : 1;
      const has = phrases.map((phrase, i) => { // as typed; then without small words, as if the title had none either
        const text = asRoots(i ? words.filter(isLarge) : words);
        if (text === phrase) return i ? 3 : 4;
        if (text.includes(phrase)) return text.startsWith(phrase) && !i ? 2.4 : 2.1;
        if (rootsOf(names).includes(phrase)) return 2;
        if (!phrase.trim().includes(" ") || (i && phrase === phrases[0])) return 1;
        return rootsOf(said).includes(phrase) ? 1.6 : rootsOf(more).includes(phrase) ? 1.4 : 1;
      });
      return Math.max(...has) * called * (1 + covered ** 2 * (0.5 + shared / (sizeOf(own) || 1)));
    };

    /**
     * `hits` as [document, words that matched], best first; `whole`: how many of them have every word that is known;
     * `unknown`: words that nothing says, `instead`: words that stand for them.
     */
    return (query) => {
      prepare();
      const typed = wordsOf(query);
      const large = typed.filter(isLarge);
      const words = [...new Set(large.length ? large : typed)].slice(0, MOST);
      const unknown = [];
      const instead = [];
      const asked = words.map((word) => {
        let found = forms(word, word === typed[typed.length - 1]);
        if (!found.size) {
          unknown.push(word);
          found = near(word);
          instead.push(...[...found.keys()].slice(0, 3));
        }
        return { found, scored: scores(found) };
      });
      const known = asked.filter(({ scored }) => scored.size);

      const total = new Map();
      for (const { scored } of known) {
        for (const [n, much] of scored) {
          const [sum, held] = total.get(n) ?? [0, 0];
          total.set(n, [sum + much, held + 1]);
        }
      }
      const hits = [...total].map(([n, [sum, held]]) => ({ n, held, score: sum * (KIND[documents[n].kind] ?? 1) * (held / known.length) ** 2 }));
      const every = hits.filter(({ held }) => held === known.length);
      const part = every.length < FEW ? hits.filter(({ held }) => held < known.length) : [];
      const inOrder = (a, b) => b.score - a.score || (documents[a.n].id < documents[b.n].id ? -1 : 1);
      const terms = new Set(asked.flatMap(({ found }) => [...found.keys()]));
      const phrases = [typed, words].map(asRoots);
      const given = new Set(typed);
      const ranked = (found) => {
        found.sort(inOrder);
        for (const hit of found.slice(0, CLOSE)) hit.score *= asTyped(documents[hit.n], phrases, terms, given);
        return found.sort(inOrder);
      };
      return { hits: [...ranked(every), ...ranked(part)].map(({ n }) => [documents[n], terms]), whole: every.length, unknown, instead };
    };
  };
})();

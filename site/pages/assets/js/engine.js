// The credence engine for one set of inputs, in the browser: the arithmetic of kb/engine (semantics W), number by number.
// It reads what kb/engine/part.py writes: everything that bears on a claim.  Weights are natural log odds ("nats").
//
//   counterpoiseEngine.sweep(part, { pin: { 3: 1.2 }, linkWeight: { 0: 0.5 } }).logOdds
//
// Changes are sparse, by index: baseRate, shift, pin (log odds at which a claim is held), itemWeight, itemReliability,
// rootReliability, linkWeight, kill.  tests/browser/test_engine.py holds both engines together.
(() => {
  "use strict";

  const FAULTY = 0.5; // chance that a faulty item looks like this anyway
  const SAME_ROOT = 0.5; // dependence between the items of one root on one claim
  const TESTIMONY = 0.5; // dependence between testimonies on one claim
  const LIMIT = 0.99; // no conditional probability of a link's table exceeds this
  const LARGEST = 600; // log odds beyond which e^x is not needed
  const ROUNDING = 1e-11; // differences between a flow and a sum below this are rounding, in nats
  const SLACK = 1e-12; // relative slack below which a capacity counts as not binding
  const UNIT = 2 ** 42; // flows are solved in whole numbers of 2^-42 nat, which doubles add without rounding to 2048 nats
  const ON_LINK = 0, ON_ITEM = 1, ON_UNDERCUT = 2;
  const MAX_SWEEPS = 2000, TOLERANCE = 1e-12;

  // ---- the formulas, each once ---------------------------------------------------------------------------------

  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const positive = (x) => Math.max(x, 0);
  const range = (n) => Array.from({ length: n }, (_, i) => i);

  const sigmoid = (z) => {
    const e = Math.exp(-Math.abs(z));
    return (z >= 0 ? 1 : e) / (1 + e);
  };
  const addLogs = (a, b) => {
    const top = Math.max(a, b);
    return Number.isFinite(top) ? top + Math.log1p(Math.exp(-Math.abs(a - b))) : top;
  };
  const logSigmoid = (z) => -addLogs(0, -z);

  /** What a weight of size x is worth when its bearer is reliable with probability t. */
  const discount = (x, t) => {
    if (t >= 1) return x;
    const fault = (1 - t) * FAULTY;
    return positive(Math.log(t + fault) - addLogs(Math.log(t) - x, Math.log(fault)));
  };
  /** The most that a bearer of this reliability can ever add. */
  const cap = (t) => Math.log(t + (1 - t) * FAULTY) - Math.log((1 - t) * FAULTY);

  /** What each size adds to its cluster: the k-th largest counts n_eff(k) - n_eff(k-1), n_eff(k) = k / (1 + (k-1) d). */
  const clusterParts = (sizes, d) => {
    const parts = new Array(sizes.length);
    const order = range(sizes.length).sort((a, b) => sizes[b] - sizes[a] || a - b);
    order.forEach((i, k) => {
      parts[i] = sizes[i] * ((k + 1) / (1 + k * d) - (k > 0 ? k / (1 + (k - 1) * d) : 0));
    });
    return parts;
  };
  const cluster = (sizes, d) => sum(clusterParts(sizes, d));

  /** A link's table with margins ref (reason) and pi (claim): P(reason | claim) and P(reason | not claim). */
  const table = (weight, ref, pi) => {
    const up = Math.log(LIMIT * (1 - pi)) - Math.log(positive(ref - LIMIT * pi));
    const down = Math.log(positive(ref / LIMIT - (1 - pi))) - Math.log(pi);
    let m = weight > 0 ? Math.min(weight, positive(up)) : Math.max(weight, Math.min(down, 0));
    if (ref >= LIMIT) m = 0;
    const f = Math.min(ref / (1 - pi + pi * Math.exp(m)), 1);
    return [Math.min(f * Math.exp(m), 1), f];
  };

  /** What a link adds; nothing where its reason fell below its base, unless it cuts both ways. */
  const message = (s, f, ref, tau, logLambda, m, both) => {
    const e = Math.expm1(Math.min(logLambda, LARGEST));
    const mu = Math.log1p((tau * (s - f) * e) / (1 + (tau * f + (1 - tau) * ref) * e));
    return both || mu * m > 0 ? mu : 0;
  };

  /** Shifts that hold pinned answers of a question (pin: log odds or NaN); the others share the rest as before. */
  const holding = (pin, z) => {
    const held = pin.map((x) => !Number.isNaN(x));
    const number = sum(held.map(Number));
    const all = number === pin.length;
    const logQ = pin.map((x, i) => (held[i] ? logSigmoid(x) : -Infinity));
    const total = sum(logQ.map(Math.exp));
    const most = all ? 1 : 1 - 1e-6;
    const scale = number > 1 && (total > most || all) ? most / total : 1;
    const highest = Math.max(...pin.map((x, i) => (held[i] ? x : -Infinity)));
    const logRest = number > 1 ? Math.log1p(-Math.min(total * scale, 1)) : logSigmoid(-highest);
    const apart = all ? 0 : z.reduce((a, x, i) => (held[i] ? a : addLogs(a, x)), -Infinity) - logRest;
    return z.map((x, i) => (held[i] ? logQ[i] + Math.log(scale) + apart - x : 0));
  };

  // ---- a part with its inputs ------------------------------------------------------------------------------------

  const lists = (n, owners) => {
    const found = range(n).map(() => []);
    owners.forEach((owner, i) => found[owner].push(i));
    return found;
  };

  /** Who uses what: never changes with the inputs, so it is worked out once for each part. */
  const adjacencies = new WeakMap();
  const adjacency = (part) => {
    if (adjacencies.has(part)) return adjacencies.get(part);
    const n = part.baseRate.length;
    const { undercut } = part;
    const on = new Map();
    undercut.node.forEach((_, u) => {
      const key = `${undercut.on[u]} ${undercut.target[u]}`;
      on.set(key, [...(on.get(key) || []), u]);
    });
    const depth = undercut.node.map((_, u) => {
      let steps = 0;
      for (let at = u; undercut.on[at] === ON_UNDERCUT && steps <= u + undercut.node.length; at = undercut.target[at]) steps += 1;
      return steps;
    });
    const attackers = (kind, target) => {
      const found = new Set(), queue = [`${kind} ${target}`];
      while (queue.length) {
        for (const u of on.get(queue.pop()) || []) {
          if (!found.has(u)) { found.add(u); queue.push(`${ON_UNDERCUT} ${u}`); }
        }
      }
      return [...found];
    };
    const pairs = lists(n, part.pair.claim);
    const items = lists(part.pair.claim.length, part.item.pair);
    const links = lists(n, part.link.claim);
    const undercuts = range(n).map((c) => {
      const found = new Set();
      for (const g of pairs[c]) for (const k of items[g]) for (const u of attackers(ON_ITEM, k)) found.add(u);
      for (const j of links[c]) for (const u of attackers(ON_LINK, j)) found.add(u);
      return [...found].sort((a, b) => depth[b] - depth[a] || a - b);
    });
    const questionOf = new Array(n).fill(null);
    for (const answers of part.questions) for (const a of answers) questionOf[a] = answers;
    const made = { pairs, items, links, undercuts, questionOf, unit: range(n).map((c) => questionOf[c] || [c]), several: new Set(part.several) };
    adjacencies.set(part, made);
    return made;
  };

  const laid = (values, changes) => {
    const out = Float64Array.from(values);
    for (const [i, value] of Object.entries(changes || {})) out[i] = value;
    return out;
  };

  /** The inputs, with the tables and caps that follow from them. */
  const setUp = (part, changes) => {
    const n = part.baseRate.length;
    const x = {
      part,
      uses: adjacency(part),
      iterates: Object.values(part.circles).includes("messages"),
      pi: laid(part.baseRate, changes.baseRate),
      shift: laid(new Array(n).fill(0), changes.shift),
      pin: laid(new Array(n).fill(NaN), changes.pin),
      itemWeight: laid(part.item.weight, changes.itemWeight),
      itemReliability: laid(part.item.reliability, changes.itemReliability),
      rootReliability: laid(part.root.reliability, changes.rootReliability),
      linkWeight: laid(part.link.weight, changes.linkWeight),
      kill: laid(part.undercut.kill, changes.kill),
    };
    x.logPi = Float64Array.from(x.pi, Math.log);
    x.base = x.logPi.map((l, i) => l - Math.log1p(-x.pi[i]));
    x.tables = part.link.premises.map((premises, j) => {
      const logRef = sum(premises.map((p) => x.logPi[p]));
      const ref = Math.exp(logRef);
      const [s, f] = table(x.linkWeight[j], ref, x.pi[part.link.claim[j]]);
      return { s, f, ref, logOddsRef: premises.length === 1 ? x.base[premises[0]] : logRef - Math.log(-Math.expm1(logRef)) };
    });
    x.rootCap = Array.from(x.rootReliability, cap);
    x.lineageCap = part.lineageDependence.map((d, e) => {
      const members = x.rootCap.filter((_, r) => part.root.lineage[r] === e);
      return members.includes(Infinity) ? Infinity : cluster(members, d);
    });
    return x;
  };

  const OF_CLAIM = ["logOdds", "gathered", "shift", "own", "links", "shared", "competition", "assessed"];
  const OF_PAIR = ["pairWeight", "pairQuiet", "pairLineagePart", "pairPart"];
  const OF_LINK = ["tau", "mu", "logLambda"];

  const blank = (x) => {
    const { part } = x;
    const state = { logOdds: Float64Array.from(x.base), shift: Float64Array.from(x.shift) };
    const add = (names, size, value = 0) => { for (const name of names) state[name] ??= new Float64Array(size).fill(value); };
    add(OF_CLAIM, x.pi.length);
    add(["itemWeight"], part.item.pair.length);
    add(["itemTau"], part.item.pair.length, 1);
    add(OF_PAIR, part.pair.claim.length);
    add(["tau"], part.link.claim.length, 1);
    add(OF_LINK, part.link.claim.length);
    add(["active"], part.undercut.node.length);
    add(["undercutTau"], part.undercut.node.length, 1);
    return state;
  };

  // ---- one claim -------------------------------------------------------------------------------------------------

  /** What undercuts leave of links, items and each other: tau = product of (1 - kill tau_u a_u), outermost first. */
  const applyUndercuts = (x, state, undercuts) => {
    const { node, on, target } = x.part.undercut;
    const taus = [state.tau, state.itemTau, state.undercutTau];
    for (const u of undercuts) {
      const pi = x.pi[node[u]];
      state.active[u] = state.gathered[node[u]] > 0 ? positive((sigmoid(state.logOdds[node[u]]) - pi) / (1 - pi)) : 0;
      state.undercutTau[u] = 1;
      taus[on[u]][target[u]] = 1;
    }
    for (const u of undercuts) taus[on[u]][target[u]] *= 1 - x.kill[u] * state.undercutTau[u] * state.active[u];
  };

  /** W_root: items of one sign overlap, the root is trusted as far as it is reliable. */
  const vouch = (weights, trust) => {
    const [p, n] = [1, -1].map((sign) => cluster(weights.map((w) => positive(sign * w)), SAME_ROOT));
    return p + n > 0 ? ((p - n) / (p + n)) * discount(p + n, trust) : 0;
  };

  /** The weight of a claim's own evidence: reliability, overlap within a root, trust, overlap of roots, of testimony. */
  const weighItems = (x, state, c) => {
    const { part, uses } = x;
    const clusters = new Map();
    const loud = new Map();
    let heard = 0;
    for (const g of uses.pairs[c]) {
      const weights = uses.items[g].map((k) => {
        const w = x.itemWeight[k];
        if (w !== 0) heard = 1;
        state.itemWeight[k] = Math.sign(w) * discount(Math.abs(w), x.itemReliability[k] * state.itemTau[k]);
        return state.itemWeight[k];
      });
      const trust = x.rootReliability[part.pair.root[g]];
      state.pairWeight[g] = vouch(weights, trust);
      loud.set(g, vouch(weights.map((w, i) => (part.item.quiet[uses.items[g][i]] ? 0 : w)), trust));
      for (const name of ["pairQuiet", "pairLineagePart", "pairPart"]) state[name][g] = 0;
      const k = part.pair.cluster[g];
      clusters.set(k, [...(clusters.get(k) || []), g]);
    }
    if (uses.pairs[c].length === 0) return;
    for (const sign of [1, -1]) {
      const groups = [...clusters].map(([k, pairs]) => {
        const d = part.clusterDependence[k];
        const parts = clusterParts(pairs.map((g) => positive(sign * state.pairWeight[g])), d);
        const worth = sum(parts);
        return { pairs, parts, worth, hearsay: positive(worth - cluster(pairs.map((g) => positive(sign * loud.get(g))), d)) };
      });
      const kept = clusterParts(groups.map((group) => group.hearsay), TESTIMONY);
      groups.forEach(({ pairs, parts, worth, hearsay }, i) => {
        pairs.forEach((g, n) => {
          state.pairLineagePart[g] += sign * parts[n];
          state.pairPart[g] += sign * parts[n] * (1 - (worth > 0 ? (hearsay - kept[i]) / worth : 0));
          if (sign * state.pairWeight[g] > 0 && worth > 0) state.pairQuiet[g] += hearsay / worth;
        });
      });
    }
    state.own[c] = sum(uses.pairs[c].map((g) => state.pairPart[g]));
    state.assessed[c] = heard;
  };

  /** The message of a link; heardAs: what each premise has gathered, as this link hears it. */
  const send = (x, state, j, heardAs = null) => {
    const { premises, both } = x.part.link;
    const { s, f, ref, logOddsRef } = x.tables[j];
    const each = heardAs || premises[j].map((p) => state.gathered[p]);
    let logLambda = each[0];
    if (each.length > 1) {
      const logQ = sum(premises[j].map((p, i) => logSigmoid(x.base[p] + each[i])));
      logLambda = each.some((d) => d !== 0) ? logQ - Math.log(-Math.expm1(logQ)) - logOddsRef : 0;
    }
    state.logLambda[j] = logLambda;
    state.mu[j] = message(s, f, ref, state.tau[j], logLambda, x.linkWeight[j], both[j]);
  };

  /** The messages of some links, all at once; a claim is assessed when one of them comes from one that is. */
  const sendAll = (x, state, links, heardAs = []) => {
    const { premises, claim } = x.part.link;
    const heard = links.filter((j) => x.linkWeight[j] !== 0 && premises[j].some((p) => state.assessed[p]));
    links.forEach((j, i) => send(x, state, j, heardAs[i]));
    for (const j of heard) state.assessed[claim[j]] = 1;
  };

  /** Undercuts, own evidence and messages of some claims. */
  const hear = (x, state, claims) => {
    const undercuts = [...new Set(claims.flatMap((c) => x.uses.undercuts[c]))];
    applyUndercuts(x, state, undercuts);
    for (const c of claims) weighItems(x, state, c);
    sendAll(x, state, claims.flatMap((c) => x.uses.links[c]));
    for (const c of claims) state.links[c] = sum(x.uses.links[c].map((j) => state.mu[j]));
  };

  const rowsOf = (state, c) => state.own[c] + state.links[c] + state.shared[c];

  /** Add up the rows of claims; a pinned claim is held in place. */
  const settle = (x, state, claims) => {
    for (const c of claims) {
      const rows = rowsOf(state, c);
      state.shift[c] = Number.isNaN(x.pin[c]) ? x.shift[c] : x.pin[c] - x.base[c] - rows;
      state.gathered[c] = rows + state.shift[c];
      state.logOdds[c] = x.base[c] + state.gathered[c];
      if (state.shift[c] !== 0) state.assessed[c] = 1;
    }
  };

  /** Normalise the answers of one exclusive question: logit of softmax(ln prior + rows). */
  const compete = (x, state, answers) => {
    const own = answers.map((a) => rowsOf(state, a));
    const shift = answers.map((a) => x.shift[a]);
    const pin = answers.map((a) => x.pin[a]);
    if (!pin.every(Number.isNaN)) {
      holding(pin, answers.map((a, i) => x.logPi[a] + own[i] + shift[i])).forEach((more, i) => { shift[i] += more; });
    }
    const z = answers.map((a, i) => x.logPi[a] + own[i] + shift[i]);
    const still = answers.every((_, i) => own[i] + shift[i] === 0);
    const heard = answers.some((a, i) => state.assessed[a] || shift[i] !== 0);
    answers.forEach((a, i) => {
      const others = z.reduce((l, y, k) => (k === i ? l : addLogs(l, y)), -Infinity);
      state.shift[a] = shift[i];
      state.logOdds[a] = still ? x.base[a] : z[i] - others;
      state.gathered[a] = state.logOdds[a] - x.base[a];
      state.competition[a] = state.gathered[a] - own[i] - shift[i];
      state.assessed[a] = Number(heard);
    });
  };

  // ---- shared evidence, counted once by maximum flow -----------------------------------------------------------

  /** Maximum flow from vertex 0 to vertex 1 (Dinic); arcs are [from, to, capacity] in whole numbers or Infinity. */
  const maximumFlow = (size, arcs) => {
    const heads = [], room = [], out = range(size).map(() => []);
    for (const [a, b, c] of arcs) {
      out[a].push(heads.length); heads.push(b); room.push(c);
      out[b].push(heads.length); heads.push(a); room.push(0);
    }
    const level = new Int32Array(size), next = new Int32Array(size);
    const reach = () => {
      level.fill(-1);
      level[0] = 0;
      const queue = [0];
      for (let i = 0; i < queue.length; i += 1) {
        for (const e of out[queue[i]]) {
          if (room[e] > 0 && level[heads[e]] < 0) { level[heads[e]] = level[queue[i]] + 1; queue.push(heads[e]); }
        }
      }
      return level[1] >= 0;
    };
    const push = (v, most) => {
      if (v === 1) return most;
      let sent = 0;
      for (; next[v] < out[v].length; next[v] += 1) {
        const e = out[v][next[v]];
        if (room[e] > 0 && level[heads[e]] === level[v] + 1) {
          const passed = push(heads[e], Math.min(most - sent, room[e]));
          room[e] -= passed;
          room[e ^ 1] += passed;
          sent += passed;
          if (sent === most) return sent;
        }
      }
      return sent;
    };
    let total = 0;
    while (reach()) {
      next.fill(0);
      total += push(0, Infinity);
    }
    return total;
  };

  const SOURCE = "source", SINK = "sink";

  /** The flow network of one side (+1 or -1) of one claim: item weights, roots, reasons and links as capacities. */
  class Flow {
    constructor(x, look, target, side, numbers) {
      Object.assign(this, { x, look, target, side });
      this.capacity = new Map();
      this.out = new Map();
      this.done = new Set();
      this.deliveries = new Map();
      this.onCircle = this.competes = false;
      this.queue = [];
      this.later(target, side, numbers, SINK);
      while (this.queue.length) this.feed(...this.queue.pop());
      this.deliver();
    }

    edge(a, b, capacity = Infinity) {
      if (!this.out.has(a)) this.out.set(a, new Map());
      const targets = this.out.get(a);
      targets.set(b, Math.max(capacity, targets.get(b) ?? 0));
    }

    node(v, capacity) { this.capacity.set(v, Math.max(capacity, this.capacity.get(v) ?? 0)); }

    later(c, side, numbers, into) {
      const key = `${c} ${side} ${numbers.path === null ? "" : `on ${numbers.key}`} ${into}`;
      if (numbers.path !== null) this.onCircle = true;
      if (!this.done.has(key)) { this.done.add(key); this.queue.push([c, side, numbers, into]); }
    }

    feed(c, side, numbers, into) {
      const { state } = numbers;
      const shift = state.shift[c] * side;
      if (shift > 0) {
        const supply = `shift ${c} ${side}`;
        this.node(supply, shift);
        this.edge(SOURCE, supply);
        this.edge(supply, into);
      }
      this.evidence(c, side, state, into);
      for (const j of this.x.uses.links[c]) {
        const mu = state.mu[j] * side;
        if (!(mu > 0)) continue;
        const link = `link ${j} ${side}`;
        this.node(link, mu);
        this.edge(link, into);
        for (const r of this.x.part.link.premises[j]) {
          const seen = this.look(numbers, r);
          if (r !== this.target && seen !== null) this.reason(r, seen, link, state.logLambda[j]);
        }
      }
    }

    /** A claim as a reason: on the side of what it has gathered, at most that much. */
    reason(r, numbers, into, logLambda) {
      const gathered = numbers.state.gathered[r];
      if (!(gathered * logLambda > 0)) return;
      const side = Math.sign(gathered);
      const v = `claim ${r} ${side}`;
      this.node(v, Math.abs(gathered));
      this.edge(v, into);
      this.later(r, side, numbers, v);
      if (numbers.state.competition[r] * side > 0) this.competition(r, side, numbers, v);
    }

    /** Competition at an answer: a supply backed by its siblings' networks on the other side. */
    competition(r, side, numbers, into) {
      const { state } = numbers;
      this.competes = true;
      const v = `competition ${r} ${side}`;
      this.node(v, state.competition[r] * side);
      this.edge(v, into);
      for (const sibling of this.x.uses.questionOf[r]) {
        const rows = -side * (state.gathered[sibling] - state.competition[sibling]);
        if (sibling === r || sibling === this.target || !(rows > 0)) continue;
        const w = `rows ${sibling} ${-side}`;
        this.node(w, rows);
        this.edge(w, v);
        this.later(sibling, -side, numbers, w);
      }
    }

    /** A claim's own roots on one side, each behind its cluster; testimony behind one more vertex. */
    evidence(c, side, state, into) {
      const { part, uses } = this.x;
      const clusters = new Map();
      for (const g of uses.pairs[c]) {
        if (state.pairWeight[g] * side > 0) clusters.set(part.pair.cluster[g], [...(clusters.get(part.pair.cluster[g]) || []), g]);
      }
      const testimony = `testimony ${c} ${side}`;
      let heard = 0;
      for (const [k, pairs] of clusters) {
        const v = `cluster ${k} ${side}`;
        const whole = pairs.map((g) => positive(state.pairLineagePart[g] * side));
        const total = sum(whole);
        const quiet = sum(pairs.map((g, i) => whole[i] * state.pairQuiet[g]));
        this.node(v, total);
        if (quiet === 0) {
          this.edge(v, into);
        } else {
          const loud = positive(total - quiet);
          heard += sum(pairs.map((g) => positive(state.pairPart[g] * side))) - loud;
          this.edge(v, testimony, quiet);
          if (loud > 0) this.edge(v, into, loud);
        }
        for (const g of pairs) {
          const pair = `pair ${g} ${side}`;
          this.node(pair, state.pairWeight[g] * side);
          this.edge(pair, v);
          for (const item of uses.items[g]) {
            const w = state.itemWeight[item] * side;
            if (!(w > 0)) continue;
            const key = `${part.item.record[item]} ${part.pair.root[g]}`;
            if (!this.deliveries.has(key)) this.deliveries.set(key, { root: part.pair.root[g], links: new Map() });
            const { links } = this.deliveries.get(key);
            links.set(pair, Math.max(w, links.get(pair) ?? 0));
          }
        }
      }
      if (heard !== 0) {
        this.node(testimony, positive(heard));
        this.edge(testimony, into);
      }
    }

    /** Items to the links they feed: to any set of its links, an item gives at most the largest weight among them. */
    deliver() {
      for (const [key, { root, links }] of this.deliveries) {
        this.root(root);
        let below = 0;
        const sorted = [...links].sort((a, b) => a[1] - b[1]);
        sorted.forEach(([, weight], i) => {
          if (!(weight > below)) return;
          const layer = `item ${key} ${i}`;
          this.node(layer, weight - below);
          this.edge(`root ${root}`, layer);
          for (const [pair] of sorted.slice(i)) this.edge(layer, pair);
          below = weight;
        });
      }
    }

    root(root) {
      const v = `root ${root}`, lineage = this.x.part.root.lineage[root];
      this.node(v, this.x.rootCap[root]);
      if (lineage >= 0) {
        this.node(`lineage ${lineage}`, this.x.lineageCap[lineage]);
        this.edge(SOURCE, `lineage ${lineage}`);
        this.edge(`lineage ${lineage}`, v);
      } else {
        this.edge(SOURCE, v);
      }
    }

    /** What would arrive if nothing bound. */
    sinkTotal() {
      let total = 0;
      for (const [v, targets] of this.out) if (targets.has(SINK)) total += Math.min(targets.get(SINK), this.capacity.get(v));
      return total;
    }

    /** Whether some vertex may be asked for more than it can pass on, or than stands behind it. */
    binds() {
      if (this.onCircle || this.competes || this.x.iterates) return true;
      const ofRoot = new Map();
      for (const { root, links } of this.deliveries.values()) {
        const asked = sum([...links].map(([pair, w]) => Math.min(w, this.capacity.get(pair))));
        if (asked > Math.max(...links.values()) * (1 + SLACK)) return true;
        ofRoot.set(`root ${root}`, (ofRoot.get(`root ${root}`) ?? 0) + asked);
      }
      for (const [v, asked] of ofRoot) if (asked > this.capacity.get(v) * (1 + SLACK)) return true;
      for (const [v, targets] of this.out) {
        if (v === SOURCE || v.startsWith("root ") || v.startsWith("item ")) continue;
        const own = this.capacity.get(v);
        const most = (b) => (b === SINK ? own : Math.min(this.capacity.get(b), v.startsWith("lineage ") ? ofRoot.get(b) : Infinity));
        if (sum([...targets].map(([b, c]) => Math.min(c, most(b)))) > own * (1 + SLACK)) return true;
      }
      return false;
    }

    maximum() {
      const total = this.sinkTotal();
      if (!this.binds()) return total;
      const number = new Map([[SOURCE, 0], [SINK, 1]]);
      const whole = (c) => (c === Infinity ? c : Math.round(c * UNIT));
      const arcs = [];
      for (const [v, most] of this.capacity) {
        number.set(v, 2 * number.size);
        arcs.push([number.get(v), number.get(v) + 1, whole(most)]);
      }
      for (const [a, targets] of this.out) {
        for (const [b, most] of targets) arcs.push([a === SOURCE ? 0 : number.get(a) + 1, number.get(b), whole(most)]);
      }
      return Math.min(maximumFlow(2 * number.size, arcs) / UNIT, total);
    }
  }

  /** The row "shared evidence counted once" of a claim. */
  const sharedOf = (x, numbers, c, look) => {
    let change = 0;
    for (const side of [1, -1]) {
      const flow = new Flow(x, look, c, side, numbers);
      if (flow.capacity.size) change += side * (flow.maximum() - flow.sinkTotal());
    }
    return Math.abs(change) <= ROUNDING ? 0 : change;
  };

  // ---- circles of reasons ----------------------------------------------------------------------------------------

  const pathKey = (path) => [...path].sort((a, b) => a - b).join(",");

  /** How conclusions see their reasons: one on a circle as it is from the path that leads to it, others as they are. */
  class Circles {
    constructor(x, state) {
      Object.assign(this, { x, state });
      this.circle = new Map(); // claim to the number of its circle
      this.seen = new Map();
    }

    look(numbers, reason) {
      if (!this.circle.has(reason)) return { state: this.state, path: null, key: "" };
      const number = this.circle.get(reason);
      const path = numbers.path !== null && numbers.circle === number ? numbers.path : new Set();
      if (path.has(reason)) return null;
      const beyond = new Set([...path, ...this.x.uses.unit[reason]]);
      return { state: this.seen.get(`${reason} ${pathKey(path)}`), path: beyond, key: `${number} ${pathKey(beyond)}`, circle: number };
    }

    /** Claims of the same circle that a claim, with its sibling answers, rests on. */
    inner(c) {
      const { part, uses } = this.x;
      const found = new Set();
      for (const member of uses.unit[c]) {
        for (const j of uses.links[member]) for (const p of part.link.premises[j]) found.add(p);
        for (const u of uses.undercuts[member]) found.add(part.undercut.node[u]);
      }
      return [...found].filter((r) => this.circle.get(r) === this.circle.get(c)).sort((a, b) => a - b);
    }

    /** Every (claim, path) once: a claim may not support itself, even indirectly. */
    solve(claims, number) {
      for (const c of claims) this.circle.set(c, number);
      const { state } = this;
      const scratch = Object.fromEntries(Object.entries(state).map(([name, values]) => [name, values.slice()]));
      for (const c of claims) this.value(scratch, c, new Set(), claims);
      for (const c of claims) this.write(this.seen.get(`${c} `), state, null);
    }

    value(scratch, c, path, claims) {
      const { x } = this;
      const key = `${c} ${pathKey(path)}`;
      if (this.seen.has(key)) return this.seen.get(key);
      const unit = x.uses.unit[c];
      const on = new Set([...path, ...unit]);
      const below = this.inner(c).filter((r) => !on.has(r)).map((r) => this.value(scratch, r, on, claims));
      this.forget(scratch, claims);
      for (const slice of below) this.write(slice, scratch, OF_CLAIM);
      this.forget(scratch, unit);
      hear(x, scratch, unit);
      settle(x, scratch, unit);
      const number = this.circle.get(c);
      const numbers = { state: scratch, path: on, key: `${number} ${pathKey(on)}`, circle: number };
      for (const member of unit) scratch.shared[member] = sharedOf(x, numbers, member, (from, r) => this.look(from, r));
      settle(x, scratch, unit);
      if (x.uses.questionOf[c]) compete(x, scratch, unit);
      this.seen.set(key, this.slice(scratch, unit));
      return this.seen.get(key);
    }

    /** Claims that lie on the path give nothing. */
    forget(state, claims) {
      for (const c of claims) {
        for (const name of OF_CLAIM) state[name][c] = 0;
        state.logOdds[c] = this.x.base[c];
      }
    }

    /** The numbers of a few claims and all that is theirs, cut out of a state: same names, same indices. */
    slice(state, unit) {
      const { uses } = this.x;
      const pairs = unit.flatMap((c) => uses.pairs[c]);
      const where = [
        [OF_CLAIM, unit], [OF_PAIR, pairs], [["itemTau", "itemWeight"], pairs.flatMap((g) => uses.items[g])],
        [OF_LINK, unit.flatMap((c) => uses.links[c])], [["active", "undercutTau"], unit.flatMap((c) => uses.undercuts[c])],
      ];
      return Object.fromEntries(where.flatMap(([names, indices]) => (
        names.map((name) => [name, Object.fromEntries(indices.map((i) => [i, state[name][i]]))]))));
    }

    write(slice, state, names) {
      for (const name of names || Object.keys(slice)) for (const [i, value] of Object.entries(slice[name])) state[name][i] = value;
    }
  }

  /** A circle with too many paths: messages, each without what its reason was itself told, until nothing moves. */
  const iterate = (x, state, claims) => {
    const { part, uses } = x;
    const links = claims.flatMap((c) => uses.links[c]).sort((a, b) => a - b);
    const undercuts = [...new Set(claims.flatMap((c) => uses.undercuts[c]))];
    const into = new Map();
    for (const j of links) {
      for (const r of part.link.premises[j]) {
        const key = `${r} ${part.link.claim[j]}`;
        into.set(key, [...(into.get(key) || []), j]);
      }
    }
    const back = links.map((j) => part.link.premises[j].map((r) => into.get(`${part.link.claim[j]} ${r}`) || []));
    const questions = [...new Set(claims.map((c) => uses.questionOf[c]).filter(Boolean))];
    const sweep = (mu) => {
      links.forEach((j, i) => { state.mu[j] = mu[i]; });
      for (const c of claims) state.links[c] = sum(uses.links[c].map((j) => state.mu[j]));
      settle(x, state, claims);
      for (const answers of questions) compete(x, state, answers);
      if (undercuts.length) {
        applyUndercuts(x, state, undercuts);
        for (const c of claims) weighItems(x, state, c);
      }
      const heard = links.map((j, i) => part.link.premises[j].map((p, n) => state.gathered[p] - sum(back[i][n].map((b) => state.mu[b]))));
      sendAll(x, state, links, heard);
      return links.map((j) => state.mu[j]);
    };
    let mu = links.map(() => 0), pace = 1, last = Infinity, converged = false;
    for (let n = 0; n < MAX_SWEEPS && !converged; n += 1) {
      const found = sweep(mu);
      const residual = Math.max(0, ...found.map((m, i) => Math.abs(m - mu[i])));
      converged = residual < TOLERANCE;
      if (residual >= last) pace = Math.max(pace / 2, 0.05);
      last = residual;
      if (!converged) mu = mu.map((m, i) => m + pace * (found[i] - m));
    }
    return converged;
  };

  // ---- the sweep ---------------------------------------------------------------------------------------------------

  /** Every number of a part under changed inputs: logOdds, gathered, own, links, shared, competition, mu, assessed, ... */
  const sweep = (part, changes = {}) => {
    const x = setUp(part, changes);
    const state = blank(x);
    const circles = new Circles(x, state);
    const plainly = { state, path: null, key: "" };
    const conserve = (claims, look) => {
      const changed = claims.filter((c) => x.uses.several.has(c) && (state.shared[c] = sharedOf(x, plainly, c, look)) !== 0);
      settle(x, state, changed);
      for (const answers of new Set(changed.map((c) => x.uses.questionOf[c]).filter(Boolean))) compete(x, state, answers);
    };
    let converged = true;
    part.steps.forEach((claims, n) => {
      hear(x, state, claims);
      settle(x, state, claims);
      for (const answers of new Set(claims.map((c) => x.uses.questionOf[c]).filter(Boolean))) compete(x, state, answers);
      const method = part.circles[n];
      if (method === "paths") {
        circles.solve(claims, n);
      } else if (method === "messages") {
        converged = iterate(x, state, claims) && converged;
        conserve(claims, () => plainly);
      } else {
        conserve(claims, (from, r) => circles.look(from, r));
      }
    });
    return { ...state, converged };
  };

  window.counterpoiseEngine = { sweep, sigmoid };
})();

// What a draft would do to a claim: the records' own network with the draft put in, swept by engine.js.
// A network is what kb/engine/part.py writes for one claim, with the ids of the records behind its rows; every number
// below is found as the engine in Python finds it (tests/browser/test_adding_effect.py holds both together).
(() => {
  "use strict";

  const ON_LINK = 0, ON_ITEM = 1, ON_UNDERCUT = 2;
  const MAX_CLAIMS = 16, MAX_PATHS = 600; // as kb/engine/cycles.py: larger circles exchange messages
  const CERTAIN = 40; // log odds at which a claim counts as certain

  const range = (n) => Array.from({ length: n }, (_, i) => i);

  class Network {
    /** data: the script beside a claim's page. */
    constructor({ part, ids, names, claim }) {
      Object.assign(this, { part: structuredClone(part), ids: structuredClone(ids), claim });
      this.claims = names.map(([, id]) => id);
      this.changed = new Set(); // claims that something new bears on
    }

    // ---- putting things in ---------------------------------------------------------------------------------------

    addClaim(id, baseRate) {
      this.claims.push(id);
      this.part.baseRate.push(baseRate);
      return this.claims.length - 1;
    }

    root(id, reliability, lineage = -1) {
      const at = this.ids.root.indexOf(id);
      if (at >= 0) return at;
      this.ids.root.push(id);
      this.part.root.lineage.push(lineage);
      this.part.root.reliability.push(reliability);
      return this.ids.root.length - 1;
    }

    /** The place where the items of one root on one claim go together; roots of one lineage share a cluster there. */
    pair(claim, root) {
      const { pair, clusterDependence, lineageDependence } = this.part;
      const at = pair.claim.findIndex((c, g) => c === claim && pair.root[g] === root);
      if (at >= 0) return at;
      const lineage = this.part.root.lineage[root];
      const kin = lineage < 0 ? -1 : pair.claim.findIndex((c, g) => c === claim && this.part.root.lineage[pair.root[g]] === lineage);
      if (kin < 0) clusterDependence.push(lineage < 0 ? 0 : lineageDependence[lineage]);
      pair.claim.push(claim);
      pair.root.push(root);
      pair.cluster.push(kin < 0 ? clusterDependence.length - 1 : pair.cluster[kin]);
      return pair.claim.length - 1;
    }

    /** An item of evidence: weight in nats, signed; quiet: testimony or anecdote. */
    addItem({ id, claim, root, weight, reliability, quiet }) {
      const { item } = this.part;
      const known = this.ids.item.indexOf(id);
      const record = known >= 0 ? item.record[known] : item.record.reduce((most, r) => Math.max(most, r), -1) + 1;
      item.pair.push(this.pair(claim, root));
      item.record.push(record);
      item.quiet.push(Number(quiet));
      item.weight.push(weight);
      item.reliability.push(reliability);
      this.ids.item.push(id);
      this.changed.add(claim);
      return this.ids.item.length - 1;
    }

    addLink({ id, claim, premises, both = 0, weight }) {
      const { link } = this.part;
      link.claim.push(claim);
      link.premises.push(premises);
      link.both.push(both);
      link.weight.push(weight);
      this.ids.link.push(id);
      this.changed.add(claim);
      return this.ids.link.length - 1;
    }

    addUndercut({ id, node, on, target, kill }) {
      const { undercut } = this.part;
      undercut.node.push(node);
      undercut.on.push(on);
      undercut.target.push(target);
      undercut.kill.push(kill);
      this.ids.undercut.push(id);
      const moved = this.moves(this.ids.undercut.length - 1);
      if (moved >= 0) this.changed.add(moved);
    }

    /** What an undercut attacks, as [on, index]: a link by who draws it, or an item on a claim or on all its rivals. */
    targets(carrier, claim, question) {
      const { link, item, pair, questions } = this.part;
      const links = range(link.claim.length).filter((j) => this.ids.link[j] === carrier && link.claim[j] === claim);
      if (links.length) return links.map((j) => [ON_LINK, j]);
      const rivals = question ? questions.find((answers) => answers.includes(claim)) || [] : [claim];
      return range(item.pair.length).filter((k) => this.ids.item[k] === carrier && rivals.includes(pair.claim[item.pair[k]])).map((k) => [ON_ITEM, k]);
    }

    /** The claim whose number an undercut touches in the end. */
    moves(u) {
      const { undercut, link, item, pair } = this.part;
      let at = u;
      for (let steps = 0; undercut.on[at] === ON_UNDERCUT && steps <= undercut.node.length; steps += 1) at = undercut.target[at];
      if (undercut.on[at] === ON_UNDERCUT) return -1;
      return undercut.on[at] === ON_LINK ? link.claim[undercut.target[at]] : pair.claim[item.pair[undercut.target[at]]];
    }

    // ---- putting two parts together ------------------------------------------------------------------------------

    /** Add what lies beneath another claim; its index here.  What is in both is the same in both: each part is closed. */
    join(data) {
      const other = new Network(data);
      const { part } = other;
      const changed = [...this.changed];
      const fresh = new Set(range(other.claims.length).filter((c) => !this.claims.includes(other.claims[c])));
      const claim = other.claims.map((id, c) => (fresh.has(c) ? this.addClaim(id, part.baseRate[c]) : this.claims.indexOf(id)));
      const lineage = part.lineageDependence.map((dependence, e) => {
        const known = range(other.ids.root.length).find((r) => part.root.lineage[r] === e && this.ids.root.includes(other.ids.root[r]));
        return known === undefined ? this.part.lineageDependence.push(dependence) - 1 : this.part.root.lineage[this.ids.root.indexOf(other.ids.root[known])];
      });
      const root = other.ids.root.map((id, r) => this.root(id, part.root.reliability[r], part.root.lineage[r] < 0 ? -1 : lineage[part.root.lineage[r]]));
      const item = part.item.pair.map((g, k) => (!fresh.has(part.pair.claim[g]) ? -1 : this.addItem({
        id: other.ids.item[k], claim: claim[part.pair.claim[g]], root: root[part.pair.root[g]], weight: part.item.weight[k],
        reliability: part.item.reliability[k], quiet: part.item.quiet[k],
      })));
      const link = part.link.claim.map((c, j) => (!fresh.has(c) ? -1 : this.addLink({
        id: other.ids.link[j], claim: claim[c], premises: part.link.premises[j].map((p) => claim[p]), both: part.link.both[j], weight: part.link.weight[j],
      })));
      const undercut = new Map();
      const put = (u) => {
        if (undercut.has(u)) return undercut.get(u);
        const on = part.undercut.on[u], at = part.undercut.target[u];
        const target = on === ON_UNDERCUT ? put(at) : on === ON_LINK ? link[at] : item[at];
        if (target >= 0) this.addUndercut({ id: other.ids.undercut[u], node: claim[part.undercut.node[u]], on, target, kill: part.undercut.kill[u] });
        undercut.set(u, target >= 0 ? this.ids.undercut.length - 1 : -1);
        return undercut.get(u);
      };
      range(part.undercut.node.length).forEach(put);
      for (const answers of part.questions) if (fresh.has(answers[0])) this.part.questions.push(answers.map((a) => claim[a]));
      this.part.several.push(...part.several.filter((c) => fresh.has(c)).map((c) => claim[c]));
      this.changed = new Set(changed); // what was put together here is as it was before
      return claim[data.claim];
    }

    // ---- order ---------------------------------------------------------------------------------------------------

    /** The part with its order of evaluation, its circles and the claims that evidence may reach twice. */
    ordered() {
      const { part } = this;
      const n = this.claims.length;
      const unit = range(n);
      for (const answers of part.questions) for (const a of answers) unit[a] = Math.min(...answers);
      const members = new Map();
      unit.forEach((u, c) => members.set(u, [...(members.get(u) || []), c]));
      const reasons = new Map([...members.keys()].map((u) => [u, new Set()])); // unit to the claims that it rests on
      const rests = (c, on) => reasons.get(unit[c]).add(on);
      part.link.claim.forEach((c, j) => part.link.premises[j].forEach((p) => rests(c, p)));
      part.undercut.node.forEach((node, u) => { if (this.moves(u) >= 0) rests(this.moves(u), node); });
      const beneath = new Map([...reasons].map(([u, claims]) => [u, new Set([...claims].map((c) => unit[c]))]));
      part.steps = [];
      part.circles = {};
      for (const group of components([...members.keys()].sort((a, b) => a - b), beneath)) {
        const claims = group.flatMap((u) => members.get(u)).sort((a, b) => a - b);
        if (group.length > 1 || beneath.get(group[0]).has(group[0])) {
          part.circles[part.steps.length] = claims.length <= MAX_CLAIMS && paths(claims, unit, reasons) <= MAX_PATHS ? "paths" : "messages";
        }
        part.steps.push(claims);
      }
      part.several = [...new Set([...part.several, ...this.above(unit, members, beneath)])];
      return part;
    }

    /** Claims that something new bears on, and all that rest on one of them. */
    above(unit, members, beneath) {
      const rest = new Map();
      for (const [u, below] of beneath) for (const b of below) rest.set(b, [...(rest.get(b) || []), u]);
      const found = new Set([...this.changed].map((c) => unit[c]));
      for (const u of found) for (const up of rest.get(u) || []) found.add(up);
      return [...found].flatMap((u) => members.get(u));
    }
  }

  /** Sets of units that rest on each other, those beneath first (Tarjan, without recursion). */
  const components = (units, beneath) => {
    const index = new Map(), low = new Map(), open = new Set(), stack = [], found = [];
    for (const start of units) {
      if (index.has(start)) continue;
      const work = [[start, [...beneath.get(start)].values()]];
      const enter = (u) => { index.set(u, index.size); low.set(u, index.get(u)); stack.push(u); open.add(u); };
      enter(start);
      while (work.length) {
        const [u, rest] = work[work.length - 1];
        const { value: next, done } = rest.next();
        if (!done) {
          if (!index.has(next)) { enter(next); work.push([next, [...beneath.get(next)].values()]); } else if (open.has(next)) low.set(u, Math.min(low.get(u), index.get(next)));
          continue;
        }
        work.pop();
        if (work.length) low.set(work[work.length - 1][0], Math.min(low.get(work[work.length - 1][0]), low.get(u)));
        if (low.get(u) !== index.get(u)) continue;
        const group = [];
        let member;
        do { member = stack.pop(); open.delete(member); group.push(member); } while (member !== u);
        found.push(group);
      }
    }
    return found;
  };

  /** How many (claim, path) pairs the claims of a circle have, counted up to one more than are followed. */
  const paths = (claims, unit, reasons) => {
    const found = new Set();
    const queue = claims.map((c) => [c, []]);
    while (queue.length && found.size <= MAX_PATHS) {
      const [c, path] = queue.pop(); // the path as the units on it, sorted
      const key = `${c} ${path.join(",")}`;
      if (found.has(key)) continue;
      found.add(key);
      const on = [...new Set([...path, unit[c]])].sort((a, b) => a - b);
      for (const below of reasons.get(unit[c])) if (claims.includes(below) && !on.includes(unit[below])) queue.push([below, on]);
    }
    return found.size;
  };

  // ---- a draft ---------------------------------------------------------------------------------------------------------

  const withEvidence = (network, claim, { id, root, rootReliability, weight, reliability, quiet }) => (
    network.addItem({ id, claim, root: network.root(root, rootReliability), weight, reliability, quiet }));

  /** The network with a draft in it, and the claim that is the draft's own, if it makes one. */
  const drafted = (data, draft) => {
    const network = new Network(data);
    let own = null;
    if (draft.mode === "reason" && draft.from) {
      const premise = network.join(draft.from);
      network.addLink({ id: draft.id, claim: network.claim, premises: [premise], weight: draft.weight });
    } else if (draft.mode === "reason") {
      own = network.addClaim(draft.id, draft.baseRate);
      network.addLink({ id: draft.id, claim: network.claim, premises: [own], weight: draft.weight });
    } else if (draft.mode === "contest") {
      const hits = network.targets(draft.carrier, network.claim, draft.question);
      own = network.addClaim(draft.id, draft.baseRate);
      hits.forEach(([on, target], i) => network.addUndercut({ id: `${draft.id}#${i}`, node: own, on, target, kill: draft.kill }));
    }
    const item = draft.evidence ? withEvidence(network, own ?? network.claim, draft.evidence) : null;
    return { network, own, item };
  };

  const { percent, factor, DB } = window.counterpoise;
  const said = ({ p, assessed }) => (assessed ? percent(p) : "not assessed");

  const standing = (swept, claim) => {
    const logOdds = swept.logOdds[claim];
    return { logOdds, p: window.counterpoiseEngine.sigmoid(logOdds), assessed: swept.assessed[claim] !== 0 };
  };

  /** Where the claim stands now. */
  const before = (data) => standing(window.counterpoiseEngine.sweep(data.part), data.claim);

  /** Where it would stand with a draft; with the draft's own claim held as certain, if asked. */
  const after = (data, draft, certain = false) => {
    const { network, own, item } = drafted(data, draft);
    const part = network.ordered();
    const pin = certain && own !== null ? { pin: { [own]: CERTAIN } } : {};
    const swept = window.counterpoiseEngine.sweep(part, pin);
    return {
      ...standing(swept, network.claim),
      own: own === null ? null : standing(swept, own),
      item: item === null ? null : swept.itemWeight[item], // after the item's own reliability, in nats
    };
  };

  /** Whether there is a weight that a draft objects to. */
  const bites = (data, { carrier, question }) => new Network(data).targets(carrier, data.claim, question).length > 0;

  window.counterpoiseEffect = { before, after, bites, percent, factor, said, DB };
})();

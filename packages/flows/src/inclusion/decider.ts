import { norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { CornerDescent } from './corner-descent.js';
import type { CornerFunction } from './corner-function.js';
import type { Choice, Corner, Decision, FreshEntry } from './decision.js';
import { copyPattern, heldRows, setHeld, setSide, type Pattern } from './pattern.js';
import { dependsOn } from './gram-factor.js';
import type { ActiveRow } from './active-row.js';
import { PatternSearch, type Found } from './pattern-search.js';
import { verdictsOf, type Verdict } from './verdict.js';
import { isSameWay, Ways, type Way } from './way.js';

/** Decides how the flow goes on where kinks bend. */
export class Decider {
  private readonly frozen: CornerFunction;
  private readonly ways: Ways;
  private readonly patterns: PatternSearch;
  private readonly descent: CornerDescent;
  private readonly isAlternating: boolean;

  /** `isAlternating` where decisions from where the flow comes have undone each other: none is made like that. */
  constructor(frozen: CornerFunction, choice: Choice, isAlternating = false) {
    this.frozen = frozen;
    this.isAlternating = isAlternating;
    this.ways = new Ways(frozen);
    this.patterns = new PatternSearch(frozen, this.ways, choice);
    this.descent = new CornerDescent(frozen);
  }

  /** The way on from x; `ahead` is a time, short against a step, after which what is tangential now is looked at again. */
  decide(
    x: Float64Array,
    before: Pattern,
    active: readonly ActiveKink[],
    ahead: number,
    stateNoise: number,
  ): Decision {
    return this.decideAt({ x, before, active }, ahead, stateNoise, false);
  }

  private decideAt(
    corner: Corner,
    ahead: number,
    stateNoise: number,
    isSecondLook: boolean,
  ): Decision {
    const { x, active, before } = corner;
    const { kinks } = this.frozen;
    const neutral = copyPattern(before);
    for (const { index, ties } of active) setHeld(kinks[index]!, index, neutral, ties);
    const way = this.ways.at(x, neutral, stateNoise);
    const concave = way.rows.find(
      ({ kink, length }) => way.bounds[kink]! * length < -way.noise,
    )?.kink;
    const isConcave = concave !== undefined;
    const isCoupled = way.rows.some(({ slopes }) =>
      active.some(({ index }) => slopes !== undefined && slopes[index] !== 0),
    );
    let found: Found;
    if (!isConcave && !isCoupled) {
      const verdicts = verdictsOf(way, kinks, active);
      found = { way, verdicts, several: false };
      if (!way.ended) {
        return this.undecided(corner, way, 'the multipliers were not found');
      }
    } else {
      found =
        this.jointly(corner, way, stateNoise) ??
        this.patterns.search(corner, neutral, stateNoise, way);
    }
    return this.conclude(corner, found, concave, ahead, stateNoise, isSecondLook);
  }

  /** The way on where arguments of kinks depend on each other, from where the flow comes. */
  private jointly(corner: Corner, neutral: Way, stateNoise: number): Found | undefined {
    const { descent } = this;
    if (this.isAlternating || !descent.isFor(corner, neutral)) return undefined;
    const found = descent.before(corner, stateNoise);
    if (!found) return undefined;
    const other = descent.from(corner, neutral.velocity, stateNoise);
    return { ...found, several: other !== undefined && !isSameWay(found.way, other.way) };
  }

  /** Turns verdicts into the next pattern; what is tangential is looked at again a little later. */
  private conclude(
    corner: Corner,
    { way, verdicts, several, undecided }: Found,
    concave: number | undefined,
    ahead: number,
    stateNoise: number,
    isSecondLook: boolean,
  ): Decision {
    const { kinks, dimension } = this.frozen;
    const { x, active } = corner;
    const { velocity } = way;
    const speed = norm2(velocity);
    let forces = way.gradientNorm;
    way.rows.forEach(({ length }, i) => (forces += Math.abs(way.lambda[i]!) * length));
    const atRest = speed <= Math.max(way.noise, 1e-13 * forces);
    const next = copyPattern(way.pattern);
    const fresh: FreshEntry[] = [];
    const open: ActiveKink[] = [];
    for (const { index, from } of active) {
      const verdict = verdicts.get(index)!;
      const kink = kinks[index]!;
      if (verdict.kind === 'side') {
        this.put(next, index, verdict.side, corner, 1, fresh);
        continue;
      }
      setHeld(kink, index, next, verdict.ties);
      if (verdict.ties) this.freshTies(corner, index, verdict.ties, fresh);
      const { ties } = verdict;
      const origin = from === 'start' ? from : 'held';
      open.push(ties ? { index, from: origin, ties } : { index, from: origin });
    }
    const isTangential = [...verdicts.values()].some(({ kind }) => kind === 'tangential');
    if (!isTangential || atRest) {
      return { pattern: next, velocity, atRest, fresh, several, undecided, concave };
    }
    if (isSecondLook) {
      const bound = this.boundByOthers(x, next, open, verdicts);
      for (const { index } of open) {
        const verdict = verdicts.get(index)!;
        if (verdict.kind !== 'tangential' || bound.has(index)) continue;
        const { side, ties = [], carrying = [] } = verdict;
        // a norm that stays at 0 has no direction
        if (kinks[index]!.kind === 'norm') continue;
        if (carrying.length < 2) this.put(next, index, side, corner, 0, fresh);
        else {
          setHeld(kinks[index]!, index, next, carrying);
          for (const entry of ties) if (!carrying.includes(entry)) fresh.push({ entry, order: 0 });
        }
      }
      return { pattern: next, velocity, atRest, fresh, several, undecided, concave };
    }
    const later = new Float64Array(dimension);
    for (let i = 0; i < dimension; i++) later[i] = x[i]! + ahead * velocity[i]!;
    const second = this.decideAt({ x: later, before: next, active: open }, ahead, stateNoise, true);
    const left = second.fresh.map(({ entry, order }): FreshEntry => ({
      entry,
      order: order === 0 ? 0 : 2,
    }));
    return {
      pattern: second.pattern,
      velocity,
      atRest,
      fresh: [...fresh, ...left],
      several: several || second.several,
      undecided: undecided ?? second.undecided,
      concave: concave ?? second.concave,
    };
  }

  /** The kinks whose arguments are 0 as long as those are that are held: their rows depend on the rows of these. */
  private boundByOthers(
    x: Float64Array,
    pattern: Pattern,
    open: readonly ActiveKink[],
    verdicts: ReadonlyMap<number, Verdict>,
  ): ReadonlySet<number> {
    const { frozen } = this;
    const kinks = (kind: Verdict['kind']): number[] =>
      open.flatMap(({ index }) => (verdicts.get(index)!.kind === kind ? [index] : []));
    const rowsOf = (which: readonly number[]): ActiveRow[] =>
      heldRows((kink) => frozen.kinks[kink]!, pattern, which).map((row) =>
        frozen.rowAt(x, pattern, row),
      );
    const base = rowsOf(kinks('held'));
    const found = new Set<number>();
    if (base.length === 0) return found;
    const begun = new Set(open.flatMap(({ index, from }) => (from === 'start' ? [index] : [])));
    for (const kink of kinks('tangential')) {
      if (frozen.kinks[kink]!.kind !== 'abs' || begun.has(kink)) continue;
      const [row] = rowsOf([kink]);
      if (row!.length > 0 && dependsOn(row!, base)) found.add(kink);
    }
    return found;
  }

  /** Puts a kink on a side, and notes what is 0 there. */
  private put(
    pattern: Pattern,
    index: number,
    side: number | Float64Array,
    { active }: Corner,
    order: 0 | 1,
    fresh: FreshEntry[],
  ): void {
    const kink = this.frozen.kinks[index]!;
    setSide(kink, index, pattern, side);
    if (kink.kind !== 'max') fresh.push({ entry: kink.offset, order });
    else {
      const ties = active.find((one) => one.index === index)?.ties ?? [];
      for (const entry of ties) if (entry !== side) fresh.push({ entry, order });
    }
  }

  /** Entries that were tied to a maximum and are not any more. */
  private freshTies(
    { active }: Corner,
    index: number,
    ties: readonly number[],
    fresh: FreshEntry[],
  ): void {
    const before = active.find((one) => one.index === index)?.ties ?? [];
    for (const entry of before) if (!ties.includes(entry)) fresh.push({ entry, order: 1 });
  }

  private undecided({ before }: Corner, { velocity }: Way, reason: string): Decision {
    return {
      pattern: before,
      velocity,
      atRest: false,
      fresh: [],
      several: false,
      undecided: reason,
    };
  }
}

import type { FrozenKink } from '@nonsmooth/autodiff';
import { hasConcaveNorm, pastConcaveNorm } from './concave-norms.js';
import type { CornerFunction } from './corner-function.js';
import { norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import { Agreement, away, type Change } from './agreement.js';
import type { Choice, Corner } from './decision.js';
import { Mixture } from './mixture.js';
import { copyPattern, setHeld, setSide, type Pattern } from './pattern.js';
import { ShortestElement } from './shortest-element.js';
import { stillSides } from './still-sides.js';
import { verdictsOf, type Outcome, type Verdict } from './verdict.js';
import { isSameWay, type Way, type Ways } from './way.js';

/** The way chosen, whether there are others, and why none could be chosen. */
export interface Found extends Outcome {
  readonly several: boolean;
  readonly undecided?: string | undefined;
}

/** Searches patterns that agree with the velocity they give. */
export class PatternSearch {
  private readonly frozen: CornerFunction;
  private readonly ways: Ways;
  private readonly choice: Choice;
  private readonly agreement: Agreement;
  private readonly shortestElement: ShortestElement;

  constructor(frozen: CornerFunction, ways: Ways, choice: Choice) {
    this.frozen = frozen;
    this.ways = ways;
    this.choice = choice;
    this.agreement = new Agreement(frozen);
    this.shortestElement = new ShortestElement(frozen);
  }

  /**
   * Where kinks are nested or bend down: patterns that agree with the velocity they give, from the way the flow comes.
   */
  search(corner: Corner, neutral: Pattern, stateNoise: number, neutralWay: Way): Found {
    const { active } = corner;
    const still = stillSides(this.frozen, corner, neutral, neutralWay);
    const starts = [this.firstGuess(corner, neutral, neutralWay, 1, still)];
    const isStart = active.some(({ from }) => from === 'start' || from === 'held');
    if (isStart || this.choice === 'steepestDescent') {
      starts.push(this.firstGuess(corner, neutral, neutralWay, -1, still));
    }
    let several = hasConcaveNorm(this.frozen, neutralWay);
    if (several && this.choice === 'minimalNorm') {
      const shortest = pastConcaveNorm(this.frozen, neutralWay, active);
      // 0 in Clarke's set
      if (shortest && norm2(shortest) <= neutralWay.noise + 1e-12 * neutralWay.gradientNorm) {
        return { ...heldAlong(shortest, active, neutralWay), several };
      }
    }
    const ways: Outcome[] = [];
    for (const guess of starts) {
      const found = this.settle(corner, guess, stateNoise);
      if (found && !ways.some(({ way }) => isSameWay(way, found.way))) ways.push(found);
    }
    if (ways.length === 0) {
      const shortest = this.shortest(corner, neutral, neutralWay);
      if (shortest) return shortest;
      const names = active.map(({ index }) => this.frozen.kinks[index]!.name).slice(0, 4);
      return {
        way: neutralWay,
        verdicts: verdictsOf(neutralWay, this.frozen.kinks, active),
        several: true,
        undecided: `no pattern of the kinks ${names.join(', ')} agrees with the velocity it gives`,
      };
    }
    const involved = active.filter(({ index }) => isInvolved(index, active, neutralWay));
    if (involved.length <= 3) {
      for (const guess of this.allPatterns(involved, ways[0]!.way.pattern)) {
        const found = this.consistent(corner, guess, stateNoise);
        if (found && !ways.some(({ way }) => isSameWay(way, found.way))) ways.push(found);
      }
    } else {
      // too many patterns: those that come from all on one side
      for (const side of [-1, 1]) {
        const guess = this.allOn(side, involved, ways[0]!.way.pattern);
        const found = this.settle(corner, guess, stateNoise);
        if (found && !ways.some(({ way }) => isSameWay(way, found.way))) ways.push(found);
      }
    }
    if (active.length <= 4 && involved.length === active.length) {
      const mixture = new Mixture(this.frozen, corner.x, neutral, active).shortest();
      if (mixture) {
        const fastest = Math.max(...ways.map(({ way }) => norm2(way.velocity)));
        const length = norm2(mixture);
        const isShorter = ways.every(
          ({ way }) => length < 0.999999 * norm2(way.velocity) - way.noise,
        );
        // 0 in Clarke's set
        if (this.choice === 'minimalNorm' && length <= neutralWay.noise + 1e-12 * fastest) {
          return {
            ...heldAlong(mixture, active, neutralWay),
            several: isShorter || ways.length > 1,
          };
        }
        several ||= isShorter;
      }
    }
    const chosen =
      this.choice === 'steepestDescent'
        ? ways.reduce((best, one) =>
            norm2(one.way.velocity) > norm2(best.way.velocity) ? one : best,
          )
        : ways[0]!;
    return { ...chosen, several: several || ways.length > 1 };
  }

  /** The way along the shortest element that a search of gradients finds. */
  private shortest({ x, active }: Corner, neutral: Pattern, neutralWay: Way): Found | undefined {
    const search = this.shortestElement;
    const velocity = search.velocity(x, neutral, active);
    if (!velocity) return undefined;
    const verdicts = search.verdicts(x, neutral, active, velocity);
    if (verdicts.size < active.length) return undefined;
    return { way: { ...neutralWay, velocity }, verdicts, several: false };
  }

  /** Arrivals cross, what was on a side stays, kinks that bend up are held, those that bend down go to `side`. */
  private firstGuess(
    { active, before }: Corner,
    neutral: Pattern,
    { bounds, noise, rows, velocity }: Way,
    turn: 1 | -1,
    still: ReadonlyMap<number, number>,
  ): Pattern {
    const guess = copyPattern(neutral);
    for (const { index, from, ties } of active) {
      const kink = this.frozen.kinks[index]!;
      const side = still.get(index);
      if (side !== undefined) {
        setSide(kink, index, guess, side);
        continue;
      }
      const row = rows.find((one) => one.kink === index);
      const length = row?.length ?? 1;
      const was = kink.kind === 'abs' ? before.sides[kink.offset]! : 0;
      if (kink.kind === 'abs' && from === 'side') setSide(kink, index, guess, -was * turn);
      else if (kink.kind === 'abs' && from === 'fresh') setSide(kink, index, guess, was * turn);
      else if (bounds[index]! * length > -noise && turn > 0) continue;
      else if (kink.kind === 'abs') setSide(kink, index, guess, -turn);
      else if (kink.kind === 'max')
        setSide(kink, index, guess, ties![turn > 0 ? 0 : ties!.length - 1]!);
      else if (from === 'side') setSide(kink, index, guess, directionOf(kink, before, turn));
      else setSide(kink, index, guess, away(kink, rows, velocity));
    }
    return guess;
  }

  /** Changes a pattern until it agrees with the velocity it gives. */
  private settle(corner: Corner, guess: Pattern, stateNoise: number): Outcome | undefined {
    const { x, active } = corner;
    let pattern = guess;
    for (let round = 0; round < 8 + 6 * active.length; round++) {
      const way = this.ways.at(x, pattern, stateNoise);
      const { verdicts, wrong } = this.agreement.check(corner, way);
      if (wrong.length === 0) return this.falls(corner, way) ? { way, verdicts } : undefined;
      pattern = copyPattern(pattern);
      for (const change of round < 8 ? wrong : wrong.slice(0, 1)) change(pattern);
    }
    return undefined;
  }

  private consistent(corner: Corner, pattern: Pattern, stateNoise: number): Outcome | undefined {
    const way = this.ways.at(corner.x, pattern, stateNoise);
    const { verdicts, wrong } = this.agreement.check(corner, way);
    return wrong.length === 0 && this.falls(corner, way) ? { way, verdicts } : undefined;
  }

  /** Whether the function falls along a velocity as along a solution: at the rate ‖v‖². */
  private falls({ x, active }: Corner, { pattern, velocity, noise, gradientNorm }: Way): boolean {
    const { frozen } = this;
    // of absolute values alone those that agree do
    if (active.every(({ index }) => frozen.kinks[index]!.kind === 'abs')) return true;
    const neutral = copyPattern(pattern);
    for (const { index, ties } of active) setHeld(frozen.kinks[index]!, index, neutral, ties);
    const slope = this.shortestElement.slope(x, neutral, active, velocity);
    const speed = norm2(velocity);
    return slope <= (noise + 1e-10 * gradientNorm - (1 - 1e-7) * speed) * speed;
  }

  private allOn(side: number, active: readonly ActiveKink[], pattern: Pattern): Pattern {
    const next = copyPattern(pattern);
    for (const { index } of active) {
      const kink = this.frozen.kinks[index]!;
      if (kink.kind === 'abs') setSide(kink, index, next, side);
    }
    return next;
  }

  /** All patterns of the active kinks: both sides and holding, every winner and all ties. */
  private *allPatterns(active: readonly ActiveKink[], neutral: Pattern): Iterable<Pattern> {
    const { kinks } = this.frozen;
    if (active.some(({ index }) => kinks[index]!.kind === 'norm')) return;
    const options = active.map(({ index, ties = [] }): Change[] => {
      const kink = kinks[index]!;
      const held = (next: Pattern): void => setHeld(kink, index, next, ties);
      const sides = kink.kind === 'abs' ? [-1, 1] : ties;
      return [held, ...sides.map((side) => (next: Pattern) => setSide(kink, index, next, side))];
    });
    const count = options.reduce((product, { length }) => product * length, 1);
    for (let code = 0; code < count && code < 200; code++) {
      const pattern = copyPattern(neutral);
      let rest = code;
      for (const list of options) {
        list[rest % list.length]!(pattern);
        rest = Math.floor(rest / list.length);
      }
      yield pattern;
    }
  }
}

/** All active kinks held, with this velocity. */
function heldAlong(
  velocity: Float64Array,
  active: readonly ActiveKink[],
  neutralWay: Way,
): Outcome {
  const verdicts = new Map(
    active.map(({ index, ties }): [number, Verdict] => [
      index,
      ties ? { kind: 'held', ties } : { kind: 'held' },
    ]),
  );
  return { way: { ...neutralWay, velocity }, verdicts };
}

function directionOf({ offset, size }: FrozenKink, { sides }: Pattern, turn: number): Float64Array {
  return sides.slice(offset, offset + size).map((x) => -turn * x);
}

/** Whether a kink bends down, or its multiplier and that of another active kink depend on each other. */
function isInvolved(
  index: number,
  active: readonly ActiveKink[],
  { rows, bounds, noise }: Way,
): boolean {
  return rows.some(({ kink, length, slopes }) => {
    if (kink === index && bounds[kink]! * length < -noise) return true;
    if (slopes === undefined) return false;
    if (kink !== index) return slopes[index] !== 0;
    return active.some((other) => slopes[other.index] !== 0);
  });
}

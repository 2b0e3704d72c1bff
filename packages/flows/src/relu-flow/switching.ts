import { ArgumentError } from '@nonsmooth/core';
import type { Modes, Transition } from '@nonsmooth/ode';
import { canBeHeld, continuations, type Corner } from './corner.js';
import type { Field } from './field.js';
import type { Face, FindFlat } from './flat.js';
import { guardsOf, type Exit, type Guards } from './guards.js';
import type { KinkKind } from './itinerary.js';
import { preActivation, type ShallowProblem } from './kinks.js';
import { removeSpan } from './orthonormal-basis.js';
import { copyPattern, isActive, sliding, type Pattern } from './pattern.js';

/** Told of everything that happens at kinks. */
export interface KinkListener {
  /** From t on this pattern holds. */
  entered(t: number, pattern: Pattern): void;
  happened(t: number, neuron: number, group: number, kind: KinkKind): void;
  /** The neuron meets more kinks than can be decided: the integration ends. */
  undecided(t: number, neuron: number): void;
}

type OnSurface = NonNullable<Transition<Pattern>['onSurface']>[number];

/** A group whose kink is reached, and the side the neuron comes from; 0 at the start of the flow. */
interface Reached {
  readonly group: number;
  readonly from: 1 | -1 | 0;
}

interface Decision {
  readonly onSurface: OnSurface[];
  /** The first neuron that meets more kinks at once than can be decided. */
  readonly undecided?: number;
}

/**
 * The patterns of a shallow ReLU flow as modes of an integration. Surfaces are all pre-activations (affine in θ).
 * Neurons decouple: a pre-activation that is 0 contributes nothing to the others' velocities, so the kinks that meet
 * at one point are decided neuron by neuron.
 */
export function kinkModes(
  problem: ShallowProblem,
  flow: Field,
  findFlat: FindFlat,
  slack: number,
  listener: KinkListener,
): Modes<Pattern> {
  const { hidden, groups, inputDimension: n, offsets } = problem;
  const surface = (j: number, g: number): number => j * groups + g;
  const known = new WeakMap<Pattern, readonly Guards[]>();
  const guardsHere = (pattern: Pattern): readonly Guards[] => {
    let found = known.get(pattern);
    if (found === undefined) {
      found = guardsOf(pattern, findFlat, slack);
      known.set(pattern, found);
    }
    return found;
  };

  return {
    count: hidden * groups,

    initial(t, theta) {
      const pattern: Pattern = {
        active: new Uint8Array(hidden * groups),
        held: Array.from({ length: hidden }, () => []),
        dead: new Uint8Array(hidden),
      };
      const zeros = new Map<number, Reached[]>();
      for (let j = 0; j < hidden; j++) {
        for (let g = 0; g < groups; g++) {
          const z = preActivation(problem, theta, j, g);
          if (z > 0) pattern.active[surface(j, g)] = 1;
          else if (z === 0) zeros.set(j, [...(zeros.get(j) ?? []), { group: g, from: 0 }]);
        }
      }
      const { onSurface, undecided: j } = meet(t, theta, pattern, zeros);
      if (j !== undefined) {
        throw new ArgumentError(
          `theta0, (w, b) of neuron ${j}`,
          [...theta.subarray(offsets.weights + j * n, offsets.weights + (j + 1) * n)],
          `parameters on fewer than its ${zeros.get(j)!.length} kinks at once`,
        );
      }
      listener.entered(t, pattern);
      return { mode: pattern, onSurface };
    },

    surfaces(_t, theta, out, { held, dead }) {
      for (let j = 0; j < hidden; j++) {
        for (let g = 0; g < groups; g++) {
          out[surface(j, g)] =
            dead[j] !== 0 || held[j]!.includes(g) ? 1 : preActivation(problem, theta, j, g);
        }
      }
    },

    guardCount: (pattern) => guardsHere(pattern).reduce((sum, { count }) => sum + count, 0),

    guards(_t, theta, out, pattern) {
      flow.evaluate(theta, pattern);
      let at = 0;
      for (const guards of guardsHere(pattern)) {
        guards.values(heldCorner(theta, pattern, guards.neuron), out, at);
        at += guards.count;
      }
    },

    onSwitch(t, theta, switches, before) {
      const pattern = copyPattern(before);
      const crossed = new Map<number, Reached[]>();
      const exits = new Map<number, Exit>();
      flow.evaluate(theta, before);
      for (const { kind, index, direction } of switches) {
        if (kind === 'surface') {
          const j = Math.floor(index / groups);
          crossed.set(j, [
            ...(crossed.get(j) ?? []),
            { group: index % groups, from: direction > 0 ? -1 : 1 },
          ]);
          continue;
        }
        const [guards, k] = guardAt(before, index);
        const { neuron } = guards;
        const exit = guards.exit(heldCorner(theta, before, neuron), k);
        if (exit === undefined) {
          pattern.dead[neuron] = 2;
          listener.happened(t, neuron, before.held[neuron]![0]!, 'could-leave');
        } else {
          const isAlone = exit.some(({ several }) => several);
          for (const j of isAlone ? [neuron] : partners(before, neuron)) {
            const others = (exits.get(j) ?? []).filter((one) =>
              exit.every(({ group }) => group !== one.group),
            );
            exits.set(j, [...others, ...exit]);
          }
        }
      }
      // What is no longer held at this very point leaves too: its guard has changed sign by rounding only.
      for (const guards of guardsHere(before)) {
        const { neuron, count } = guards;
        if (exits.has(neuron) || before.dead[neuron] !== 0) continue;
        const corner = heldCorner(theta, before, neuron);
        const values = new Float64Array(count);
        guards.values(corner, values, 0);
        const gone = [...values.keys()].filter((k) => values[k]! < 0);
        const leaving = gone.flatMap((k) => guards.exit(corner, k)!);
        const byGroup = new Map(leaving.map((one) => [one.group, one]));
        if (gone.length > 0) exits.set(neuron, [...byGroup.values()]);
      }
      const { onSurface, undecided } = meet(t, theta, pattern, crossed);
      if (undecided !== undefined) {
        listener.undecided(t, undecided);
        return 'stop';
      }
      for (const [j, exit] of [...exits].sort(([p], [q]) => p - q)) {
        // a neuron that meets another kink at this very point has been decided with it
        if (!crossed.has(j)) onSurface.push(...leave(t, pattern, j, exit));
      }
      listener.entered(t, pattern);
      return { mode: pattern, onSurface };
    },

    project(_t, theta, { held }) {
      const u = new Float64Array(n + 1);
      for (let j = 0; j < hidden; j++) {
        if (held[j]!.length === 0) continue;
        const w = offsets.weights + j * n;
        u.set(theta.subarray(w, w + n));
        u[n] = theta[offsets.biases + j]!;
        removeSpan(u, findFlat(held[j]!).basis);
        theta.set(u.subarray(0, n), w);
        theta[offsets.biases + j] = u[n]!;
      }
    },
  };

  /** The guards that a switch belongs to, and which of them it is. */
  function guardAt(pattern: Pattern, index: number): [Guards, number] {
    let k = index;
    for (const guards of guardsHere(pattern)) {
      if (k < guards.count) return [guards, k];
      k -= guards.count;
    }
    throw new RangeError(`guard ${index}`);
  }

  function heldCorner(theta: Float64Array, pattern: Pattern, j: number): Corner {
    return flow.corner(theta, pattern, j, pattern.held[j]!);
  }

  /** Neurons meet kinks: those held already and the new ones are decided together, neuron by neuron. */
  function meet(
    t: number,
    theta: Float64Array,
    pattern: Pattern,
    met: ReadonlyMap<number, readonly Reached[]>,
  ): Decision {
    const flats = [...met].map(([j, reached]) => {
      const groupsMet = [...pattern.held[j]!, ...reached.map(({ group }) => group)];
      const flat = findFlat([...new Set(groupsMet)].sort((p, q) => p - q));
      for (const g of flat.groups) pattern.active[surface(j, g)] = 0;
      return { j, flat, reached };
    });
    flow.evaluate(theta, pattern);
    const onSurface: OnSurface[] = [];
    for (const { j, flat, reached } of flats) {
      const corner = flow.corner(theta, pattern, j, flat.groups);
      const possible = flat.arrangement ? continuations(corner, flat.arrangement, findFlat) : [];
      const returns = (face: Face): boolean =>
        reached.some(({ group, from }) => from !== 0 && face[flat.groups.indexOf(group)] === from);
      // Where it comes from it cannot go: a velocity that says so is wrong by rounding, and it slides.
      const faces = possible.filter((face) => !returns(face));
      const face = faces[0] ?? (flat.groups.length === 1 ? Int8Array.of(0) : possible[0]);
      const held = flat.groups.filter((_, k) => face?.[k] === 0);
      if (face === undefined || !canBeHeld(findFlat(held))) return { onSurface, undecided: j };
      const before = pattern.held[j]!;
      pattern.held[j] = held;
      flat.groups.forEach((g, k) => (pattern.active[surface(j, g)] = face[k]! > 0 ? 1 : 0));
      const dies = held.length > 0 && !isActive(problem, pattern, j);
      const several = faces.length > 1;
      pattern.dead[j] = dies ? (several ? 2 : 1) : 0;
      if (several && !dies) listener.happened(t, j, reached[0]!.group, 'several');
      flat.groups.forEach((g, k) => {
        const wasHeld = before.includes(g);
        const side = face[k]!;
        if (side === 0) {
          if (!wasHeld) listener.happened(t, j, g, dies ? 'die' : 'slide');
          return;
        }
        const way = side > 0 ? 'on' : 'off';
        listener.happened(t, j, g, wasHeld ? `exit-${way}` : way);
        onSurface.push({ index: surface(j, g), order: 1, side: side as 1 | -1 });
      });
      if (several && dies) listener.happened(t, j, reached[0]!.group, 'could-leave');
    }
    return { onSurface };
  }

  /** A sliding neuron leaves some of its kinks, hardly faster than tangentially. */
  function leave(t: number, pattern: Pattern, j: number, exit: Exit): OnSurface[] {
    pattern.held[j] = pattern.held[j]!.filter((g) => exit.every(({ group }) => group !== g));
    return exit.map(({ group, side, several }) => {
      if (several) listener.happened(t, j, group, 'several');
      pattern.active[surface(j, group)] = side > 0 ? 1 : 0;
      listener.happened(t, j, group, side > 0 ? 'exit-on' : 'exit-off');
      return { index: surface(j, group), order: 1, side };
    });
  }

  /**
   * The neurons that leave together with a sliding one: held on the same groups with the same active ones. With one
   * output their forces there are multiples of one function and vanish at the same instant.
   */
  function partners(pattern: Pattern, j: number): number[] {
    if (problem.outputs > 1) return [j];
    const row = (k: number): string =>
      pattern.active.subarray(k * groups, (k + 1) * groups).join('');
    return sliding(pattern).filter(
      (k) => pattern.held[k]!.join() === pattern.held[j]!.join() && row(k) === row(j),
    );
  }
}

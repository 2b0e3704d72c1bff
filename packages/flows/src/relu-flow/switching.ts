import { ArgumentError } from '@nonsmooth/kernels';
import type { Modes, Switch } from '@nonsmooth/ode';
import { field } from './field.js';
import type { KinkKind } from './itinerary.js';
import { preActivation, type ShallowProblem } from './kinks.js';
import { activeCount, copyPattern, sliding, watched, type Pattern } from './pattern.js';

/** Told of everything that happens at a kink. */
export type KinkListener = (t: number, neuron: number, group: number, kind: KinkKind) => void;

interface OnSurface {
  readonly index: number;
  readonly order: 1 | 2;
  readonly side?: Side;
}

type Side = 1 | -1;

/**
 * The patterns of a shallow ReLU flow as modes of an integration. Surfaces are all pre-activations (affine in θ);
 * guards are the off- and on-velocity of every sliding neuron, at whose zeros sliding ends tangentially, and the
 * on-velocity of every neuron that died on its kink. Neurons decouple: a pre-activation that is 0 contributes nothing
 * to the others' velocities.
 */
export function kinkModes(problem: ShallowProblem, listen: KinkListener): Modes<Pattern> {
  const { hidden, groups, inputDimension: n, offsets, extendedInputs, squaredNorms } = problem;
  const flow = field(problem);
  const surface = (j: number, g: number): number => j * groups + g;

  return {
    count: hidden * groups,

    initial(t, theta) {
      const pattern: Pattern = {
        active: new Uint8Array(hidden * groups),
        pinned: new Int32Array(hidden).fill(-1),
        dead: new Uint8Array(hidden),
      };
      const zeros: [number, number][] = [];
      for (let j = 0; j < hidden; j++) {
        const here: number[] = [];
        for (let g = 0; g < groups; g++) {
          const z = preActivation(problem, theta, j, g);
          if (z > 0) pattern.active[surface(j, g)] = 1;
          else if (z === 0) here.push(g);
        }
        if (here.length > 1) throw corner(j, theta, problem);
        if (here.length === 1) zeros.push([j, here[0]!]);
      }
      const onSurface: OnSurface[] = [];
      for (const [j, g] of zeros) onSurface.push(...settle(t, theta, pattern, j, g));
      return { mode: pattern, onSurface };
    },

    surfaces(_t, theta, out, { pinned, dead }) {
      for (let j = 0; j < hidden; j++) {
        for (let g = 0; g < groups; g++) {
          out[surface(j, g)] =
            dead[j] !== 0 || pinned[j] === g ? 1 : preActivation(problem, theta, j, g);
        }
      }
    },

    guardCount: (pattern) => 2 * sliding(pattern).length + watched(pattern).length,

    guards(_t, theta, out, pattern) {
      let k = 0;
      for (const j of sliding(pattern)) {
        const { off, on } = flow.kinkVelocities(theta, pattern, j, pattern.pinned[j]!);
        out[k++] = off;
        out[k++] = -on;
      }
      for (const j of watched(pattern)) {
        out[k++] = -flow.kinkVelocities(theta, pattern, j, pattern.pinned[j]!).on;
      }
    },

    onSwitch(t, theta, switches, before) {
      const pattern = copyPattern(before);
      const onSurface: OnSurface[] = [];
      const crossed = new Set<number>();
      const exits = new Map<number, Side>();
      for (const one of switches) {
        const j = neuronOf(one, before);
        if (one.kind === 'surface') {
          // Two kinks of one neuron at once: w = b = 0 (or a lower-dimensional corner), which does not decouple.
          if (crossed.has(j)) throw corner(j, theta, problem);
          crossed.add(j);
          onSurface.push(...cross(t, theta, pattern, one));
        } else if (before.dead[j] === 1) {
          pattern.dead[j] = 2;
          listen(t, j, before.pinned[j]!, 'could-leave');
        } else {
          const side = one.index % 2 === 0 ? -1 : 1;
          for (const k of partners(before, j)) exits.set(k, side);
        }
      }
      // What no longer slides at this very point leaves too: its velocity has changed sign by rounding only.
      for (const j of sliding(pattern)) {
        if (exits.has(j) || pattern.pinned[j] !== before.pinned[j]) continue;
        const { off, on } = flow.kinkVelocities(theta, pattern, j, pattern.pinned[j]!);
        if (off < 0) exits.set(j, -1);
        else if (on > 0) exits.set(j, 1);
      }
      for (const j of [...exits.keys()].sort((p, q) => p - q)) {
        const g = pattern.pinned[j]!;
        const side = exits.get(j)!;
        pattern.pinned[j] = -1;
        onSurface.push(...enter(t, pattern, j, g, side, side > 0 ? 'exit-on' : 'exit-off', 2));
      }
      return { mode: pattern, onSurface };
    },

    project(_t, theta, { pinned }) {
      for (let j = 0; j < hidden; j++) {
        const p = pinned[j]!;
        if (p < 0) continue;
        const share = preActivation(problem, theta, j, p) / squaredNorms[p]!;
        for (let i = 0; i < n; i++) {
          theta[offsets.weights + j * n + i]! -= share * extendedInputs[p * (n + 1) + i]!;
        }
        theta[offsets.biases + j]! -= share;
      }
    },
  };

  function neuronOf(one: Switch, pattern: Pattern): number {
    if (one.kind === 'surface') return Math.floor(one.index / groups);
    const slides = sliding(pattern);
    return one.index < 2 * slides.length
      ? slides[Math.floor(one.index / 2)]!
      : watched(pattern)[one.index - 2 * slides.length]!;
  }

  /** Neuron j reaches the kink of group g from one side. */
  function cross(t: number, theta: Float64Array, pattern: Pattern, one: Switch): OnSurface[] {
    const [j, g] = [Math.floor(one.index / groups), one.index % groups];
    if (pattern.pinned[j]! >= 0) throw corner(j, theta, problem);
    pattern.active[one.index] = 0;
    const { off, on } = flow.kinkVelocities(theta, pattern, j, g);
    if (one.direction > 0) {
      if (on > 0) return enter(t, pattern, j, g, 1, 'on', 1);
      return pin(t, pattern, j, g, 'slide');
    }
    if (activeCount(problem, pattern, j) === 0) return die(t, pattern, j, g);
    if (off < 0) return enter(t, pattern, j, g, -1, 'off', 1);
    return pin(t, pattern, j, g, 'slide');
  }

  /**
   * The neurons that leave together with a sliding one: pinned to the same group with the same active groups. With
   * one output their velocities there are multiples of one function and vanish at the same instant.
   */
  function partners(pattern: Pattern, j: number): number[] {
    if (problem.outputs > 1) return [j];
    const row = (k: number): string =>
      pattern.active.subarray(k * groups, (k + 1) * groups).join('');
    return sliding(pattern).filter(
      (k) => pattern.pinned[k] === pattern.pinned[j] && row(k) === row(j),
    );
  }

  /** Decides a kink that is hit exactly at the start. */
  function settle(
    t: number,
    theta: Float64Array,
    pattern: Pattern,
    j: number,
    g: number,
  ): OnSurface[] {
    const { off, on } = flow.kinkVelocities(theta, pattern, j, g);
    if (activeCount(problem, pattern, j) === 0) {
      die(t, pattern, j, g);
      if (on > 0) {
        pattern.dead[j] = 2;
        listen(t, j, g, 'could-leave');
      }
      return [];
    }
    if (off >= 0 && on > 0) return enter(t, pattern, j, g, 1, 'on', 1);
    if (off < 0) return enter(t, pattern, j, g, -1, 'off', 1);
    return pin(t, pattern, j, g, 'slide');
  }

  function enter(
    t: number,
    pattern: Pattern,
    j: number,
    g: number,
    side: Side,
    kind: KinkKind,
    order: 1 | 2,
  ): OnSurface[] {
    pattern.active[surface(j, g)] = side > 0 ? 1 : 0;
    listen(t, j, g, kind);
    return [{ index: surface(j, g), order, side }];
  }

  function pin(t: number, pattern: Pattern, j: number, g: number, kind: KinkKind): OnSurface[] {
    pattern.pinned[j] = g;
    listen(t, j, g, kind);
    return [];
  }

  function die(t: number, pattern: Pattern, j: number, g: number): OnSurface[] {
    pattern.pinned[j] = g;
    pattern.dead[j] = 1;
    listen(t, j, g, 'die');
    return [];
  }
}

function corner(j: number, theta: Float64Array, { offsets }: ShallowProblem): ArgumentError {
  return new ArgumentError(
    `(w, b) of neuron ${j}`,
    [theta[offsets.weights + j], theta[offsets.biases + j]],
    'parameters on one kink of the neuron at a time',
  );
}

import type { Modes } from '@nonsmooth/ode';
import type { FrozenNetwork } from './frozen-network.js';
import type { OpenUnit, SlidingField } from './sliding-field.js';
import { held, heldUnits, off, on, type UnitStates } from './unit-states.js';

/** Told of everything that happens at kinks. */
export interface UnitListener {
  /** From t on these states hold. */
  entered(t: number, states: UnitStates): void;
  changed(t: number, unit: number, before: number, after: number): void;
  /** The flow could go on in other states too. */
  several(t: number): void;
}

/**
 * The states of all units as modes of an integration. Their pre-activations are polynomials of degree two and more in
 * θ, so that their signs are watched at the middle and the end of each step. A unit is on until z < −slack and off
 * until z > slack: what has just crossed does not cross back by rounding.
 */
export function unitModes(
  net: FrozenNetwork,
  flow: SlidingField,
  dimension: number,
  slack: number,
  listener: UnitListener,
): Modes<UnitStates> {
  const { count, preActivations, sensitivities } = net;
  const velocity = new Float64Array(dimension);
  const enter = (
    t: number,
    theta: Float64Array,
    before: UnitStates,
    open: readonly OpenUnit[],
  ): { mode: UnitStates } => {
    const { states, several } = flow.decide(theta, before, open);
    if (several) listener.several(t);
    for (const { index } of open) {
      if (states[index] !== before[index])
        listener.changed(t, index, before[index]!, states[index]!);
    }
    listener.entered(t, states);
    return { mode: states };
  };

  return {
    count: 0,
    surfaces() {},

    initial(t, theta) {
      const states = new Uint8Array(count);
      const zero: number[] = [];
      // layer by layer: what a unit does decides about the next layer
      for (let layer = 1, u = 0; u < count; layer++) {
        net.forward(theta, states);
        for (; u < count && net.unit(u).layer === layer; u++) {
          states[u] = preActivations[u]! > 0 ? on : off;
          if (preActivations[u] === 0) zero.push(u);
        }
      }
      return enter(
        t,
        theta,
        states,
        zero.map((index) => ({ index, from: 0 })),
      );
    },

    guardCount: (states) => count + heldUnits(states).length,

    guards(_t, theta, out, states) {
      const units = heldUnits(states);
      if (units.length > 0) flow.velocity(theta, states, velocity);
      else net.forward(theta, states);
      for (let u = 0; u < count; u++) {
        const state = states[u]!;
        if (state !== held)
          out[u] = (state === on ? preActivations[u]! : -preActivations[u]!) + slack;
      }
      units.forEach((u, i) => {
        const [signal, end] = [flow.signals[u]!, sensitivities[u]!];
        const room = slack * (Math.abs(end) + slack);
        out[u] = signal + room;
        out[count + i] = end - signal + room;
      });
    },

    onSwitch(t, theta, switches, states) {
      const units = heldUnits(states);
      const open = new Map<number, OpenUnit>(units.map((index) => [index, { index, from: 0 }]));
      for (const { index } of switches) {
        if (index >= count || states[index] === held) continue;
        open.set(index, { index, from: states[index] === on ? 1 : -1 });
      }
      return enter(
        t,
        theta,
        states,
        [...open.values()].sort((p, q) => p.index - q.index),
      );
    },

    project: (_t, theta, states) => flow.project(theta, states),
  };
}

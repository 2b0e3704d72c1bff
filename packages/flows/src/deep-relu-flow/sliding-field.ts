import { dot } from '@nonsmooth/core';
import type { FrozenNetwork } from './frozen-network.js';
import { solveGram } from '../solve-gram.js';
import { boxMinimum } from './box-minimum.js';
import { held, heldUnits, off, on, type UnitStates } from './unit-states.js';

/** A unit at its kink, and where it comes from: 1 on, −1 off, 0 neither. */
export interface OpenUnit {
  readonly index: number;
  readonly from: 1 | -1 | 0;
}

/** Θ' for a frozen pattern, and what else is known with it. */
export interface SlidingField {
  /** Writes Θ'; returns L. */
  velocity(theta: Float64Array, states: UnitStates, out: Float64Array): number;
  /** ∂L/∂z of the held units, which keep them held, as the last `velocity` left them; by unit. */
  readonly signals: Float64Array;
  /** The states in which the flow goes on from where units meet their kinks; whether it could in others too. */
  decide(
    theta: Float64Array,
    states: UnitStates,
    open: readonly OpenUnit[],
  ): { readonly states: UnitStates; readonly several: boolean };
  /** Moves θ by Newton's method to where the held units are 0. */
  project(theta: Float64Array, states: UnitStates): void;
}

/**
 * While units are held, Θ' = −(∇L with ∂L/∂z = β_u at the held units), which is −∇L projected to where no held z
 * changes. Clarke's differential allows 0 ≤ β_u ≤ c_u = ∂L/∂a_u: beyond them unit u is let go, below 0 off, above c_u
 * on. Only kinks with c_u > 0 attract from both sides; where c_u ≤ 0 the unit crosses.
 */
export function slidingField(net: FrozenNetwork, dimension: number): SlidingField {
  const signals = new Float64Array(net.count);
  const gradient = new Float64Array(dimension);

  /** ∇z of some units, their Gram matrix, and their products with −gradient. */
  const normals = (theta: Float64Array, states: UnitStates, units: readonly number[]) => {
    const k = units.length;
    const columns = units.map((u) => {
      const column = new Float64Array(dimension);
      net.kinkGradient(theta, states, u, column);
      return column;
    });
    const gram = new Float64Array(k * k);
    const rates = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      rates[i] = -dot(columns[i]!, gradient);
      for (let j = 0; j <= i; j++) {
        gram[i * k + j] = gram[j * k + i] = dot(columns[i]!, columns[j]!);
      }
    }
    return { columns, gram, rates };
  };

  const velocity = (theta: Float64Array, states: UnitStates, out: Float64Array): number => {
    const loss = net.forward(theta, states);
    const units = heldUnits(states);
    for (const u of units) signals[u] = 0;
    net.backward(theta, states, signals, gradient);
    if (units.length > 0) {
      const { gram, rates } = normals(theta, states, units);
      const beta = solveGram(gram, rates, units.length);
      units.forEach((u, i) => (signals[u] = beta[i]!));
      net.backward(theta, states, signals, gradient);
    }
    for (let i = 0; i < dimension; i++) out[i] = -gradient[i]!;
    return loss;
  };

  /** z' of a unit when it is in this state. */
  const rate = (theta: Float64Array, states: UnitStates, u: number, state: number): number => {
    const tried = states.slice();
    tried[u] = state;
    const motion = new Float64Array(dimension);
    const normal = new Float64Array(dimension);
    velocity(theta, tried, motion);
    net.kinkGradient(theta, tried, u, normal);
    return dot(normal, motion);
  };

  return {
    signals,
    velocity,

    decide(theta, before, open) {
      const states = before.slice();
      // those that come from one side cross, until their velocity says otherwise
      for (const { index, from } of open) {
        states[index] = from === 0 ? held : from < 0 ? on : off;
        if (before[index] !== held) signals[index] = 0;
      }
      const units = open.map(({ index }) => index);
      let several = false;
      for (let round = 0; round < 20; round++) {
        net.forward(theta, states);
        net.backward(theta, states, signals, gradient);
        const attracts = open.filter(({ index }) => net.sensitivities[index]! > 0);
        const choice = states.slice();
        for (const { index } of attracts) choice[index] = held;
        const ends = attracts.map(({ index }) => net.sensitivities[index]!);
        for (const { index } of attracts) signals[index] = 0;
        net.forward(theta, choice);
        net.backward(theta, choice, signals, gradient);
        const inner = attracts.map(({ index }) => index);
        const { gram, rates } = normals(theta, choice, inner);
        const beta = boxMinimum(gram, rates, ends, inner.length);
        inner.forEach((u, i) => {
          signals[u] = beta[i]!;
          choice[u] = beta[i]! <= 0 ? off : beta[i]! >= ends[i]! ? on : held;
        });
        several = false;
        for (const { index: u, from } of open) {
          if (inner.includes(u)) continue;
          const whenOff = rate(theta, choice, u, off);
          const whenOn = rate(theta, choice, u, on);
          const repels = whenOff < 0 && whenOn > 0;
          if (repels) several = true;
          if (repels ? from < 0 : whenOn > 0) choice[u] = on;
          else choice[u] = off;
        }
        // the ends of units below others that are held on the same sample depend on these
        const isStable =
          units.every((u) => choice[u] === states[u]) &&
          inner.every((u, i) => Math.abs(net.sensitivities[u]! - ends[i]!) <= 1e-9 * ends[i]!);
        states.set(choice);
        if (isStable) break;
      }
      for (const { index, from } of open) {
        // where it comes from it cannot go: a velocity that says so is wrong by rounding
        if (from === 0 || states[index] !== (from > 0 ? on : off)) continue;
        states[index] = net.sensitivities[index]! > 0 ? held : from > 0 ? off : on;
      }
      return { states, several };
    },

    project(theta, states) {
      const units = heldUnits(states);
      const k = units.length;
      if (k === 0) return;
      net.forward(theta, states);
      const { columns, gram } = normals(theta, states, units);
      const excess = Float64Array.from(units, (u) => net.preActivations[u]!);
      const shares = solveGram(gram, excess, k);
      columns.forEach((column, i) => {
        for (let l = 0; l < dimension; l++) theta[l] = theta[l]! - shares[i]! * column[l]!;
      });
    },
  };
}

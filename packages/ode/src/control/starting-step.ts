import { VectorBlock } from '@nonsmooth/core';
import { exponential, logarithm } from '../power.js';
import type { System } from '../system.js';
import { spacing } from '../time.js';

/** The part of the tolerance that the error of the first step may be, and of y that the probe moves it by. */
const part = 0.01;

/** Where y moves by more tolerances than there are numbers for, a shorter unit of time is tried. */
const shorterUnit = 2 ** -500;

/**
 * A first step size; costs one right-hand side, at the end of a probe by Euler's method.
 *
 * After Hairer, Nørsett, Wanner, Solving ODEs I, section II.4, but no number has a unit of time: scaled in time, a
 * problem has the same steps, scaled. All times here are in units of the interval.
 */
export function startingStep(
  system: System,
  t0: number,
  y0: Float64Array,
  f0: Float64Array,
  direction: number,
  interval: number,
  errorExponent: number,
): number {
  const { dimension, tolerance } = system;
  if (dimension === 0) return interval;
  const block = new VectorBlock(3 * dimension);
  const velocity = block.next(dimension);
  const y1 = block.next(dimension);
  const f1 = block.next(dimension);
  let unit = interval;
  const speed = (): number => {
    for (let i = 0; i < dimension; i++) velocity[i] = unit * f0[i]!;
    return tolerance.size(velocity, y0, y0);
  };
  let d1 = speed();
  while (d1 === Infinity && unit * shorterUnit >= 2 ** -1022) {
    unit *= shorterUnit;
    d1 = speed();
  }
  // a component without any tolerance
  if (!(d1 < Infinity)) return 1e-6 * interval;

  const length = interval / unit;
  const wanted = probe(d1, tolerance.size(y0, y0, y0), tolerance.rtol, length);
  const t = t0 + direction * Math.min(Math.max(wanted * unit, 16 * spacing(t0)), interval);
  const h0 = Math.abs(t - t0) / unit;
  for (let i = 0; i < dimension; i++) y1[i] = y0[i]! + direction * h0 * velocity[i]!;
  system.rhs(t, y1, f1);
  for (let i = 0; i < dimension; i++) f1[i] = unit * f1[i]!;
  const fastest = Math.max(d1, tolerance.size(f1, y0, y0));
  for (let i = 0; i < dimension; i++) f1[i] = f1[i]! - velocity[i]!;
  const d2 = tolerance.size(f1, y0, y0) / h0;
  const isTelling = fastest > 0 && fastest < Infinity && d2 < Infinity;
  const h = isTelling ? Math.min(100 * h0, step(fastest, d2, errorExponent), length) : h0;
  return h * unit;
}

/**
 * How far to look for a change of y': until y has moved by a hundredth of itself, or of what its tolerances say it may
 * well be; where y hardly moves, by a hundredth of the interval.
 */
function probe(d1: number, d0: number, rtol: number, length: number): number {
  if (!(d1 > 0)) return part * length;
  const usual = Math.min(1e-6 * length, (part * Math.min(1 / rtol, 1e5)) / d1);
  return Math.min(part * length, Math.max((part * d0) / d1, usual));
}

/**
 * The step whose error is a hundredth of the tolerance: y moves by d₁ and y' by d₂ tolerances in a unit of time, so that
 * y' changes at the rate ρ = d₂/d₁ and the error is about d₁ρ^(q−1)·h^q. Where y' is almost 0 and so says nothing of
 * the rate, d₂h² bounds it. By logarithms: powers of rates are out of range early.
 */
function step(d1: number, d2: number, q: number): number {
  if (!(d2 > 0)) return Infinity;
  const rate = logarithm(d2) - logarithm(d1);
  const excess = logarithm(part) + rate - logarithm(d1);
  return exponential(excess / (excess < 0 ? q : 2) - rate);
}

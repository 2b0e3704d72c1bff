import { dot, norm2 } from '@nonsmooth/core';
import type { System } from '../system.js';
import { generalPhi, highestPhi, symmetricPhi } from './small-phi.js';

/** A linear combination Σ weight·φ_k of the φ functions. */
export type PhiSum = readonly (readonly [k: number, weight: number])[];

/**
 * The Krylov space of ∂f/∂y and a vector b, with V_m an orthonormal basis and J·V_m = V_m·H_m + v_(m+1)·h·e_mᵀ, by
 * Lanczos for symmetric Jacobians and Arnoldi for others, both reorthogonalized: φ(J)·b ≈ |b|·V_m·φ(H_m)·e₁.
 * Hochbruck, Lubich, "On Krylov subspace approximations to the matrix exponential operator", SIAM J. Numer. Anal. 34
 * (1997) 1911–1925.
 */
export interface KrylovSpace {
  /** Of the Jacobian at (t, y), where f(t, y) = f, and b. The arrays must not change as long as the space is used. */
  start(t: number, y: Float64Array, f: Float64Array, b: Float64Array): void;
  /** Extends the space until h·Σ weight·φ_k(hJ)·b is known within `allowed` tolerances; false if it cannot. */
  converge(h: number, sum: PhiSum, allowed: number): boolean;
  /** out += factor·Σ weight·φ_k(hJ)·b; then, with `product`, product += factor·J·Σ weight·φ_k(hJ)·b. */
  add(h: number, sum: PhiSum, factor: number, out: Float64Array, product?: Float64Array): boolean;
}

const largestDimension = 150;

/** Makes a space, empty until it is started. */
export function krylovSpace(system: System): KrylovSpace {
  const n = system.dimension;
  const most = Math.min(n, largestDimension);
  const basis: Float64Array[] = [];
  const h = new Float64Array((most + 1) * (most + 1));
  const stride = most + 1;
  const small = system.symmetric ? symmetricPhi(h, stride) : generalPhi(h, stride);
  const coefficients = new Float64Array(stride);
  const lastEntries = new Float64Array(highestPhi + 1);
  let point: { t: number; y: Float64Array; f: Float64Array };
  let length = 0;
  let size = 0;
  /** Whether the space is invariant. */
  let closed = false;

  /** What components are divided by in the basis; a Jacobian that is symmetric would not be so any more. */
  const units = system.symmetric ? undefined : system.units;
  const inUnits = units && new Float64Array(n);

  const vector = (i: number): Float64Array => (basis[i] ??= new Float64Array(n));
  /** A vector of the basis as a change of the state; valid until the next call. */
  const unscaled = (v: Float64Array): Float64Array => {
    if (!units) return v;
    for (let i = 0; i < n; i++) inUnits![i] = v[i]! * units[i]!;
    return inUnits!;
  };
  const scale = (v: Float64Array): void => {
    if (units) for (let i = 0; i < n; i++) v[i] = v[i]! / units[i]!;
  };

  function extend(): void {
    const j = size++;
    const next = vector(size);
    system.jacobianVector(point.t, point.y, point.f, unscaled(vector(j)), next);
    scale(next);
    const before = norm2(next);
    if (system.symmetric && j > 0) {
      const coupling = h[j * stride + j - 1]!;
      h[(j - 1) * stride + j] = coupling;
      subtract(next, coupling, vector(j - 1));
    }
    const diagonal = dot(next, vector(j));
    h[j * stride + j] = diagonal;
    subtract(next, diagonal, vector(j));
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i <= j; i++) {
        const part = dot(next, vector(i));
        subtract(next, part, vector(i));
        if (!system.symmetric) h[i * stride + j] = h[i * stride + j]! + part;
      }
    }
    const after = norm2(next);
    closed = size === n || !(after > 1e-14 * before);
    h[size * stride + j] = closed ? 0 : after;
    if (!closed) for (let i = 0; i < n; i++) next[i] = next[i]! / after;
    small.reset();
  }

  function estimate(step: number, sum: PhiSum): number {
    if (!small.last(step, size, lastEntries)) return Number.NaN;
    let last = 0;
    for (const [k, weight] of sum) last += weight * lastEntries[k + 1]!;
    const next = h[size * stride + size - 1]! * sizeOf(vector(size));
    return step * length * Math.abs(last) * (step * next);
  }

  const sizeOf = (v: Float64Array): number => system.tolerance.size(unscaled(v), point.y, point.y);

  return {
    start(t, y, f, b) {
      point = { t, y, f };
      size = 0;
      h.fill(0);
      small.reset();
      const first = vector(0);
      first.set(b);
      scale(first);
      length = norm2(first);
      closed = length === 0;
      for (let i = 0; i < n && !closed; i++) first[i] = first[i]! / length;
    },
    converge(step, sum, allowed) {
      if (!Number.isFinite(length)) return false;
      let check = Math.max(2, size);
      for (;;) {
        if (closed) return true;
        if (size >= check) {
          if (estimate(step, sum) <= allowed) return true;
          if (size === most) return false;
          // the check costs up to size³ operations
          check = size + 1 + Math.floor(size / 8);
        }
        if (size === most) return estimate(step, sum) <= allowed;
        extend();
      }
    },
    add(step, sum, factor, out, product) {
      if (length === 0) return true;
      if (!small.at(step, size)) return false;
      coefficients.fill(0);
      for (const [k, weight] of sum) small.add(k, factor * length * weight, coefficients);
      for (let i = 0; i < size; i++) subtract(out, -coefficients[i]!, unscaled(vector(i)));
      if (!product) return true;
      for (let i = 0; i <= size; i++) {
        let entry = 0;
        for (let j = Math.max(0, i - 1); j < size; j++) {
          entry += h[i * stride + j]! * coefficients[j]!;
        }
        if (entry !== 0) subtract(product, -entry, unscaled(vector(i)));
      }
      return true;
    },
  };
}

function subtract(u: Float64Array, factor: number, v: Float64Array): void {
  for (let i = 0; i < u.length; i++) u[i] = u[i]! - factor * v[i]!;
}

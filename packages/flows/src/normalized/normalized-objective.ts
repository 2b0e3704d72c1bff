import { originOfGradient, rememberProgram, type TracedObjective } from '@nonsmooth/autodiff';
import type { FloatArray, Objective } from '@nonsmooth/core';
import { hiddenNeurons, incomingDot, type HiddenNeuron } from '../hidden-neurons.js';
import { isPopulationRisk, type Network } from '@nonsmooth/nets';
import { retract } from './manifold.js';
import { normalizedProgram } from './normalized-program.js';

/**
 * L∘π with π(θ): u ← u/‖u‖ for every hidden neuron's incoming weights and bias u. On the manifold of unit hidden neurons
 * its gradient is P_θ G(θ), so that the normalized flow is the gradient flow of L∘π from there; that conserves every
 * ‖u‖, because L∘π does not depend on them, and has a symmetric Jacobian. Where u = 0 the neuron is that of its bias.
 * Second derivatives come from those of the objective: with g = G(π(θ)), ĝ = P g and r = ‖u‖ for a neuron,
 *   ∇²(L∘π) = DπᵀH Dπ − (ĝûᵀ + ûĝᵀ + ⟨g, û⟩P)/r² on its block,  Dπ = P/r.
 * Its kinks are known where those of the objective are.
 */
export function normalizedObjective(net: Network, objective: Objective): TracedObjective {
  const neurons = hiddenNeurons(net);
  const d = objective.dimension;
  // a population risk is C¹ wherever no neuron is (0, 0), and none is here
  const smooth = isPopulationRisk(objective) || objective.smooth;
  const program = smooth === true ? undefined : normalizedProgram(net, objective);
  const { dtype, kinks }: TracedObjective = originOfGradient(objective) ?? objective;
  const at = new Float64Array(d);
  const radii = new Float64Array(neurons.length);
  const ambient = new Float64Array(d);
  const moved = new Float64Array(d);

  /** π(θ) in `at`, with the radii. */
  const place = (theta: FloatArray): void => {
    at.set(theta);
    neurons.forEach((neuron, i) => (radii[i] = Math.sqrt(incomingDot(neuron, at, at)) || 1));
    retract(neurons, at, 'sphere');
  };
  /** v ← Dπ v. */
  const project = (v: Float64Array): void => {
    neurons.forEach((neuron, i) => {
      addIncoming(neuron, v, -incomingDot(neuron, v, at), at);
      scaleIncoming(neuron, v, 1 / radii[i]!);
    });
  };
  /** out += the curvature of π along g, applied to v. */
  const addCurvature = (g: Float64Array, v: FloatArray, out: Float64Array): void => {
    neurons.forEach((neuron, i) => {
      const scale = 1 / radii[i]! ** 2;
      const [along, sideways, force] = [
        incomingDot(neuron, v as Float64Array, at),
        incomingDot(neuron, v as Float64Array, g),
        incomingDot(neuron, g, at),
      ];
      // ĝ = g − force·û and ⟨ĝ, v⟩ = sideways − force·along
      addIncoming(neuron, out, -scale * along, g);
      addIncoming(neuron, out, -scale * (sideways - 3 * force * along), at);
      addIncoming(neuron, out, -scale * force, v as Float64Array);
    });
  };

  return rememberProgram({
    dimension: d,
    ...(program && { program }),
    ...(dtype && { dtype }),
    ...(kinks && { kinks }),
    ...(objective.layout && { layout: objective.layout }),
    ...(smooth !== undefined && { smooth }),
    value(theta) {
      place(theta);
      return objective.value(at);
    },
    gradient(theta, out) {
      place(theta);
      const value = objective.gradient(at, ambient);
      project(ambient);
      out.set(ambient);
      return value;
    },
    ...(objective.hessianVector && {
      hessianVector(theta: FloatArray, v: FloatArray, out: FloatArray) {
        place(theta);
        moved.set(v);
        project(moved);
        const product = new Float64Array(d);
        objective.hessianVector!(at, moved, product);
        project(product);
        objective.gradient(at, ambient);
        addCurvature(ambient, Float64Array.from(v), product);
        out.set(product);
      },
    }),
    ...(objective.hessian && {
      hessian(theta: FloatArray, out: FloatArray) {
        place(theta);
        const full = new Float64Array(d * d);
        objective.hessian!(at, full);
        objective.gradient(at, ambient);
        // Dπᵀ H Dπ: the rows, then the columns as rows of the transpose
        for (let pass = 0; pass < 2; pass++) {
          for (let i = 0; i < d; i++) project(full.subarray(i * d, (i + 1) * d));
          transposeInPlace(full, d);
        }
        const unit = new Float64Array(d);
        for (const { weights, fanIn, bias } of neurons) {
          for (const j of [...range(weights, fanIn), bias]) {
            unit[j] = 1;
            addCurvature(ambient, unit, full.subarray(j * d, (j + 1) * d));
            unit[j] = 0;
          }
        }
        out.set(full);
      },
    }),
  });
}

function range(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}

/** v += factor·u on one neuron's incoming weights and bias. */
function addIncoming(
  { weights, fanIn, bias }: HiddenNeuron,
  v: Float64Array,
  factor: number,
  u: Float64Array,
): void {
  for (let j = weights; j < weights + fanIn; j++) v[j] = v[j]! + factor * u[j]!;
  v[bias] = v[bias]! + factor * u[bias]!;
}

function scaleIncoming(
  { weights, fanIn, bias }: HiddenNeuron,
  v: Float64Array,
  factor: number,
): void {
  for (let j = weights; j < weights + fanIn; j++) v[j] = v[j]! * factor;
  v[bias] = v[bias]! * factor;
}

function transposeInPlace(a: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const swapped = a[i * d + j]!;
      a[i * d + j] = a[j * d + i]!;
      a[j * d + i] = swapped;
    }
  }
}

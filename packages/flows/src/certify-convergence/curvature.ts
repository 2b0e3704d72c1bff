import { norm2 } from '@nonsmooth/core';
import type { PopulationRisk } from '@nonsmooth/nets';
import { symmetricEigen, tensor } from '@nonsmooth/tensor';
import type { CurvatureCertificate, Unsealed } from './certificate.js';

/**
 * A candidate for the certificate about the flow from θ: from the least eigenvalue of the Hessian beside the tangents of
 * the rescaling of neurons, of which a share is left for the Hessian's change on the ball. Nothing is bounded here.
 */
export function proposeCurvature(
  risk: PopulationRisk,
  theta: ArrayLike<number>,
  share: number,
): Unsealed<CurvatureCertificate> | string {
  const d = risk.dimension;
  const [, n, outputs] = risk.network.widths as [number, number, number];
  const at = Float64Array.from(theta);
  const gradient = new Float64Array(d);
  const loss = risk.gradient(at, gradient);
  const H = new Float64Array(d * d);
  risk.hessian(at, H);
  const stiffness = H.reduce((most, h, i) => (i % (d + 1) === 0 ? Math.max(most, h) : most), 0);
  const [low, high] = risk.interval;
  const affine: number[] = [];
  for (let i = 0; i < n; i++) {
    const [w, b] = [at[i]!, at[n + i]!];
    const incoming = [i, n + i];
    const outgoing = Array.from({ length: outputs }, (_, j) => (2 + j) * n + i);
    const [left, right] = [w * low + b, w * high + b];
    if (left < 0 && right < 0) {
      for (const k of [...incoming, ...outgoing]) H[k * d + k] = H[k * d + k]! + stiffness;
      continue;
    }
    const scaling = new Float64Array(d);
    for (const k of incoming) scaling[k] = at[k]!;
    for (const k of outgoing) scaling[k] = -at[k]!;
    stiffen(H, scaling, stiffness);
    if (left > 0 && right > 0) {
      const shift = new Float64Array(d);
      shift[n + i] = -1;
      outgoing.forEach((k, j) => (shift[(2 + outputs) * n + j] = at[k]!));
      stiffen(H, shift, stiffness);
      affine.push(i);
    }
  }
  for (const i of outputs === 1 ? affine.slice(1) : []) {
    const turn = new Float64Array(d);
    turn[affine[0]!] = at[2 * n + i]!;
    turn[i] = -at[2 * n + affine[0]!]!;
    stiffen(H, turn, stiffness);
  }
  if (!H.every(Number.isFinite)) return 'the Hessian is not finite';
  const even = H.map((h, i) => (h + H[(i % d) * d + Math.floor(i / d)]!) / 2);
  const least = symmetricEigen(tensor(even, { shape: [d, d] })).values.data[0]!;
  if (!(least > 0)) return `λ = ${least.toPrecision(3)} beside the symmetries: no isolated minimum`;
  const a = least * share;
  const rounding = 1e-13 * (stiffness * norm2(at) + norm2(gradient));
  const b = norm2(gradient) * (1 + 1e-9) + rounding;
  const radius = (b / a) * 1.001;
  const noise = 1e-12 * (1 + stiffness * norm2(at) ** 2);
  return {
    kind: 'curvature',
    claim: 'converges',
    from: Array.from(at),
    radius,
    constants: { a, b },
    margin: 1 - b / (a * radius),
    level: [loss - (b * b) / (2 * a) - noise, loss + noise],
  };
}

function stiffen(H: Float64Array, tangent: Float64Array, stiffness: number): void {
  const d = tangent.length;
  const weight = stiffness / (norm2(tangent) ** 2 || 1);
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      H[i * d + k] = H[i * d + k]! + weight * tangent[i]! * tangent[k]!;
    }
  }
}

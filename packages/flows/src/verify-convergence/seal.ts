import type { Objective } from '@nonsmooth/core';
import { isEmpiricalRisk, isPopulationRisk } from '@nonsmooth/nets';
import type { ConvergenceCertificate, Unsealed } from '../certify-convergence/certificate.js';

/** A checksum of everything that a certificate says and of the risk that it is about: 64 bits, as 16 hexadecimal digits. */
export function sealOf(
  objective: Objective,
  certificate: Unsealed<ConvergenceCertificate>,
): string {
  const { seal: _, ...said } = certificate as ConvergenceCertificate;
  const text = inOrder({ said, about: about(objective) });
  return [0x811c9dc5, 0x9e3779b9].map((start) => fnv1a(text, start)).join('');
}

/** The certificate with its seal. */
export function sealed(
  objective: Objective,
  certificate: Unsealed<ConvergenceCertificate>,
): ConvergenceCertificate {
  return { ...certificate, seal: sealOf(objective, certificate) };
}

function about(objective: Objective): unknown {
  if (isPopulationRisk(objective)) {
    const { network, segments } = objective;
    return [network.widths, network.activation, segments];
  }
  if (!isEmpiricalRisk(objective)) return objective.dimension;
  const { network, data } = objective;
  const { inputs, targets, loss } = data as unknown as {
    inputs: { data: ArrayLike<number> };
    targets: { data: ArrayLike<number> };
    loss: unknown;
  };
  return [
    network.widths,
    network.activation,
    loss,
    Array.from(inputs.data),
    Array.from(targets.data),
  ];
}

/** JSON with the names of every object in alphabetical order. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}

/** Fowler, Noll and Vo's hash of the code units, as 8 hexadecimal digits. */
function fnv1a(text: string, start: number): string {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

import { readFileSync } from 'node:fs';
import {
  referenceKernels,
  defaultKernels,
  type LossName,
  type ActivationName,
} from '@nonsmooth/kernels';
import type { Objective } from '@nonsmooth/autodiff';
import {
  empiricalRisk,
  network,
  tracedEmpiricalRisk,
  type EmpiricalRiskData,
  type Network,
} from '@nonsmooth/nets';
import { describe, expect, test } from 'vitest';

interface Case {
  readonly name: string;
  readonly widths: number[];
  readonly activation: ActivationName;
  readonly loss: LossName;
  readonly batchNormalization: boolean;
  readonly inputs: number[][];
  readonly targets: number[] | number[][];
  readonly theta: number[];
  readonly value: number;
  readonly gradient: number[];
  readonly exactInteger: boolean;
}

const { cases } = JSON.parse(
  readFileSync(new URL('data/network-gradients.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const routes: Record<string, (net: Network, data: EmpiricalRiskData) => Objective> = {
  'the reference kernels': (net, data) => empiricalRisk(net, data, { kernels: referenceKernels }),
  'the default kernels': (net, data) => empiricalRisk(net, data, { kernels: defaultKernels }),
  'a traced program': (net, data) => tracedEmpiricalRisk(net, data),
};

describe.each(Object.entries(routes))('loss and gradient by %s', (_route, risk) => {
  test.each(cases)('agree with PyTorch: $name', (reference) => {
    const { activation, batchNormalization, inputs, targets, loss } = reference;
    const net = network(reference.widths, { activation, batchNormalization });
    const objective = risk(net, { inputs, targets, loss });
    const theta = Float64Array.from(reference.theta);
    const gradient = new Float64Array(net.dimension);
    const value = objective.gradient(theta, gradient);
    expect(objective.value(theta)).toBe(value);
    if (reference.exactInteger) {
      // integers over the number of samples: the integers agree exactly, the quotients to their rounding
      const samples = reference.inputs.length;
      const agrees = (actual: number, expected: number): void => {
        expect(Math.round(actual * samples) + 0).toBe(Math.round(expected * samples) + 0);
        expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
      };
      agrees(value, reference.value);
      reference.gradient.forEach((g, i) => agrees(gradient[i]!, g));
    } else {
      const scale = Math.max(...reference.gradient.map(Math.abs));
      expect(Math.abs(value - reference.value)).toBeLessThanOrEqual(
        1e-12 * Math.abs(reference.value),
      );
      const error = Math.max(...reference.gradient.map((g, i) => Math.abs(g - gradient[i]!)));
      expect(error).toBeLessThanOrEqual(1e-12 * scale);
    }
  });
});

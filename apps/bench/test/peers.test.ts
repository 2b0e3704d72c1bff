import { peakLoop, referenceKernels } from '@nonsmooth/kernels';
import { expect, test } from 'vitest';
import { plainLoops } from '../src/peers/plain-loops.js';
import { fiveNets, problemOf, relativeError } from '../src/scenarios/five-nets.js';

test.each(['relu', 'tanh'] as const)(
  'plain loops agree with the reference kernels: %s',
  async (activation) => {
    for (const net of ['tiny', 'deep-small'] as const) {
      const { data, theta } = problemOf(net, activation, 7);
      const { widths, samples } = fiveNets[net];
      const inputs = data.inputs.data;
      const targets = data.targets.data;
      const problem = { widths, dtype: 'f64', inputs, targets } as const;
      const task = await plainLoops.lossAndGradient({ ...problem, activation, samples, theta }, '');
      task.run();
      task.run();
      const reference = referenceKernels.denseNetwork({
        ...problem,
        activation: { name: activation },
        loss: 'squared',
        batchNormalization: false,
      });
      const expected = new Float64Array(theta.length);
      const loss = reference.gradient(theta, expected);
      expect(task.result().loss).toBeCloseTo(loss, 12);
      expect(relativeError(task.result().gradient, expected)).toBeLessThan(1e-13);
    }
  },
);

test.each(['f64', 'f32'] as const)(
  'the register-only loop reaches its fixed point exactly: %s',
  (dtype) => {
    const loop = peakLoop(dtype);
    // 1/2 in each of twelve chains
    expect(loop.run(100)).toBe(6);
    expect(loop.operations(100)).toBe(dtype === 'f64' ? 4800 : 9600);
  },
);

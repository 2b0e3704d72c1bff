// What is compared, computed by the packages: plain data, with everything that another program needs to compute it, too.
import * as ad from '@nonsmooth/autodiff';
import { adagrad, adam, adamW, descend, gradientFlow, rmsprop, sgd } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import {
  bdf,
  dormandPrince853,
  exprb53,
  radauIIA5,
  rodas43,
  solve,
  verner76,
} from '@nonsmooth/ode';
import { key, uniform } from '@nonsmooth/tensor';

export function cases() {
  return {
    functions: functions(),
    gradients: gradients(),
    problems: problems(),
    flows: flows(),
    descents: descents(),
  };
}

const wide = { low: -20, high: 20 };
/** Functions, and where they are compared. */
const compared = {
  exp: [ad.exp, wide],
  expm1: [ad.expm1, wide],
  log: [ad.log, { low: 1e-3, high: 30 }],
  log1p: [ad.log1p, { low: -0.99, high: 30 }],
  sin: [ad.sin, wide],
  cos: [ad.cos, wide],
  tan: [ad.tan, { low: -1.5, high: 1.5 }],
  asin: [ad.asin, { low: -1, high: 1 }],
  acos: [ad.acos, { low: -1, high: 1 }],
  atan: [ad.atan, wide],
  sinh: [ad.sinh, wide],
  cosh: [ad.cosh, wide],
  tanh: [ad.tanh, wide],
  asinh: [ad.asinh, wide],
  acosh: [ad.acosh, { low: 1.001, high: 30 }],
  atanh: [ad.atanh, { low: -0.999, high: 0.999 }],
  erf: [ad.erf, { low: -6, high: 6 }],
  erfc: [ad.erfc, { low: -6, high: 20 }],
  logistic: [ad.logistic, { low: -40, high: 40 }],
  softplus: [ad.softplus, { low: -40, high: 40 }],
  logCosh: [ad.logCosh, wide],
  gelu: [ad.gelu, { low: -8, high: 8 }],
  swish: [ad.swish, wide],
  mish: [ad.mish, wide],
  elu: [ad.elu, wide],
  softsign: [ad.softsign, wide],
};

/** Values and derivatives of functions of one number. */
function functions() {
  return Object.entries(compared).map(([name, [of, domain]], i) => {
    const x = uniform(key(100 + i), [400], domain).data;
    const f = (v) => of(v);
    const { value, tangent } = ad.jvp(f)(x, new Float64Array(x.length).fill(1));
    return { name, x: [...x], value: [...value.data], slope: [...tangent.data] };
  });
}

/** Risks of networks and their gradients. */
function gradients() {
  const activations = ['tanh', 'logistic', 'softplus', 'relu', 'leakyRelu', 'elu', 'softsign'];
  return activations.flatMap((activation, i) =>
    [
      [2, 8, 1],
      [3, 6, 5, 2],
    ].map((widths) => {
      const net = network(widths, { activation });
      const inputs = rows(uniform(key(i), [30, widths[0]], { low: -1, high: 1 }));
      const targets = rows(uniform(key(50 + i), [30, widths.at(-1)], { low: -1, high: 1 }));
      const theta = initialize(net, xavierUniform, key(9 + i), { biases: xavierUniform });
      const gradient = new Float64Array(net.dimension);
      const value = empiricalRisk(net, { inputs, targets }).gradient(theta, gradient);
      return {
        widths,
        activation,
        inputs,
        targets,
        theta: [...theta],
        value,
        gradient: [...gradient],
      };
    }),
  );
}

/** Where solutions of initial value problems end. */
function problems() {
  const lorenz = ([x, y, z]) => [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
  const kepler = ([x, y, u, v]) => [u, v, -x / Math.hypot(x, y) ** 3, -y / Math.hypot(x, y) ** 3];
  const vanDerPol = ([x, y]) => [y, 50 * (1 - x * x) * y - x];
  const robertson = ([x, y, z]) => [
    -0.04 * x + 1e4 * y * z,
    0.04 * x - 1e4 * y * z - 3e7 * y * y,
    3e7 * y * y,
  ];
  const list = [
    { name: 'lorenz', f: lorenz, y0: [1, 1, 1], t1: 5, methods: { dormandPrince853, verner76 } },
    {
      name: 'kepler',
      f: kepler,
      y0: [0.4, 0, 0, 2],
      t1: 20,
      methods: { dormandPrince853, verner76 },
    },
    { name: 'vanDerPol', f: vanDerPol, y0: [2, 0], t1: 60, methods: { radauIIA5, rodas43, bdf } },
    {
      name: 'robertson',
      f: robertson,
      y0: [1, 0, 0],
      t1: 100,
      methods: { radauIIA5, rodas43, exprb53 },
    },
  ];
  return list.flatMap(({ name, f, y0, t1, methods }) =>
    Object.entries(methods).map(([method, value]) => {
      const rhs = (_t, y, out) => void out.set(f(y));
      const options = { method: value, rtol: 1e-9, atol: 1e-12, maxSteps: 1_000_000 };
      const { end } = solve({ rhs, y0, t0: 0, t1, autonomous: true }, options);
      return { name, method, y0, t1, end: [...end.y] };
    }),
  );
}

/** Where gradient flows of smooth networks end. */
function flows() {
  return [1, 2, 3].map((seed) => {
    const net = network([1, 4, 1], { activation: 'tanh' });
    const inputs = rows(uniform(key(seed), [12, 1], { low: -1, high: 1 }));
    const targets = inputs.map(([x]) => [Math.sin(3 * x)]);
    const theta = initialize(net, xavierUniform, key(seed + 20));
    const risk = empiricalRisk(net, { inputs, targets });
    const flow = gradientFlow(risk, theta, { until: 5, rtol: 1e-10, atol: 1e-12 });
    return { widths: [1, 4, 1], inputs, targets, theta: [...theta], t1: 5, end: [...flow.theta] };
  });
}

/** Parameters after steps of update rules on Rosenbrock's function. */
function descents() {
  const start = [-1.2, 1, 0.5, -0.3];
  const valley = (x) => {
    const [head, tail] = [ad.slice(x, [0], [3]), ad.slice(x, [1], [4])];
    const bend = ad.sum(ad.square(ad.sub(tail, ad.square(head))));
    return ad.add(ad.mul(10, bend), ad.sum(ad.square(ad.sub(1, head))));
  };
  const rules = [
    sgd({ learningRate: 1e-3 }),
    sgd({ learningRate: 1e-3, momentum: 0.9 }),
    sgd({ learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    adam({ learningRate: 0.01 }),
    adam({ learningRate: 0.01, amsgrad: true, weightDecay: 0.1 }),
    adamW({ learningRate: 0.01, weightDecay: 0.1 }),
    rmsprop({ learningRate: 0.01 }),
    rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
    adagrad({ learningRate: 0.1, learningRateDecay: 0.01 }),
  ];
  const risk = ad.objective(valley, 4);
  return rules.map((rule) => {
    const { theta } = descend(risk, start, rule, { steps: 200 });
    return { rule, start, steps: 200, end: [...theta] };
  });
}

function rows({ shape: [count, width], data }) {
  return Array.from({ length: count }, (_, i) =>
    Array.from(data.subarray(i * width, (i + 1) * width)),
  );
}

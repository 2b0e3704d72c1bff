import { readFileSync } from 'node:fs';
import {
  add,
  leakyRelu,
  logSumExp,
  matmul,
  mean,
  mul,
  objective,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  trace,
  transpose,
  type Value,
} from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  certify,
  CertificateError,
  verify,
  type Certificate,
  type CertifiedGradient,
} from '@nonsmooth/subgradient';
import {
  absoluteDyadic,
  addDyadics,
  doubleOfDyadic,
  dyadicOf,
  integersOfDyadics,
  multiplyDyadics,
  signOfDyadic,
} from '../src/exact/dyadic.js';
import {
  absolute,
  add as addRationals,
  fromNumber,
  multiply,
  rational,
  sign,
} from '../src/exact/rational.js';
import { forgeries, type Json } from './forgeries.js';
import { decimalCase } from './support/decimal-case.js';
import { integerCase, layoutOf, type Problem } from './support/relu-network.js';

const source = new URL('../src/', import.meta.url);

/** The files that a file needs when it runs, itself among them; packages by their names. */
function needs(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  if (!file.endsWith('.ts')) return found;
  const text = readFileSync(new URL(file, source), 'utf8');
  for (const [, names, from] of text.matchAll(
    /^(?:import|export)\s+([^;]*?)\s*from '([^']+)';/gms,
  )) {
    const isType = /^type\b/.test(names!) || /^\{(\s*type [^,}]+,?\s*)+\}$/.test(names!);
    if (isType) continue;
    const url = new URL(from!.replace(/\.js$/, '.ts'), new URL(file, source));
    needs(from!.startsWith('.') ? url.pathname.slice(source.pathname.length) : from!, found);
  }
  return found;
}

test('the check of layers needs nothing of the prover: plain data and exact arithmetic only', () => {
  const own = [...needs('verify-layers/verify-layers.ts')];
  expect(own.filter((file) => !file.startsWith('verify-layers/')).sort()).toEqual([
    'exact/dyadic.ts',
    'exact/rank.ts',
    'exact/rational.ts',
    'membership/implications.ts',
    'membership/proofs.ts',
  ]);
  const prover = needs('dense/certify-dense.ts');
  expect(own.filter((file) => prover.has(file)).sort()).toEqual(['exact/rational.ts']);
  expect([...needs('certify/certify.ts')].some((file) => file.startsWith('verify-layers/'))).toBe(
    false,
  );
});

test('numbers n·2^e: sums, products, signs and integers are those of rational arithmetic', () => {
  const double = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -9, max: 9 }),
    fc.constantFrom(5e-324, -2.2e-308, 1.7e308, 0, -0),
  );
  fc.assert(
    fc.property(double, double, double, (a, b, c) => {
      const [x, y, z] = [a, b, c].map(dyadicOf) as [
        ReturnType<typeof dyadicOf>,
        ReturnType<typeof dyadicOf>,
        ReturnType<typeof dyadicOf>,
      ];
      const value = ({ n, e }: typeof x) =>
        e >= 0 ? rational(n << BigInt(e)) : rational(n, 1n << BigInt(-e));
      const result = addDyadics(multiplyDyadics(x, y), z);
      const expected = addRationals(multiply(fromNumber(a), fromNumber(b)), fromNumber(c));
      expect(value(result)).toEqual(expected);
      expect(signOfDyadic(result)).toBe(sign(expected));
      expect(value(absoluteDyadic(result))).toEqual(absolute(expected));
      expect(doubleOfDyadic(x)).toBe(a + 0);
      const [p, q] = integersOfDyadics([x, y]) as [bigint, bigint];
      expect(multiply(rational(p), value(y))).toEqual(multiply(rational(q), value(x)));
    }),
    { numRuns: 500 },
  );
});

interface Kind {
  readonly slope: number;
  /** Class indices for cross entropy in the place of squared errors. */
  readonly classes?: readonly number[];
}

/** The risk with another activation or loss. */
function riskOfKind(problem: Problem, { slope, classes }: Kind) {
  const { slices, dimension } = layoutOf(problem.widths);
  const program = trace(
    (theta) => {
      const parameter = (i: number): Value => {
        const { offset, shape } = slices[i]!;
        return reshape(slice(theta, [offset], [offset + shape.reduce((a, b) => a * b, 1)]), shape);
      };
      let a: Value | readonly (readonly number[])[] = problem.inputs;
      for (let k = 0; k < slices.length / 2; k++) {
        const z = add(matmul(a, transpose(parameter(2 * k))), parameter(2 * k + 1));
        const isLast = 2 * k + 2 === slices.length;
        a = isLast ? z : slope === 0 ? relu(z) : leakyRelu(z, slope);
      }
      const outputs = a as Value;
      if (classes === undefined) return mean(sum(square(sub(outputs, problem.targets)), [1]));
      const chosen = classes.map((c) => problem.targets[0]!.map((_, i) => (i === c ? 1 : 0)));
      return mean(sub(logSumExp(outputs, [1]), sum(mul(outputs, chosen), [1])));
    },
    [[dimension]],
  );
  return { ...objective(program, dimension), program };
}

const kinkedCase = fc
  .tuple(
    fc.oneof(integerCase, decimalCase),
    fc.constantFrom(1, 2, 3),
    fc.boolean(),
    fc.constantFrom(0, 0, 0.25, 0.1, 1),
  )
  .chain(([{ problem, theta }, outputs, isClassifier, slope]) => {
    const widths = [...problem.widths.slice(0, -1), outputs];
    const { dimension } = layoutOf(widths);
    const small = fc.constantFrom(0, 1, -1, 2, 0.1, -0.1, 0.3);
    const samples = problem.inputs.length;
    const rows = <T>(length: number, entry: fc.Arbitrary<T>) =>
      fc.array(entry, { minLength: length, maxLength: length });
    return fc
      .record({
        // equal samples are one kink
        inputs: fc
          .boolean()
          .map((same) => (same ? problem.inputs.map(() => problem.inputs[0]!) : problem.inputs)),
        targets: rows(samples, rows(outputs, small)),
        classes: rows(samples, fc.nat(outputs - 1)),
        more: rows(dimension, small),
        relu: fc.constantFrom(0, 1, 0.5, 0.25),
      })
      .map(({ inputs, targets, classes, more, relu: atKink }) => ({
        problem: { widths, inputs, targets },
        theta: more.map((x, t) => theta[t] ?? x),
        kind: isClassifier && outputs > 1 ? { slope, classes } : { slope },
        kinks: { relu: atKink, abs: 0, tie: 0.5 },
      }));
  });

test('whatever layers prove passes the check, for all losses, slopes, outputs and equal samples', () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(kinkedCase, ({ problem, theta, kind, kinks }) => {
      const risk = riskOfKind(problem, kind);
      const { certificate } = certify(risk, theta, { kinks });
      const decided = certificate.decisions.clarke.proof?.kind ?? 'nothing';
      const name = `${certificate.model} ${decided} ${kind.classes === undefined ? 'squares' : 'classes'}`;
      kinds.set(name, (kinds.get(name) ?? 0) + 1);
      expect(verify(JSON.parse(JSON.stringify(certificate)) as Certificate, risk)).toBe(true);
    }),
    { numRuns: 250 },
  );
  expect(kinds.get('layers layers squares')).toBeGreaterThan(10);
  expect(kinds.get('layers layers classes')).toBeGreaterThan(2);
});

const zeroNeuron: Problem = {
  widths: [1, 2, 1],
  inputs: Array.from({ length: 26 }, (_, s) => [s - 12]),
  targets: Array.from({ length: 26 }, (_, s) => [(s % 5) - 1]),
};

type Risk = ReturnType<typeof riskOfKind>;

/** Networks with kinks in one and in several layers, equal samples, both losses, and a neuron of zeros. */
const cases: { name: string; risk: Risk; found: CertifiedGradient }[] = [
  {
    name: 'one kink',
    problem: { widths: [1, 1, 1], inputs: [[1], [2]], targets: [[1], [3]] },
    theta: [1, -1, 1, 0],
  },
  {
    name: 'equal samples',
    problem: { widths: [1, 1, 1], inputs: [[1], [1], [2]], targets: [[1], [3], [0]] },
    theta: [1, -1, 1, 0],
  },
  {
    name: 'two layers',
    problem: {
      widths: [2, 2, 2, 1],
      inputs: [
        [1, 1],
        [1, -1],
        [0, 2],
      ],
      targets: [[2], [1], [-1]],
    },
    theta: [1, -1, 1, 1, 0, 0, 1, 1, 1, 1, 0, -2, 1, 1, 0],
  },
  {
    name: 'classes',
    problem: {
      widths: [1, 2, 2],
      inputs: [[1], [-2]],
      targets: [
        [0, 0],
        [0, 0],
      ],
    },
    theta: [1, 1, -1, 2, 1, 2, -1, 0, 0.5, 0],
    kind: { slope: 0.25, classes: [0, 1] },
  },
  { name: 'a neuron of zeros', problem: zeroNeuron, theta: [1, 0, 0.5, 0, 1, 2, 0.25] },
].flatMap(({ name, problem, theta, kind }) =>
  [0, 0.5, 1].map((atKink) => {
    const risk = riskOfKind(problem, kind ?? { slope: 0 });
    const found = certify(risk, theta, { kinks: { relu: atKink, abs: 0, tie: 0.5 } });
    return { name, risk, found };
  }),
);

const sets = ['frechet', 'limiting', 'bouligand', 'clarke'] as const;

const truths = new Map<string, Pick<CertifiedGradient, 'gradient' | 'memberships'>>();

/** The gradient with this choice, judged by the abs-normal form of the program. */
function truthAt(
  risk: Risk,
  point: readonly number[],
  sigma: number,
): Pick<CertifiedGradient, 'gradient' | 'memberships'> {
  const key = JSON.stringify([cases.findIndex((one) => one.risk === risk), point, sigma]);
  let truth = truths.get(key);
  if (truth === undefined) {
    const kinks = { relu: (1 + sigma) / 2, abs: 0, tie: 0.5 };
    const { gradient } = certify(risk, point, { kinks });
    const tolerance = 1e-9 * gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    truth = certify(risk, point, { gradient, tolerance, kinks });
    truths.set(key, truth);
  }
  return truth;
}

/** Whether the abs-normal form contradicts nothing of what the certificate says. */
function isTrue(
  { point, gradient, choice, tolerance, decisions }: Certificate,
  risk: Risk,
): boolean {
  const truth = truthAt(risk, point, choice?.[0] ?? -1);
  const scale = truth.gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  const allowed = Math.max(tolerance, 1e-6 * scale);
  return (
    truth.gradient.every((g, t) => Math.abs(g - gradient[t]!) <= allowed) &&
    sets.every((set) => {
      const { answer } = decisions[set];
      const own = truth.memberships[set];
      return answer === 'undecided' || own === 'undecided' || own === answer;
    })
  );
}

test('the cases are proved by layers', () => {
  for (const { name, found } of cases) {
    expect(found.certificate.model, name).toBe('layers');
  }
});

test('more than 1000 certificates by layers with one field changed: refused, or what they claim is true', () => {
  let refused = 0;
  let accepted = 0;
  for (const { name, risk, found } of cases) {
    const certificate = JSON.parse(JSON.stringify(found.certificate)) as Certificate;
    expect(verify(certificate, risk), name).toBe(true);
    for (const forgery of forgeries(certificate as unknown as Json)) {
      const forged = forgery as unknown as Certificate;
      try {
        verify(forged, risk);
      } catch (error) {
        refused++;
        expect((error as Error).name, String(error)).toMatch(
          /^(CertificateError|ShapeError|NonFiniteError|ArgumentError)$/,
        );
        continue;
      }
      accepted++;
      expect(isTrue(forged, risk), `${name}: ${JSON.stringify(forged)}`).toBe(true);
    }
  }
  expect(refused).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(5 * accepted);
});

test('a tolerance that is no number ≥ 0 is refused, in networks and in other programs', () => {
  const { risk, found } = cases[0]!;
  const square = trace((x) => sum(mul(x, x)), [[1]]);
  const other = certify(square, [3]).certificate;
  for (const tolerance of [null, '1', [], -1, NaN, undefined, new Date(0)]) {
    const forged = (certificate: Certificate) => ({ ...certificate, tolerance }) as Certificate;
    expect(() => verify(forged(found.certificate), risk)).toThrow(CertificateError);
    expect(() => verify(forged(other), square)).toThrow(CertificateError);
  }
});

test('more than 1000 claims made stronger or moved elsewhere are refused', () => {
  let refused = 0;
  const refuse = (forged: Certificate, risk: Risk): void => {
    let isAccepted = true;
    try {
      verify(forged, risk);
    } catch (error) {
      expect(error).toBeInstanceOf(CertificateError);
      isAccepted = false;
      refused++;
    }
    if (isAccepted) expect(isTrue(forged, risk), JSON.stringify(forged)).toBe(true);
  };
  const weights = [-1, 0, 1, null];
  for (const { risk, found } of cases) {
    const { certificate } = found;
    const { decisions } = certificate;
    const proof = sets.map((set) => decisions[set].proof).find((one) => one?.kind === 'layers');
    for (const set of sets) {
      for (const answer of ['in', 'out'] as const) {
        const proofs = [
          { kind: 'differentiable' },
          { kind: 'biasShift' },
          ...sets.map((other) => ({ kind: 'impliedBy', set: other })),
          { kind: 'layers', classes: [] },
          ...(proof?.kind === 'layers'
            ? proof.classes.flatMap((own, at) => [
                ...weights.map((weight) => ({
                  kind: 'layers',
                  classes: proof.classes.with(at, { ...own, weight }),
                })),
                { kind: 'layers', classes: proof.classes.toSpliced(at, 1) },
                { kind: 'layers', classes: [...proof.classes, own] },
                {
                  kind: 'layers',
                  classes: proof.classes.with(at, { ...own, kinks: own.kinks.map((i) => i + 1) }),
                },
                {
                  kind: 'layers',
                  classes: own.kinks.map((i) => ({ kinks: [i], weight: own.weight })),
                },
                {
                  kind: 'layers',
                  classes: [
                    { kinks: proof.classes.flatMap(({ kinks }) => kinks), weight: own.weight },
                  ],
                },
              ])
            : []),
        ] as unknown as NonNullable<(typeof decisions)[typeof set]['proof']>[];
        for (const one of proofs) {
          refuse(
            { ...certificate, decisions: { ...decisions, [set]: { answer, proof: one } } },
            risk,
          );
        }
      }
    }
    for (const t of certificate.gradient.keys()) {
      for (const step of [-0.5, 1]) {
        refuse(
          {
            ...certificate,
            gradient: certificate.gradient.with(t, certificate.gradient[t]! + step),
          },
          risk,
        );
        refuse(
          { ...certificate, point: certificate.point.with(t, certificate.point[t]! + step) },
          risk,
        );
      }
    }
    for (const other of cases) {
      if (other.risk !== risk)
        refuse({ ...certificate, choice: other.found.certificate.choice }, risk);
    }
  }
  expect(refused).toBeGreaterThan(1000);
});

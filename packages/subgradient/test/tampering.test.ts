import { abs, add, exp, mul, relu, slice, sub, sum, trace, type Tracer } from '@nonsmooth/autodiff';
import { expect, test } from 'vitest';
import {
  certify,
  CertificateError,
  conformancePrograms,
  programOfExpression,
  verify,
  type Certificate,
} from '@nonsmooth/subgradient';
import { forgeries, type Json } from './forgeries.js';

const sets = ['frechet', 'limiting', 'bouligand', 'clarke'] as const;
const at = (x: Tracer, i: number) => sum(slice(x, [i], [i + 1]));

const irrational = trace(
  (x) => sub(abs(mul(at(x, 0), exp(at(x, 1)))), relu(sub(at(x, 2), 1))),
  [[3]],
);

/** |u| − |v| + |u + v| with u = x·exp(z), v = y·exp(z). */
const stretched = trace(
  (x) => {
    const [u, v] = [0, 1].map((i) => mul(at(x, i), exp(at(x, 2)))) as [Tracer, Tracer];
    return add(sub(abs(u), abs(v)), abs(add(u, v)));
  },
  [[3]],
);

/** Certificates of the suite's programs for their own answers and its vectors, two of each combination of proofs. */
const seen = new Map<string, number>();
const cases = [
  ...conformancePrograms.flatMap(({ expression, point, checks }) => {
    const program = programOfExpression(expression, point.length);
    return [undefined, ...checks.map(({ vector }) => vector)].map((gradient) => ({
      program,
      certificate: certify(program, point, gradient && { gradient }).certificate,
    }));
  }),
  { program: irrational, certificate: certify(irrational, [0, 1, 1]).certificate },
  { program: stretched, certificate: certify(stretched, [0, 0, 1]).certificate },
]
  .filter(({ certificate }) => {
    const proofs = sets.map((set) => certificate.decisions[set].proof?.kind);
    const kinds = [certificate.model, ...proofs].join();
    seen.set(kinds, (seen.get(kinds) ?? 0) + 1);
    return seen.get(kinds)! <= 2;
  })
  .map(({ program, certificate }) => ({
    program,
    certificate: JSON.parse(JSON.stringify(certificate)) as Certificate,
  }));

test('the cases have proofs of every kind', () => {
  const kinds = new Set(
    cases.flatMap(({ certificate }) => sets.map((set) => certificate.decisions[set].proof?.kind)),
  );
  for (const kind of [
    'differentiable',
    'cell',
    'combination',
    'independentRows',
    'independentCombination',
    'independentSeparation',
    'margins',
    'everyCell',
    'face',
    'impliedBy',
    'outsideRowSpace',
    'descent',
    'separation',
    'noCell',
    'noFace',
  ] as const) {
    expect(kinds, kind).toContain(kind);
  }
});

test('the cases have data of every model', () => {
  const models = new Set(cases.map(({ certificate }) => certificate.model));
  expect([...models].sort()).toEqual(['exact', 'robust', 'structural']);
});

test('answers turned around are rejected, whichever proof is put under them', () => {
  for (const { program, certificate } of cases) {
    const proofs = cases.flatMap((other) =>
      other.program === program ? sets.map((set) => other.certificate.decisions[set].proof) : [],
    );
    for (const set of sets) {
      const { answer } = certificate.decisions[set];
      if (answer === 'undecided') continue;
      for (const proof of proofs) {
        const decision = { answer: answer === 'in' ? 'out' : 'in', proof } as const;
        const decisions = { ...certificate.decisions, [set]: decision };
        expect(() => verify({ ...certificate, decisions }, program), set).toThrow(CertificateError);
      }
    }
  }
});

test('each field changed: rejected, unless what is claimed is still true', () => {
  let rejected = 0;
  let accepted = 0;
  for (const { program, certificate } of cases) {
    expect(verify(certificate, program)).toBe(true);
    for (const forgery of forgeries(certificate as unknown as Json)) {
      const forged = forgery as unknown as Certificate;
      try {
        verify(forged, program);
      } catch (error) {
        rejected++;
        expect((error as Error).name, String(error)).toMatch(
          /^(CertificateError|ShapeError|NonFiniteError|ArgumentError)$/,
        );
        continue;
      }
      accepted++;
      // another witness can be as good, and a statement can be dropped or be weaker; a false one cannot pass
      const truth = certify(program, forged.point, {
        gradient: forged.choice === undefined ? forged.gradient : certificate.gradient,
      }).memberships;
      for (const set of sets) {
        const { answer } = forged.decisions[set];
        if (answer !== 'undecided' && truth[set] !== 'undecided') {
          expect(truth[set]).toBe(answer);
        }
      }
    }
  }
  expect(rejected).toBeGreaterThan(5 * accepted);
});

import { exitStatus, requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import type { Program } from '@nonsmooth/autodiff';
import { ArgumentError, type Objective } from '@nonsmooth/core';
import {
  certify as certified,
  claimOf,
  verify,
  type CertifiedGradient,
} from '@nonsmooth/subgradient';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { existingArchive } from '../archive.js';
import { programFrom } from '../data/program.js';
import { membersOf } from '../members.js';
import { problemOf } from '../problem.js';
import { riskVerdict, type RiskVerdict } from '../risk-verdict.js';
import { numbersIn } from './numbers.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

interface CertifyOptions {
  readonly at?: string;
  readonly gradient?: string;
  readonly member?: string;
  readonly out?: string;
}

/** `nonsmooth certify FORMULA --at POINT`, `nonsmooth certify FOLDER --member N`. */
export const certify: LabCommand = {
  what: 'says which generalized gradients a vector is one of, with a certificate',
  prepare(words) {
    const given = optionsOf<CertifyOptions>('certify', certify.what, words, (command) =>
      command
        .argument('<formula>', "a formula such as 'relu(x) - relu(-x)', or a folder of results")
        .option('--at <point>', 'of a formula: its variables, such as 0,1')
        .option('--gradient <vector>', 'to be judged (default: the answer of backward mode)')
        .option('--member <number>', 'of a folder: whose risk is judged at its last θ (default: 0)')
        .option(
          '--out <claim.json>',
          'writes program, certificate and point, to be checked elsewhere',
        ),
    );
    if (given.text !== undefined) return printing(given.text);
    const [what] = given.arguments as [string];
    const { at, member, out } = given.options;
    const isFolder = existsSync(what) && statSync(what).isDirectory();
    const { program, point, risk } = isFolder
      ? riskOf(what, member ?? '0', at)
      : programAt(what, at, member);
    const gradient =
      given.options.gradient === undefined
        ? undefined
        : numbersIn('--gradient', given.options.gradient, point.length);
    if (out !== undefined) requireWritable('--out', dirname(out));
    if (!program && out !== undefined) {
      throw new ArgumentError(
        '--out',
        out,
        'left out for the population risk, which is no program',
      );
    }
    return () => {
      // a theorem is quicker than a certificate, which is made where it is to be written
      const settled =
        out === undefined && risk && riskVerdict(risk, Float64Array.from(point), gradient);
      if (settled || !program) {
        if (settled) console.log(told(settled));
        return exitStatus.done;
      }
      const answer = certified(program, point, gradient ? { gradient } : {});
      verify(answer.certificate, program);
      console.log(told(verdictOf(answer)));
      if (out !== undefined) {
        writeWhole(out, `${JSON.stringify(claimOf(answer.certificate, program))}\n`);
        console.log(`Written: ${out}`);
      }
      return exitStatus.done;
    };
  },
};

interface Question {
  /** Undefined for the population risk. */
  readonly program: Program | undefined;
  readonly point: ArrayLike<number>;
  /** Of a member. */
  readonly risk?: Objective;
}

function programAt(text: string, at: string | undefined, member: string | undefined): Question {
  if (member !== undefined) throw new ArgumentError('--member', member, 'only with a folder');
  if (at === undefined)
    throw new ArgumentError('--at', '', 'the values of the variables, such as 0,1');
  const point = numbersIn('--at', at);
  return { program: programFrom('<formula>', text, point.length), point };
}

function riskOf(folder: string, number: string, at: string | undefined): Question {
  if (at !== undefined) throw new ArgumentError('--at', at, 'only with a formula');
  const { archive, study } = existingArchive(folder);
  const member = membersOf(study)[Number(number)];
  const file = member && archive.read(member);
  if (!file) throw new ArgumentError('--member', number, 'the number of a member that has ended');
  const { risk } = problemOf(member);
  const program = 'program' in risk ? risk.program : undefined;
  return { program, point: Float64Array.from(file.theta), risk };
}

/** Kinks that are listed, at most. */
const mostKinks = 20;

function verdictOf({ activeKinks, reasons, ...answer }: CertifiedGradient): RiskVerdict {
  return {
    ...answer,
    kinks: activeKinks.map(({ op, entry }) => `${op} ${entry}`),
    undecided: reasons.map(({ text }) => text),
    proof: 'the certificate was verified',
  };
}

function told({
  value,
  gradient,
  verdict,
  memberships,
  kinks: active,
  undecided,
  proof,
}: RiskVerdict): string {
  const long = gradient.length > 12;
  const kinks = active.slice(0, mostKinks);
  const more = active.length - kinks.length;
  return [
    `value     ${value}`,
    `vector    ${gradient.slice(0, 12).join(', ')}${long ? `, … (${gradient.length})` : ''}`,
    `verdict   ${verdict}`,
    ...Object.entries(memberships).map(([set, answer]) => `  ${set.padEnd(10)}${answer}`),
    `kinks     ${kinks.join(', ') || 'none active'}${more > 0 ? `, ${more} more` : ''}`,
    ...undecided.map((text) => `undecided ${text}`),
    ...(proof === '' ? [] : [`proof     ${proof}`]),
  ].join('\n');
}

import { objective } from '@nonsmooth/autodiff';
import { exitStatus, requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { gradientFlow, logarithmicTimes } from '@nonsmooth/flows';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { programFrom } from '../data/program.js';
import { kinkName } from '../kink-name.js';
import { membersOf } from '../members.js';
import { readStudy } from '../read-study.js';
import { runMember } from '../run-member.js';
import { numbersIn, positiveIn } from './numbers.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

interface FlowOptions {
  readonly from?: string;
  readonly until?: string;
  readonly rtol?: string;
  readonly atol?: string;
  readonly rows?: string;
  readonly member?: string;
  readonly out?: string;
}

/** A trajectory, row by row, and what happened on its way. */
interface Course {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly ended: string;
}

/** `nonsmooth flow FORMULA --from POINT --until T`, `nonsmooth flow STUDY.yaml`. */
export const flow: LabCommand = {
  what: 'follows one gradient flow and prints its trajectory and itinerary',
  prepare(words) {
    const given = optionsOf<FlowOptions>('flow', flow.what, words, (command) =>
      command
        .argument('<formula>', "a formula such as 'abs(x) + (y - 1)^2', or a study.yaml")
        .option('--from <point>', 'of a formula: where it starts, such as 1,2')
        .option('--until <time>', 'of a formula: the horizon (default: 10)')
        .option('--rtol <number>', 'of a formula: relative tolerance (default: 1e-8)')
        .option('--atol <number>', 'of a formula: absolute tolerance (default: 1e-10)')
        .option('--rows <number>', 'that are printed, at most (default: 20)')
        .option('--member <number>', 'of a study: which of its members (default: 0)')
        .option('--out <file.json>', 'writes all rows and events'),
    );
    if (given.text !== undefined) return printing(given.text);
    const [what] = given.arguments as [string];
    const { options } = given;
    const rows = positiveIn('--rows', options.rows ?? '20');
    if (options.out !== undefined) requireWritable('--out', dirname(options.out));
    const follow = /\.ya?ml$/.test(what) ? ofStudy(what, options) : ofFormula(what, options);
    return () => {
      const course = follow();
      console.log(told(course, rows));
      if (options.out !== undefined) {
        const { names, rows: all, events, ended } = course;
        writeWhole(
          options.out,
          `${JSON.stringify({ columns: names, rows: all, events, ended })}\n`,
        );
        console.log(`Written: ${options.out}`);
      }
      return exitStatus.done;
    };
  },
};

function ofFormula(text: string, options: FlowOptions): () => Course {
  const { from, member } = options;
  if (member !== undefined) throw new ArgumentError('--member', member, 'only with a study');
  if (from === undefined) throw new ArgumentError('--from', '', 'the start, such as 1,2');
  const start = numbersIn('--from', from);
  const until = positiveIn('--until', options.until ?? '10');
  const rtol = positiveIn('--rtol', options.rtol ?? '1e-8');
  const atol = positiveIn('--atol', options.atol ?? '1e-10');
  const program = programFrom('<formula>', text, start.length);
  return () => {
    const saveAt = [0, ...logarithmicTimes(until * 1e-4, until, 20)];
    const run = gradientFlow(objective(program, start.length), start, {
      until,
      rtol,
      atol,
      saveAt,
    });
    return {
      names: ['t', 'loss', ...start.map((_, i) => `x${i}`)],
      rows: [...run.t].map((t, i) => [t, run.loss[i]!, ...run.y[i]!]),
      events: 'itinerary' in run ? run.itinerary.map((event) => ({ ...event })) : [],
      ended: run.reason,
    };
  };
}

function ofStudy(file: string, options: FlowOptions): () => Course {
  for (const name of ['from', 'until', 'rtol', 'atol'] as const) {
    const value = options[name];
    if (value !== undefined) throw new ArgumentError(`--${name}`, value, 'only with a formula');
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ArgumentError('<formula>', file, `a formula, or a study that can be read (${code})`);
  }
  const members = membersOf(readStudy(file, text));
  const number = options.member ?? '0';
  const member = members[Number(number)];
  if (!member) throw new ArgumentError('--member', number, `0 to ${members.length - 1}`);
  return () => {
    const { columns, facts } = runMember(member);
    const names = [...columns.keys()];
    const length = columns.get('t')!.length;
    return {
      names,
      rows: Array.from({ length }, (_, i) => names.map((name) => columns.get(name)![i]!)),
      events: facts.events,
      ended: `${facts.reason}; ${facts.verdict}: ${facts.evidence}`,
    };
  };
}

function told({ names, rows, events, ended }: Course, most: number): string {
  const step = Math.max(1, (rows.length - 1) / Math.max(1, most - 1));
  const count = Math.min(most, rows.length);
  const chosen = Array.from({ length: count }, (_, i) => rows[Math.round(i * step)]!);
  const shown = names.slice(0, 8);
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => cell.padStart(12)).join(' ');
  const more = names.length - shown.length;
  return [
    line(shown) + (more > 0 ? `  … ${more} more` : ''),
    ...chosen.map((row) => line(row.slice(0, 8).map((x) => x.toPrecision(6)))),
    ...events.map(
      (event) =>
        `t = ${Number(event['t']).toPrecision(8)}: ${kinkName(event)} ${String(event['kind'])}`,
    ),
    `Ended: ${ended}`,
  ].join('\n');
}

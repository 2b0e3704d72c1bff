import { largest, smallest } from '@nonsmooth/core';
import type { Curves } from '../curves.js';
import { compact } from './axes.js';
import { table } from './table.js';
import { groupsOf } from './variations.js';

/** Members whose reasons are listed, at most. */
const mostReasons = 200;

/** What became of each variation, and why of each member. */
export function verdictTables(results: readonly Curves[]): string {
  const groups = groupsOf(results);
  const rows = groups.map(({ name, members }) => {
    const count = (verdict: string): number =>
      members.filter(({ facts }) => facts.status !== 'failed' && facts.verdict === verdict).length;
    const of = (column: string, values: readonly number[]): string =>
      members.some(({ columns }) => columns.has(column)) ? range(values) : 'not recorded';
    const last = (column: string): string =>
      of(
        column,
        members.map(({ columns }) => columns.get(column)?.at(-1) ?? NaN),
      );
    return [
      name || 'all',
      count('converges'),
      count('diverges'),
      count('undecided'),
      members.filter(({ facts }) => facts.status === 'failed').length,
      last('loss'),
      last('norm'),
      of(
        'norm',
        members.map(({ facts }) => facts.largestNorm),
      ),
    ];
  });
  const head = [
    'variation',
    'converge',
    'diverge',
    'undecided',
    'failed',
    'risk at the end',
    '‖θ‖ at the end',
    'sup ‖θ‖',
  ];
  const reasons = groups.flatMap(({ name, members }) =>
    members.map(({ member, facts }) => [
      name || 'all',
      member.start,
      facts.status === 'failed' ? 'failed' : facts.verdict,
      facts.evidence,
      facts.reason,
    ]),
  );
  const told = reasons.slice(0, mostReasons);
  const rest = reasons.length - told.length;
  return `${table('verdicts', head, rows)}
<h2>Why</h2>
${table('reasons', ['variation', 'start', 'verdict', 'evidence', 'ended because'], told)}
${rest > 0 ? `<p>${rest} more in members.csv.</p>` : ''}`;
}

function range(values: readonly number[]): string {
  const known = values.filter((v) => !Number.isNaN(v));
  const broken = values.length - known.length;
  if (known.length === 0) return 'NaN';
  const [low, high] = [smallest(known), largest(known)].map(compact) as [string, string];
  return `${low === high ? low : `${low} … ${high}`}${broken > 0 ? `, ${broken} NaN` : ''}`;
}

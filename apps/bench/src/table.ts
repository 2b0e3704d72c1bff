import Table from 'cli-table3';
import type { Check } from './check.js';
import {
  formatDeviation,
  formatDuration,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRate,
} from './format.js';
import { boundOf, isMet } from './mark.js';
import { verdictOf, type Results } from './results.js';

/** Throughput by scenario, case and number of threads; a throughput of wrong work does not count. */
export function throughputTable({ scenarios, settings }: Results): string {
  const { threads } = settings;
  const columns = [
    ...threads.map((n) => `${n} thread${n === 1 ? '' : 's'}`),
    ...(threads.length > 1 ? [`efficiency, ${threads[threads.length - 1]} threads`] : []),
    'fastest call',
  ];
  const table = new Table({
    head: ['scenario', 'case', 'unit/s', ...columns, 'work'],
    colAligns: ['left', 'left', 'left', ...columns.map(() => 'right' as const)],
    style: plain,
  });
  for (const scenario of scenarios) {
    for (const one of scenario.cases) {
      const at = (n: number) => one.measurements.find((measurement) => measurement.threads === n);
      const last = at(threads[threads.length - 1]!);
      table.push([
        scenario.name,
        one.name,
        one.unit,
        ...threads.map((n) => rateCell(at(n)?.throughput)),
        ...(threads.length > 1
          ? [last?.efficiency === undefined ? '–' : formatPercent(last.efficiency)]
          : []),
        callCell(at(1)?.callSeconds),
        verdictOf(one).replace('wrong', 'WRONG'),
      ]);
    }
  }
  return table.toString();
}

/** Comparisons of results with what they should be; right ones of bits across threads are left to the report. */
export function checkTable({ scenarios }: Results): string {
  const table = new Table({
    head: ['scenario', 'case', 'quantity', 'measured', 'expected', 'deviation', ''],
    style: plain,
  });
  for (const scenario of scenarios) {
    for (const one of scenario.cases) {
      for (const check of one.checks) {
        if (check.verdict === 'right' && check.measure === 'bits') continue;
        table.push([scenario.name, one.name, ...checkCells(check)]);
      }
    }
  }
  return table.toString();
}

/** Ratios against their marks; empty if the run had none. */
export function markTable({ scenarios }: Results): string {
  const marks = scenarios.flatMap((scenario) =>
    scenario.marks.map((mark) => [
      scenario.name,
      mark.quantity,
      formatNumber(mark.ratio),
      boundOf(mark, formatNumber),
      isMet(mark) ? 'met' : 'MISSED',
    ]),
  );
  if (marks.length === 0) return '';
  const table = new Table({
    head: ['scenario', 'ratio', 'measured', 'mark', ''],
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: plain,
  });
  table.push(...marks);
  return table.toString();
}

/** One line of the table of checks. */
export function checkCells(check: Check): readonly [string, string, string, string, string] {
  return [
    check.quantity,
    formatQuantity(check.measured),
    check.expected === undefined ? '' : formatQuantity(check.expected),
    formatDeviation(check),
    check.verdict === 'wrong' ? 'WRONG' : check.verdict,
  ];
}

function rateCell(throughput: number | undefined): string {
  return throughput === undefined ? '–' : formatRate(throughput);
}

function callCell(seconds: number | undefined): string {
  return seconds === undefined ? '–' : formatDuration(seconds);
}

const plain = { head: [], border: [], compact: true };

import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { observation } from '../src/check.js';
import { formatDuration, formatNumber, formatPower, formatRate } from '../src/format.js';
import { reportPage } from '../src/report/page.js';
import { failuresOf, verdictOf } from '../src/results.js';
import { checkTable, markTable, throughputTable } from '../src/table.js';
import { exampleResults } from './example-results.js';

test('rates carry a prefix and three digits', () => {
  expect([0.0123, 1.5, 123.4, 9999, 48_213, 2.5e6, 1.25e10, 3.14e12].map(formatRate)).toEqual([
    '0.0123',
    '1.50',
    '123',
    '9,999',
    '48.2 k',
    '2.50 M',
    '12.5 G',
    '3.14 T',
  ]);
});

test('durations are given in seconds, milli- and microseconds', () => {
  expect([1.234, 0.0123, 12.3e-6].map(formatDuration)).toEqual(['1.23 s', '12.3 ms', '12.3 µs']);
});

test('powers of ten carry a prefix', () => {
  expect([0.1, 1, 100, 1e4, 1e6, 1e13, 1e16].map(formatPower)).toEqual([
    '1e-1',
    '1',
    '100',
    '10 k',
    '1 M',
    '10 T',
    '1e+16',
  ]);
});

test('numbers keep four digits, integers all', () => {
  expect([0, 12_345, 7.07654, 1234.5, 2.2e-16, NaN, -3e12].map(formatNumber)).toEqual([
    '0',
    '12,345',
    '7.077',
    '1,235',
    '2.20e-16',
    'NaN',
    '-3.00e+12',
  ]);
});

describe('tables', () => {
  test('throughput has one row per case and one column per number of threads', () => {
    const lines = throughputTable(exampleResults).split('\n');
    const row = (start: RegExp) => lines.find((line) => start.test(line));
    expect(row(/scenario/)).toMatch(/1 thread .*2 threads .*efficiency/);
    expect(row(/study/)).toMatch(/SGD .*gradient steps .*40\.0 k .*76\.0 k .*95 % .*right/);
    expect(row(/n = 64/)).toMatch(/100 .*200 .*100 % .*WRONG/);
    expect(row(/n = 256/)).toMatch(/– .*– .*– .*WRONG/);
  });

  test('comparisons show both sides, the distance and the verdict', () => {
    const text = checkTable(exampleResults);
    expect(text).toMatch(
      /7\.080 ± 0\.110 \(20\) .*7\.050 ± 0\.120 \(20\) .*0\.8 of 4 standard errors .*right/,
    );
    expect(text).toMatch(/b ≠ c .*WRONG/);
  });

  test('marks show whether they were met', () => {
    expect(markTable(exampleResults)).toMatch(/fast ÷ slow .*12\.5 .*≥ 10 .*met/);
    expect(markTable(exampleResults)).toMatch(/slow ÷ fast .*0\.5 .*≥ 0\.8 .*MISSED/);
    expect(markTable({ ...exampleResults, scenarios: [] })).toBe('');
  });
});

test('every failure is one line with its scenario', () => {
  expect(failuresOf(exampleResults)).toEqual([
    'products n = 64: same bits is wrong',
    'products n = 256, threads 1: worker exited with code: 7',
  ]);
});

test('work is right only if something was compared that could differ', () => {
  const [right, wrong] = exampleResults.scenarios.map(({ cases }) => cases[0]!);
  expect([right!, wrong!].map((one) => verdictOf(one))).toEqual(['right', 'wrong']);
  expect(verdictOf(right!, wrong!)).toBe('wrong');
  const bits = right!.checks.filter(({ measure }) => measure === 'bits');
  const unchecked = { ...right!, checks: [...bits, observation('loss', 1)] };
  expect(verdictOf(unchecked)).toBe('not judged');
  const [study, products] = exampleResults.scenarios;
  const page = reportPage({
    ...exampleResults,
    scenarios: [
      { ...study!, cases: [unchecked] },
      { ...products!, cases: [wrong!] },
    ],
  });
  const verdicts = [...parseHTML(page).document.querySelectorAll('h3 .verdict')];
  expect(verdicts.map(({ textContent }) => textContent)).toEqual([
    'nothing to compare with',
    'wrong: does not count',
  ]);
});

describe('the report', () => {
  const page = reportPage(exampleResults);
  const { document } = parseHTML(page);

  test('needs no other file', () => {
    expect(page).not.toMatch(/\b(?:src|href)\s*=|@import|url\(/);
    expect(page).not.toContain('<script');
  });

  test('plots every scenario, the comparison with published means, figures and efficiencies', () => {
    expect(document.querySelectorAll('svg').length).toBe(5);
    for (const svg of document.querySelectorAll('svg')) {
      expect(svg.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
      expect(svg.outerHTML).not.toMatch(/NaN|undefined/);
    }
    const dots = [...document.querySelectorAll('g[aria-label=dot]')].map((g) => g.children.length);
    expect(dots).toEqual([2, 2, 1, 3, 2]);
  });

  test('escapes text', () => {
    expect(page).toContain('Imagined &lt;CPU&gt;');
  });

  test('says what is wrong, and what is incomplete', () => {
    expect(banners(page)).toEqual(failuresOf(exampleResults));
    expect(banners(reportPage({ ...exampleResults, complete: false }))[0]).toMatch(/^Incomplete/);
  });

  test('shows an interrupted run without any measurement', () => {
    const empty = reportPage({ ...exampleResults, complete: false, scenarios: [] });
    expect(empty).toContain('Incomplete');
  });
});

function banners(page: string): readonly string[] {
  return [...parseHTML(page).document.querySelectorAll('.banner')].map((one) => one.textContent);
}

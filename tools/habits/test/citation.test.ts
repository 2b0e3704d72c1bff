import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// The rules of the Citation File Format 1.2.0 (doi.org/10.5281/zenodo.5171937) for the fields that the file uses.

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const isText = (x: unknown): boolean => typeof x === 'string' && x.length > 0;
const isAddress = (x: unknown): boolean =>
  isText(x) && /^(https|http|ftp|sftp):\/\/\S+$/.test(x as string);
const isDate = (x: unknown): boolean => isText(x) && /^\d{4}-\d{2}-\d{2}$/.test(x as string);
const isYear = (x: unknown): boolean => Number.isInteger(x);
const areTexts = (x: unknown): boolean => Array.isArray(x) && x.length > 0 && x.every(isText);

type Rules = Readonly<Record<string, (x: unknown) => boolean>>;
type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with the fields: required ones that lack, unknown ones, and values that do not fit. */
function faults(fields: Fields, required: readonly string[], rules: Rules): string[] {
  return [
    ...required.filter((name) => !(name in fields)).map((name) => `${name} lacks`),
    ...Object.entries(fields).flatMap(([name, value]) => {
      if (!Object.hasOwn(rules, name)) return [`${name} is unknown`];
      return rules[name]!(value) ? [] : [`${name} = ${JSON.stringify(value)}`];
    }),
  ];
}

const fits = (required: readonly string[], rules: Rules) => (x: unknown) =>
  typeof x === 'object' && x !== null && faults(x as Fields, required, rules).length === 0;
const listOf = (isOne: (x: unknown) => boolean) => (x: unknown) =>
  Array.isArray(x) && x.length > 0 && x.every(isOne);

const isPerson = fits([], {
  'family-names': isText,
  'given-names': isText,
  'name-particle': isText,
  'name-suffix': isText,
  affiliation: isText,
  orcid: (x) =>
    isText(x) && /^https:\/\/orcid\.org\/\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/.test(x as string),
});
const isEntity = fits(['name'], { name: isText, website: isAddress });
const isIdentifier = fits(['type', 'value'], {
  type: (x) => ['doi', 'url', 'swh', 'other'].includes(x as string),
  value: isText,
  description: isText,
});

const shared: Rules = {
  title: isText,
  abstract: isText,
  authors: listOf((x) => isPerson(x) || isEntity(x)),
  version: isText,
  'date-released': isDate,
  doi: (x) => isText(x) && /^10\.\d{4,9}\//.test(x as string),
  url: isAddress,
  repository: isAddress,
  'repository-code': isAddress,
  license: (x) => x === 'MIT',
  keywords: areTexts,
  identifiers: listOf(isIdentifier),
};
const isReference = fits(['authors', 'title', 'type'], {
  ...shared,
  type: (x) => ['article', 'book', 'report', 'software', 'unpublished'].includes(x as string),
  year: isYear,
  journal: isText,
  volume: (x) => isText(x) || isYear(x),
  issue: (x) => isText(x) || isYear(x),
  start: (x) => isText(x) || isYear(x),
  end: (x) => isText(x) || isYear(x),
  publisher: isEntity,
});
const faultsOf = (text: string): string[] =>
  faults(parse(text) as Fields, ['authors', 'cff-version', 'message', 'title'], {
    ...shared,
    'cff-version': (x) => x === '1.2.0',
    message: isText,
    type: (x) => x === 'software' || x === 'dataset',
    references: listOf(isReference),
  });

describe('CITATION.cff', () => {
  const text = read('CITATION.cff');

  test('has the fields of the Citation File Format 1.2.0', () => {
    expect(faultsOf(text)).toEqual([]);
  });

  test('is seen to be wrong where it is damaged', () => {
    const damages: readonly (readonly [RegExp | string, string])[] = [
      ['cff-version: 1.2.0', 'cff-version: 1.3.0'],
      [/^message: .*$/m, ''],
      ['title: nonsmooth', 'titel: nonsmooth'],
      [/family-names: Dereich/, 'family_names: Dereich'],
      [/year: 2025/, "year: '2025'"],
      [/type: other/, 'type: arxiv'],
    ];
    for (const [from, to] of damages) expect(faultsOf(text.replace(from, to))).not.toEqual([]);
  });

  test('names the version and the licence that the packages have', () => {
    const { version, license } = parse(text) as Fields;
    for (const name of ['core', 'tensor', 'flows']) {
      expect(JSON.parse(read(`packages/${name}/package.json`))).toMatchObject({ version, license });
    }
  });
});

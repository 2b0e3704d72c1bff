import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@nonsmooth/core';
import * as flows from '@nonsmooth/flows';
import * as kernels from '@nonsmooth/kernels';
import * as nets from '@nonsmooth/nets';
import * as ode from '@nonsmooth/ode';
import * as subgradient from '@nonsmooth/subgradient';
import * as tensor from '@nonsmooth/tensor';
import * as autodiff from '@nonsmooth/autodiff';
import { lossNames, activationNames } from '@nonsmooth/kernels';
import { expect, test } from 'vitest';

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../pages/${name}.md`), 'utf8');
/** Names in code on a page, without what stands in brackets behind them. */
const named = (text: string): Set<string> =>
  new Set(Array.from(text.matchAll(/`([A-Za-z][A-Za-z0-9]*)`/g), ([, name]) => name!));

const packages: Readonly<Record<string, object>> = {
  core,
  flows,
  kernels,
  nets,
  ode,
  subgradient,
  tensor,
};

test.each(Object.keys(packages))(
  'the page on guarantees names every function that %s exports',
  (name) => {
    const functions = Object.entries(packages[name]!).flatMap(([key, value]) =>
      // checks of arguments are what its first sentence is about; errors are no functions
      typeof value === 'function' && !/^require|Error$/.test(key) ? [key] : [],
    );
    expect(functions.length).toBeGreaterThan(5);
    const names = named(page('guarantees'));
    expect(functions.filter((one) => !names.has(one))).toEqual([]);
  },
);

test('every function that the page on guarantees names is exported', () => {
  const exported = new Set(
    Object.values({ ...packages, autodiff }).flatMap((one) => Object.keys(one)),
  );
  // columns of functions only
  const rows = page('guarantees')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1]!);
  expect(rows.length).toBeGreaterThan(40);
  const names = [...named(rows.join(' '))];
  expect(names.filter((name) => !exported.has(name))).toEqual([]);
});

test('the page that helps to choose names every loss and activation', () => {
  const names = named(page('choose-a-method'));
  expect([...lossNames, ...activationNames].filter((one) => !names.has(one))).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeRun } from '../src/compute/run.js';
import { parseState } from '../src/state/url.js';
import { browserPath, openPage, show, type OpenedPage } from './browser.js';

if (browserPath === undefined)
  console.log('No Chromium here: the page is not tested in a browser.');

describe.skipIf(browserPath === undefined)('the page in a browser', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(async () => {
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  const hash = (): Promise<string | null> => opened.page.textContent('[data-testid="hash"]');

  test.each([
    'until=20',
    'until=20&dyn=normalized',
    'dyn=adam&steps=300&act=gelu',
    'dyn=sgd&steps=200',
    'data=xor&net=2-4-1&until=10',
    'act=tanh&until=50',
  ])('the numbers of %s are those of Node, bit for bit', async (state) => {
    await show(opened, state);
    expect(await hash()).toBe(computeRun(parseState(state)).hash);
  });

  test('the first view comes with less than 600 kB', async () => {
    const before = opened.transferred();
    await show(opened, '');
    expect(opened.transferred() - before).toBeLessThan(600_000);
  });
});

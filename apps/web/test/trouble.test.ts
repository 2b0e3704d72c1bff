import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Worker } from 'playwright-core';
import { computeRun } from '../src/compute/run.js';
import { experimentOf } from '../src/state/experiments.js';
import { parseState } from '../src/state/url.js';
import { browserPath, openPage, settled, show, type OpenedPage } from './browser.js';

describe.skipIf(browserPath === undefined)('the page in trouble', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage();
  }, 60_000);
  afterAll(async () => {
    await opened.close();
  });

  const hash = (): Promise<string | null> => opened.page.textContent('[data-testid="hash"]');
  const worker = (name: string): Worker =>
    opened.page.workers().find((one) => one.url().includes(name))!;
  /** As a lack of memory would, from outside. */
  const kill = async (name: string): Promise<void> => {
    await worker(name).evaluate(() => (self as unknown as { close(): void }).close());
  };

  test('a worker that ends at rest is missed by nobody: the next run has another one', async () => {
    const { page } = opened;
    await show(opened, 'until=5&n=6');
    await kill('runner');
    await expect.poll(() => worker('runner')).toBe(undefined);
    await page.getByRole('button', { name: 'New start' }).click();
    await expect
      .poll(hash)
      .toBe(computeRun(experimentOf({ ...parseState('until=5&n=6'), seed: 3 })).hash);
    expect(await page.locator('.failure').count()).toBe(0);
  });

  test('a worker that ends while it computes is told, and the run is computed again on demand', async () => {
    const { page } = opened;
    await show(opened, 'until=5&n=6');
    // the next request ends the worker before it has answered
    await worker('runner').evaluate(() => {
      const scope = self as unknown as { close(): void; postMessage(): void };
      scope.postMessage = () => scope.close();
    });
    await page.getByRole('button', { name: 'New start' }).click();
    await expect
      .poll(() => page.locator('.failure').innerText())
      .toContain('The worker that computes the run ended');
    await page.getByRole('button', { name: 'Compute again' }).click();
    await settled(page);
    expect(await page.locator('.failure').count()).toBe(0);
    const state = { ...parseState('until=5&n=6'), seed: 3 };
    expect(await hash()).toBe(computeRun(experimentOf(state)).hash);
  });

  test('a question whose worker ends is asked again of another one', async () => {
    const { page } = opened;
    const formula = async (text: string): Promise<void> => {
      await page.getByLabel('f(x), or f(x, y)').fill(text);
      await page.keyboard.press('Enter');
    };
    await show(opened, 'until=5&n=6&tab=programs');
    await expect.poll(() => page.locator('.answers tr').count()).toBeGreaterThan(3);
    await worker('inspector').evaluate(() => {
      const scope = self as unknown as { close(): void; postMessage(): void };
      scope.postMessage = () => scope.close();
    });
    await formula('abs(x) + 7');
    await expect.poll(() => page.locator('[role=tabpanel]').innerText()).toContain('f = 7 here');
    expect(await page.locator('[role=tabpanel] [role=alert]').count()).toBe(0);
  });

  test('a certificate that takes too long is undecided, with the reason, and the page goes on', async () => {
    const { page, address } = opened;
    // 32 neurons at the kink of each of 200 samples
    const theta = Array.from({ length: 97 }, (_, i) => (i < 64 || i === 96 ? 0 : 1 + i / 7));
    const state = `net=1-32-1&n=200&start=values&theta=${theta.join('~')}&dyn=gd&steps=1&t=0`;
    await page.goto('about:blank');
    await page.goto(`${address}?patience=1#${state}`);
    await settled(page);
    await expect
      .poll(() => page.locator('[role=tabpanel]').innerText(), { timeout: 20_000 })
      .toContain('Undecided: not decided within 1 s');
    const row = page.locator('.answers tr', { hasText: 'relu′(0) = ½' });
    expect(await row.innerText()).toContain('undecided');
    await page.evaluate(() => (location.hash = 'until=5&n=6'));
    await expect
      .poll(() => page.locator('[role=tabpanel]').innerText())
      .toContain('a Fréchet subgradient');
    expect(opened.complaints).toEqual([]);
  });
});

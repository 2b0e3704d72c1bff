import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, openPage, type OpenedPage } from '../../apps/web/test/browser.js';

const folder = join(import.meta.dirname, '../dist');
const isBuilt = existsSync(join(folder, 'index.html'));
if (browserPath === undefined) console.log('the documentation is not tested: no Chromium here');
else if (!isBuilt) console.log('the documentation is not tested: npm run docs -- build');

const pages = (isBuilt ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []).filter(
  (path) => path.endsWith('.html') && !path.startsWith('lab/') && path !== '404.html',
);

describe.skipIf(browserPath === undefined || !isBuilt)('the documentation in a browser', () => {
  let site: OpenedPage;
  beforeAll(async () => {
    site = await openPage(folder, '');
  });
  afterAll(() => site.close());

  test.each(pages)('%s is there, complains of nothing and fits on 360 pixels', async (path) => {
    const { page, address, complaints } = site;
    complaints.length = 0;
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(address + path, { waitUntil: 'load' });
    expect(await page.locator('h1').first().isVisible()).toBe(true);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['certifyConvergence', '/api/flows.html'],
    ['install', '/start.html'],
    ['gradient at a kink', '/concepts/kinks.html'],
    ['relu derivative at 0', '/concepts/kinks.html'],
    ['Clarke', '/concepts/kinks.html'],
    ['sliding', '/concepts/inclusions.html'],
    ['does it converge', '/concepts/divergence.html'],
    ['PyTorch', '/comparison.html'],
    ['my own function', '/how-to/own-function.html'],
    ['NaN', '/how-to/non-finite.html'],
    ['random seed', '/how-to/reproduce.html'],
    ['stiff', '/choose-a-method.html'],
  ])('a search for “%s” finds %s', async (words, place) => {
    const { page, address } = site;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${address}faq.html`, { waitUntil: 'load' });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill(words);
    await page.locator(`a.result[href*="${place}"]`).first().waitFor({ timeout: 15_000 });
  });

  test('panels of the kink lab run within pages, in the room that they need and in the colours of the page', async () => {
    const { page, address, complaints } = site;
    complaints.length = 0;
    await page.goto(`${address}concepts/inclusions.html`, { waitUntil: 'load' });
    const frame = page.locator('.lab-panel iframe').first();
    await frame.scrollIntoViewIfNeeded();
    const panel = page.frameLocator('.lab-panel iframe').first();
    await panel.locator('[data-state="ready"]').waitFor({ timeout: 30_000 });
    await expect
      .poll(async () => {
        const { height } = (await frame.boundingBox())!;
        const inner = await panel.locator('#page').evaluate((one) => one.clientHeight);
        return Math.abs(height - inner);
      })
      .toBeLessThan(2);
    const colours = (): Promise<string | null> => panel.locator('html').getAttribute('data-theme');
    expect(await colours()).toBe('light');
    await page.getByRole('switch', { name: /theme/ }).first().click();
    await expect.poll(colours).toBe('dark');
    await page.getByRole('switch', { name: /theme/ }).first().click();
    expect(complaints).toEqual([]);
  });
});

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

  test('a search for a function finds its place in the reference', async () => {
    const { page, address } = site;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${address}start.html`, { waitUntil: 'load' });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill('certifyConvergence');
    await page.locator('a.result[href*="/api/flows.html"]').first().waitFor({ timeout: 15_000 });
  });

  test('a panel of the kink lab runs within a page', async () => {
    const { page, address, complaints } = site;
    complaints.length = 0;
    await page.goto(`${address}concepts/inclusions.html`, { waitUntil: 'load' });
    await page.getByRole('button', { name: 'Run it here' }).click();
    const panel = page.frameLocator('.lab-panel iframe');
    await panel.locator('[data-state="ready"]').waitFor({ timeout: 30_000 });
    expect(complaints).toEqual([]);
  });
});

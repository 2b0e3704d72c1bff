import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../src/presets/index.js';
import { browserPath, openPage, settled, show, type OpenedPage } from './browser.js';
import { blankCanvases, faultsOfLooks } from './looks.js';

describe.skipIf(browserPath === undefined)('the looks of the page', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage();
  }, 60_000);
  afterAll(() => opened.close());

  test.each([
    [360, 'dark'],
    [768, 'light'],
    [2560, 'dark'],
  ] as const)(
    'no preset is cut, overlaps, blank or wider than the page: %i px, %s',
    async (width, scheme) => {
      const { page } = opened;
      await page.emulateMedia({ colorScheme: scheme });
      // as tall as the page, so that all figures are drawn
      await page.setViewportSize({ width, height: width < 700 ? 4200 : 3000 });
      await show(opened, '');
      const faults: string[] = [];
      for (const { id } of presets) {
        await page.selectOption('.about select', id);
        await settled(page);
        for (const fault of await faultsOfLooks(page)) faults.push(`${id}: ${fault}`);
        const blank = await blankCanvases(page);
        for (const canvas of blank.length > 0 ? await blankLater() : blank) {
          faults.push(`${id}: ${canvas}`);
        }
      }
      expect(faults).toEqual([]);
    },
  );

  /** Figures are drawn some frames after what they show is there. */
  async function blankLater(): Promise<string[]> {
    await opened.page.waitForTimeout(300);
    return blankCanvases(opened.page);
  }
});

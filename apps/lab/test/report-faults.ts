import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenedPage } from '../../web/test/browser.js';

type Page = OpenedPage['page'];

const inPage = readFileSync(join(import.meta.dirname, 'faults-in-page.js'), 'utf8');

/** How a report is looked at. */
export interface View {
  readonly name: string;
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  readonly media: 'screen' | 'print';
}

/** On a screen by day and by night, on a telephone, on A4 within margins of 1 cm. */
export const views: readonly View[] = [
  { name: 'light', width: 1280, scheme: 'light', media: 'screen' },
  { name: 'dark', width: 1280, scheme: 'dark', media: 'screen' },
  { name: '400 px', width: 400, scheme: 'light', media: 'screen' },
  { name: 'print', width: 718, scheme: 'light', media: 'print' },
];

/** Shows a page as a view asks for. */
export async function lookAt(page: Page, address: string, view: View): Promise<void> {
  await page.setViewportSize({ width: view.width, height: 900 });
  await page.emulateMedia({ colorScheme: view.scheme, media: view.media });
  await page.goto(address);
}

/**
 * What can be seen to be wrong with the report on a page: a page wider than its window, texts that leave their figure, lie
 * on each other, are too small or too pale, axes without labels, curves in a small part of the height of their figure,
 * cells of tables whose content leaves them.
 */
export function faultsOn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(inPage);
}

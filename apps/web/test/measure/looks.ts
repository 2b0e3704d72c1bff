import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { presets } from '../../src/presets/index.js';
import { openPage, settled } from '../browser.js';
import { blankCanvases, faultsOfLooks } from '../looks.js';

/** Pictures of every preset at every width, light and dark, with what is wrong on them: `measure.mjs looks FOLDER [WIDTHS]`. */
const folder = process.argv[2] ?? 'looks';
const widths = (process.argv[3] ?? '360,768,1440,2560').split(',').map(Number);
mkdirSync(folder, { recursive: true });
const opened = await openPage();
const { page, address } = opened;
for (const width of widths) {
  // as tall as the page: everything is near to what is seen
  await page.setViewportSize({
    width,
    height: width < 700 ? 4200 : width < 1000 ? 3000 : width < 2000 ? 2300 : 1900,
  });
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto('about:blank');
    await page.goto(address);
    for (const { id } of presets) {
      await page.waitForSelector('.about select');
      await page.selectOption('.about select', id);
      await settled(page);
      await page.waitForTimeout(400);
      const faults = [...(await faultsOfLooks(page)), ...(await blankCanvases(page))];
      for (const fault of faults) console.log(`${width} ${scheme} ${id}: ${fault}`);
      await page.screenshot({
        path: join(folder, `${id}-${width}-${scheme}.jpg`),
        type: 'jpeg',
        quality: 60,
      });
    }
  }
}
console.log(opened.complaints);
await opened.close();

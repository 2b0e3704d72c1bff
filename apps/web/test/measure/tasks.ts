import { openPage, settled, show, type OpenedPage } from '../browser.js';
import { presets } from '../../src/presets/index.js';

/** The longest tasks of the page, in ms, while it is used in every way: `measure.mjs tasks`. */
const opened = await openPage();
const { page } = opened;
await page.addInitScript(() => {
  const tasks: number[] = [];
  Object.assign(window, { longTasks: tasks });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(Math.round(duration));
  }).observe({ type: 'longtask' });
});

const uses: readonly (readonly [string, string, (opened: OpenedPage) => Promise<void>])[] = [
  ['presets', '', throughPresets],
  ['scrubbing', '', scrub],
  ['scrubbing in the plane', 'data=moons&n=200&net=2-16-1&until=5', scrub],
  ['playing', 't=0', play],
  ['dragging a sample', 'until=10&n=12', drag],
  ['resizing', '', resize],
  ['colours', '', colours],
  ['tabs', '', tabs],
];
for (const [name, state, use] of uses) {
  await show(opened, state);
  await page.waitForTimeout(500);
  await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
  await use(opened);
  await settled(page);
  await page.waitForTimeout(300);
  const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
  console.log(`${name}: tasks of 50 ms or more: ${tasks.join(', ') || 'none'}`);
}
await opened.close();

async function throughPresets(): Promise<void> {
  for (const { id } of presets) {
    await page.selectOption('.about select', id);
    await settled(page);
  }
}

async function scrub(): Promise<void> {
  const box = (await page.locator('canvas.active').first().boundingBox())!;
  await page.mouse.move(box.x + 60, box.y + 20);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(box.x + 60 + ((box.width - 80) * i) / 60, box.y + 20);
  }
  await page.mouse.up();
}

async function play(): Promise<void> {
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForTimeout(3000);
  await page.getByRole('button', { name: 'Pause' }).click();
}

async function drag(): Promise<void> {
  const box = (await page.locator('.handle').nth(4).boundingBox())!;
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  for (let i = 0; i < 40; i++) await page.mouse.move(box.x + 12 + i, box.y + 12 - i);
  await page.mouse.up();
}

async function resize(): Promise<void> {
  for (const width of [1400, 900, 600, 360, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(200);
  }
}

async function colours(): Promise<void> {
  for (let i = 0; i < 6; i++) {
    await page.getByRole('button', { name: /^Colours/ }).click();
    await page.waitForTimeout(150);
  }
}

async function tabs(): Promise<void> {
  for (let i = 0; i < 8; i++) {
    await page
      .getByRole('tab')
      .nth(i % 4)
      .click();
    await page.waitForTimeout(300);
  }
}

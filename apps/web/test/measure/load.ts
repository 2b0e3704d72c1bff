import { dist, openPage } from '../browser.js';

/** Loads of the built page with nothing cached: what the reader waits for, in ms, and bytes. */
const rounds = Number(process.argv[2] ?? 4);
const state = process.argv[3] ?? '';
const folder = process.argv[4] ?? dist;

for (let round = 1; round <= rounds; round++) {
  const opened = await openPage(folder);
  const { page, address } = opened;
  await page.addInitScript(() => {
    const seen: { start: number; duration: number }[] = [];
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        seen.push({ start: Math.round(startTime), duration: Math.round(duration) });
      }
    }).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(`${address}${state}`);
  const drawn = await page.waitForFunction(
    () => document.querySelector('[data-testid="hash"]') && performance.now(),
  );
  const first = Math.round((await drawn.jsonValue()) as number);
  await page.waitForSelector('[data-state="ready"]', { timeout: 60_000 });
  const ready = Math.round(await page.evaluate(() => performance.now()));
  await page.waitForTimeout(1500);
  const tasks = await page.evaluate(() => (window as unknown as { seen: unknown[] }).seen);
  const paint = await page.evaluate(() =>
    Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
  );
  console.log(
    `load ${round}: paint ${paint}, first run ${first}, whole run ${ready}, ${Math.round(opened.transferred() / 1000)} kB, tasks of 50 ms or more ${JSON.stringify(tasks)}`,
  );
  await opened.close();
}

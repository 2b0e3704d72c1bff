import { writeFileSync } from 'node:fs';
import { openPage } from '../browser.js';

/** A trace of one load of the built page, for Chromium's developer tools: `measure.mjs trace FILE [#STATE]`. */
const [, , file = 'trace.json', state = ''] = process.argv;
const opened = await openPage();
const { page, address, context } = opened;
const session = await context.newCDPSession(page);
const traceEvents: unknown[] = [];
session.on('Tracing.dataCollected', ({ value }) => traceEvents.push(...value));
const complete = new Promise<void>((resolve) => {
  session.on('Tracing.tracingComplete', () => resolve());
});
await session.send('Tracing.start', {
  transferMode: 'ReportEvents',
  traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', 'blink', 'v8'] },
});
await page.goto(address + state);
await page.waitForSelector('[data-state="ready"]', { timeout: 60_000 });
await page.waitForTimeout(1000);
await session.send('Tracing.end');
await complete;
writeFileSync(file, JSON.stringify({ traceEvents }));
await opened.close();

import { writeFileSync } from 'node:fs';
import { dist, openPage } from '../browser.js';
const opened = await openPage(dist);
const { page, address, context } = opened;
const cdp = await context.newCDPSession(page);
await page.goto('about:blank');
const events: unknown[] = [];
cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value));
const done = new Promise<void>((r) => cdp.on('Tracing.tracingComplete', () => r()));
await cdp.send('Tracing.start', {
  transferMode: 'ReportEvents',
  traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', 'blink', 'v8'] },
} as never);
await page.goto(`${address}${process.argv[2] ?? ''}`);
await page.waitForSelector('[data-state="ready"]', { timeout: 60_000 });
await page.waitForTimeout(1000);
await cdp.send('Tracing.end');
await done;
writeFileSync('/tmp/seen-trace.json', JSON.stringify({ traceEvents: events }));
await opened.close();

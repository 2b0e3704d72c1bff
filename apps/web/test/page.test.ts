import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeRun } from '../src/compute/run.js';
import { typescriptOf } from '../src/export/typescript.js';
import { experimentOf } from '../src/state/experiments.js';
import { presets, stateOfPreset } from '../src/presets/index.js';
import { parseState } from '../src/state/url.js';
import { browserPath, openPage, settled, show, type OpenedPage } from './browser.js';

if (browserPath === undefined)
  console.log('No Chromium here: the page is not tested in a browser.');

describe.skipIf(browserPath === undefined)('the page in a browser', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage();
    await opened.page.addInitScript(() => {
      const tasks: number[] = [];
      Object.assign(window, { longTasks: tasks });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) tasks.push(duration);
      }).observe({ type: 'longtask' });
    });
    await show(opened, '');
  }, 60_000);
  afterAll(async () => {
    await opened.close();
  });

  const hash = (): Promise<string | null> => opened.page.textContent('[data-testid="hash"]');
  const address = (): Promise<string> => opened.page.evaluate(() => location.hash.slice(1));
  const time = (): Promise<string | null> =>
    opened.page.getAttribute('.transport input[type=range]', 'aria-valuetext');

  test('the first view comes with less than 600 kB, and without what it does not show', async () => {
    expect(opened.transferred()).toBeLessThan(600_000);
    const files = await opened.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    expect(files.filter((name) => /gradients-tab|inspector/.test(name)).length).toBeGreaterThan(0);
    const later = /verdict-tab|programs-tab|export-tab|study|read-points|moving-figure/;
    expect(files.filter((name) => later.test(name))).toEqual([]);
  });

  test('parts of the page are made one by one, each in a frame of its own', async () => {
    const { page } = opened;
    await page.addInitScript(() => {
      const counts: number[] = [];
      Object.assign(window, { counts });
      const look = (): void => {
        const drawn = document.querySelectorAll('canvas, form').length;
        if (drawn !== counts.at(-1)) counts.push(drawn);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await show(opened, 'until=2');
    const counts = await page.evaluate(() => (window as unknown as { counts: number[] }).counts);
    // the controls, three figures, the curves and the set: no two cards in one frame
    expect(counts.length).toBeGreaterThanOrEqual(6);
    const growth = counts.slice(1).map((count, i) => count - counts[i]!);
    expect(Math.max(...growth)).toBeLessThanOrEqual(3);
  });

  test('files, wild addresses and hasty clicks leave no error behind', async () => {
    const { page, complaints } = opened;
    complaints.length = 0;
    const drop = (text: string): Promise<void> =>
      page.setInputFiles('input[type=file]', {
        name: 'own.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(text),
      });
    await show(opened, 'until=20&n=40');
    await page.locator('.samples summary').click();
    for (const text of [
      'x;y\n0,5;1\n1,5;2\n2;0',
      'a,b,c\n0,0,0\n0,1,1\n1,0,1',
      '1e150,1e150\n0,0',
    ]) {
      await drop(text);
      await expect.poll(address).toContain('data=points');
      await settled(page);
    }
    await drop('1,2\n3,NaN');
    await expect
      .poll(() => page.locator('.samples [role=alert]').innerText())
      .toContain('is not 2 numbers');
    for (const state of [
      'sd=1e100&start=normal',
      'dyn=gd&lr=1e6&steps=100',
      'n=1&data=moons&t=1e308',
    ]) {
      await show(opened, state);
    }
    await show(opened, 'dyn=normalized&act=tanh');
    expect(await page.locator('.failure').innerText()).toContain('positively homogeneous');
    await show(opened, 'until=1');
    for (let i = 0; i < 12; i++) await page.getByRole('button', { name: 'New start' }).click();
    for (let i = 0; i < 6; i++)
      await page.getByRole('button', { name: 'Next', exact: true }).click();
    for (let i = 0; i < 8; i++)
      await page
        .getByRole('tab')
        .nth(i % 4)
        .click();
    await settled(page);
    expect(complaints).toEqual([]);
  });

  test('within another page it shows the parts that were asked for, small, without violations of axe', async () => {
    const { page, address: top } = opened;
    await page.setViewportSize({ width: 360, height: 640 });
    for (const [parts, canvases] of [
      ['input-plane', 2],
      ['itinerary-charts', 4],
      ['programs', 2],
      ['gradients', 1],
      ['verdict-nothing', 0],
    ] as const) {
      await page.goto('about:blank');
      await page.goto(`${top}?embed=${parts}&colours=dark#until=2`);
      await settled(page);
      await expect.poll(() => page.locator('canvas').count(), { message: parts }).toBe(canvases);
      expect(await page.locator('form, header').count()).toBe(0);
      expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() =>
        (window as unknown as { axe: typeof axe }).axe.run(document, {
          // titles and headings belong to the page around it
          rules: { 'page-has-heading-one': { enabled: false } },
        }),
      );
      expect(violations.map(({ id, nodes }) => `${parts}: ${id} ${nodes[0]!.html}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        360,
      );
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('every preset runs to its end, with the bits that Node has', async () => {
    const { page } = opened;
    opened.complaints.length = 0;
    await show(opened, '');
    await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
    for (const preset of presets) {
      await page.selectOption('.about select', preset.id);
      await settled(page);
      const run = computeRun(experimentOf(stateOfPreset(preset)));
      expect(await hash(), preset.id).toBe(run.hash);
      expect(await page.locator('.failure').count(), preset.id).toBe(0);
      expect(await page.textContent('.now .state'), preset.id).toContain(
        `${run.t.length - 1} steps`,
      );
    }
    expect(opened.complaints).toEqual([]);
    const tasks = await page.evaluate(
      () => (window as unknown as { longTasks: number[] }).longTasks,
    );
    // on a machine that others use as well a task waits for its turn
    const share = Math.max(1, loadavg()[0]! / cpus().length);
    console.log(
      `Longest task of the page over ${presets.length} presets: ${Math.max(0, ...tasks)} ms, load per core ${share.toFixed(1)}`,
    );
    expect(Math.max(0, ...tasks)).toBeLessThan(50 * (1 + share));
  });

  test.each([
    'dyn=normalized&until=20&more=1',
    'dyn=sgd&steps=200&data=bump&net=2-5-1',
    'net=1-4-3-1&until=5&act=leakyRelu',
  ])('the numbers of %s are those of Node, bit for bit', async (state) => {
    await show(opened, state);
    expect(await hash()).toBe(computeRun(experimentOf(parseState(state))).hash);
  });

  test('an address brings back the same page', async () => {
    const { page } = opened;
    await show(opened, 'seed=5&until=10');
    await page.getByRole('slider', { name: 'Time' }).fill('500');
    await page.getByRole('radio', { name: 'neuron 3' }).click();
    await page.getByLabel('log values').uncheck();
    await expect.poll(address).toContain('neuron=2');
    await expect.poll(address).toContain('logy=0');
    const [before, at, shown] = [await address(), await time(), await hash()];
    await show(opened, before);
    expect([await address(), await time(), await hash()]).toEqual([before, at, shown]);
  });

  test('a sample that is dragged is where the pointer leaves it, and the run follows', async () => {
    const { page } = opened;
    await show(opened, 'until=10&n=6');
    const before = await hash();
    const handle = page.locator('.handle').nth(2);
    const box = (await handle.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 10, y - 20, { steps: 4 });
    await page.mouse.move(x + 20, y - 40, { steps: 4 });
    await page.mouse.up();
    await settled(page);
    await expect.poll(address).toContain('data=points');
    const state = parseState(await address());
    const original = parseState('until=10&n=6');
    expect(state.inputs[2]![0]).toBeGreaterThan(-1 + 2 * (2 / 5));
    expect(await hash()).not.toBe(before);
    expect(await hash()).toBe(computeRun(experimentOf({ ...original, ...state })).hash);
  });

  test('the keyboard moves samples, neurons, time and tabs', async () => {
    const { page } = opened;
    await show(opened, 'until=10&n=6&t=0');
    await page.locator('.handle').first().focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowUp');
    await settled(page);
    await expect.poll(address).toContain('data=points');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /^sample 2/,
    );
    await page.getByRole('radio', { name: 'neuron 2' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: 'neuron 3' }).getAttribute('aria-checked')).toBe(
      'true',
    );
    await page.getByRole('slider', { name: 'Time' }).focus();
    await page.keyboard.press('End');
    expect(await time()).toBe('t = 10');
    await page.getByRole('tab', { name: 'Gradients here' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.textContent('[role=tabpanel]')).toContain('Convergence');
  });

  test('rewinding comes back to the same start; stepping stops at the events', async () => {
    const { page } = opened;
    await show(opened, 'until=10&t=10');
    const loss = (): Promise<string | null> => page.textContent('.now');
    await page.getByRole('button', { name: 'Rewind to the start' }).click();
    const start = await loss();
    const events = computeRun(experimentOf(parseState('until=10'))).events;
    await page.getByRole('button', { name: 'On to the next event' }).click();
    await expect.poll(async () => parseState(await address()).time).toBe(events[0]!.t);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Rewind to the start' }).click();
    expect(await loss()).toBe(start);
  });

  test('exports are what they say: SVG, PNG, CSV, a study, lines of TypeScript', async () => {
    const { page } = opened;
    const state = 'until=5&tab=export';
    await show(opened, state);
    const run = computeRun(experimentOf(parseState(state)));
    const saved = async (name: string | RegExp): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path(), 'latin1');
    };
    expect(await saved('SVG')).toMatch(/^<svg [^>]*>[\s\S]*<\/svg>\n$/);
    expect(await saved('Moving SVG of the run')).toMatch(/<animate attributeName="d" dur="12s"/);
    expect((await saved('PNG')).slice(1, 4)).toBe('PNG');
    const rows = (await saved('Run as CSV')).trim().split('\n');
    expect(rows.length).toBe(run.t.length + 1);
    expect(Number(rows.at(-1)!.split(',')[1])).toBe(run.loss.at(-1));
    expect((await saved('Events as CSV')).trim().split('\n').length).toBe(run.events.length + 1);
    await expect
      .poll(() => page.inputValue('[aria-label="Study for the lab"]'))
      .toContain('title:');
    const lines = await page.inputValue('[aria-label="TypeScript that computes this run"]');
    expect(lines).toBe(typescriptOf(experimentOf(parseState(state))));
  });

  test('answers of backward mode and of one-line programs are judged on the page', async () => {
    const { page } = opened;
    const row = (name: string): Promise<string> =>
      page.locator('.answers tr', { hasText: name }).innerText();
    await page.selectOption('.about select', 'identity');
    await expect.poll(() => row('relu′(0) = 0')).toContain('no generalized gradient');
    expect(await row('along a direction')).toContain('a Fréchet subgradient');
    await page.getByLabel('f(x), or f(x, y)').fill('max(x, -x) + alert(1)');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('[role=tabpanel] [role=alert]').innerText())
      .toContain('alert is not known');
    await page.selectOption('.about select', 'limiting');
    await settled(page);
    await expect.poll(() => row('relu′(0) = 0')).toContain('a Bouligand subgradient');
    expect(await row('relu′(0) = ½')).toContain('a Clarke subgradient');
  });

  test.each([
    ['light', 1280, 900],
    ['dark', 360, 720],
  ] as const)(
    'axe finds nothing, and nothing is wider than the page: %s, %i px',
    async (scheme, width, height) => {
      const { page } = opened;
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme });
      for (const tab of ['gradients', 'verdict', 'programs', 'export']) {
        await show(opened, `until=5&tab=${tab}`);
        await page.waitForFunction(
          () => !document.querySelector('[role=tabpanel]')!.textContent.startsWith('Loading'),
        );
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (window as unknown as { axe: typeof axe }).axe.run(document),
        );
        expect(violations.map(({ id, nodes }) => `${tab}: ${id} ${nodes[0]!.html}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          width,
        );
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
    },
  );
});

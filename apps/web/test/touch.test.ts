import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseState } from '../src/state/url.js';
import { browserPath, openPage, settled, show, type OpenedPage } from './browser.js';

describe.skipIf(browserPath === undefined)('the page under fingers', () => {
  let opened: OpenedPage;
  let session: CDPSession;
  beforeAll(async () => {
    opened = await openPage(undefined, undefined, { hasTouch: true, width: 400, height: 800 });
    session = await opened.context.newCDPSession(opened.page);
  }, 60_000);
  afterAll(() => opened.close());

  const address = (): Promise<string> => opened.page.evaluate(() => location.hash.slice(1));
  const scrolled = (): Promise<number> => opened.page.evaluate(() => scrollY);

  /** Moves a finger from one place to another. */
  async function swipe(
    from: readonly [number, number],
    to: readonly [number, number],
  ): Promise<void> {
    const send = (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      x: number,
      y: number,
    ): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x, y }],
      });
    await send('touchStart', ...from);
    for (let i = 1; i <= 10; i++) {
      const at = (k: 0 | 1): number => from[k] + ((to[k] - from[k]) * i) / 10;
      await send('touchMove', at(0), at(1));
    }
    await send('touchEnd', ...to);
  }

  /** The middle of what is there, once it is on the screen. */
  async function middle(selector: string): Promise<[number, number]> {
    const element = opened.page.locator(selector).first();
    await element.evaluate((one) => one.scrollIntoView({ block: 'center' }));
    await opened.page.waitForTimeout(200);
    const { x, y, width, height } = (await element.boundingBox())!;
    return [x + width / 2, y + height / 2];
  }

  test('a sample follows the finger, and the page stays where it is', async () => {
    await show(opened, 'until=5&n=6');
    const [x, y] = await middle('.handle:nth-child(3)');
    const before = await scrolled();
    await swipe([x, y], [x + 24, y - 48]);
    await settled(opened.page);
    await expect.poll(address).toContain('data=points');
    expect(parseState(await address()).inputs[2]![0]).toBeGreaterThan(-1 + 2 * (2 / 5));
    expect(await scrolled()).toBe(before);
  });

  test('a finger along a curve moves time, a finger down scrolls the page', async () => {
    const { page } = opened;
    await show(opened, 'until=5&n=6&t=5&logt=0');
    const [x, y] = await middle('canvas.active');
    const before = await scrolled();
    await swipe([x - 60, y], [x + 20, y]);
    await expect.poll(async () => parseState(await address()).time).toBeLessThan(4.9);
    expect(parseState(await address()).time).toBeGreaterThan(1);
    expect(await scrolled()).toBe(before);
    await swipe([x, y + 100], [x, y - 200]);
    await expect.poll(scrolled).toBeGreaterThan(before + 100);
    await page.evaluate(() => scrollTo(0, 0));
  });

  test('a finger that goes down over the figures that do not move scrolls the page', async () => {
    await show(opened, 'until=5&n=6');
    for (const selector of [
      '[aria-labelledby="plane-title"] canvas',
      '[aria-labelledby="input-title"] .figure',
      '.about',
    ]) {
      const [x, y] = await middle(selector);
      const before = await scrolled();
      await swipe([20, y], [20, Math.max(10, y - 300)]);
      await expect.poll(scrolled, { message: `${selector} at ${x}` }).toBeGreaterThan(before);
    }
  });

  test('the player moves time by a finger on its bar', async () => {
    await show(opened, 'until=5&n=6&t=0&logt=0');
    const { x, y, width, height } = (await opened.page
      .locator('.transport input[type=range]')
      .boundingBox())!;
    await swipe([x + 6, y + height / 2], [x + width / 2, y + height / 2]);
    await expect.poll(async () => parseState(await address()).time).toBeGreaterThan(2);
  });
});

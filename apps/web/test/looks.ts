import type { Page } from 'playwright-core';

/** What is wrong with how the page looks at the size that it has, in words; empty where nothing is. */
export function faultsOfLooks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      faults.push(`the page is ${root.scrollWidth} px wide, of ${root.clientWidth} px`);
    }
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()} “${(element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 40)}”`;
    const isSeen = (element: Element): boolean => {
      const { width, height } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      return width > 0 && height > 0 && style.visibility !== 'hidden' && style.opacity !== '0';
    };
    // text that is cut: it is larger than a box that hides what is outside
    for (const element of document.querySelectorAll<HTMLElement>('#page *:not(input)')) {
      const style = getComputedStyle(element);
      const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
      const cut = element.scrollWidth > element.clientWidth + 1;
      if (hides && cut && isSeen(element)) faults.push(`${name(element)} is cut`);
    }
    // the longest option of a choice need not fit, the shown one should
    for (const select of document.querySelectorAll('select')) {
      // the title of a preset stands below it, too
      if (select.closest('.about') && innerWidth < 700) continue;
      const probe = document.createElement('span');
      probe.textContent = select.selectedOptions[0]?.text ?? '';
      probe.style.cssText = 'position:absolute;visibility:hidden;white-space:pre';
      probe.style.font = getComputedStyle(select).font;
      document.body.append(probe);
      const { width } = probe.getBoundingClientRect();
      probe.remove();
      const room = select.clientWidth;
      if (isSeen(select) && width > room && room < innerWidth * 0.7) {
        faults.push(
          `choice “${select.selectedOptions[0]?.text}” is cut: ${Math.round(width)} px in ${room}`,
        );
      }
    }
    // boxes of text that lie on each other, or leave the page
    const texts: { element: Element; box: DOMRect }[] = [];
    const walker = document.createTreeWalker(
      document.querySelector('#page')!,
      NodeFilter.SHOW_TEXT,
    );
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement!;
      if (!node.textContent!.trim() || !isSeen(element)) continue;
      if (
        element.closest(
          '.transport:not(.small), option, script, details:not([open]) > :not(summary)',
        )
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width < 1) continue;
        texts.push({ element, box });
        const scrolls = element.closest('.scroll');
        if (!scrolls && (box.left < -1 || box.right > root.clientWidth + 1)) {
          faults.push(`${name(element)} leaves the page`);
        }
      }
    }
    texts.sort((a, b) => a.box.top - b.box.top);
    for (let i = 0; i < texts.length; i++) {
      const { element, box } = texts[i]!;
      for (let j = i + 1; j < texts.length && texts[j]!.box.top < box.bottom; j++) {
        const other = texts[j]!;
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // glyphs are less tall than their lines
        const least = 0.35 * Math.min(box.height, other.box.height);
        if (across > 2 && down > least) {
          faults.push(`${name(element)} and ${name(other.element)} overlap`);
        }
      }
    }
    return [...new Set(faults)];
  });
}

/** The canvases near to what is seen on which nothing is drawn. */
export function blankCanvases(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const blank: string[] = [];
    for (const canvas of document.querySelectorAll('canvas')) {
      const { top, bottom } = canvas.getBoundingClientRect();
      if (bottom < 0 || top > innerHeight) continue;
      const { width, height } = canvas;
      if (width === 0 || height === 0) {
        blank.push(`${canvas.getAttribute('aria-label')} has no size`);
        continue;
      }
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [64, 64];
      const context = copy.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(canvas, 0, 0, 64, 64);
      const { data } = context.getImageData(0, 0, 64, 64);
      let inked = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) inked++;
      if (inked < 20) blank.push(`${canvas.getAttribute('aria-label')} is blank`);
    }
    return blank;
  });
}

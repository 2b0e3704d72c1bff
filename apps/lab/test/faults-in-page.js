// Evaluated in the page: what can be seen to be wrong with it, see report-faults.ts.
(() => {
  const smallest = 8.5;
  const palest = 4.5;
  const flattest = 0.2;
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    faults.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth}`);
  }

  /** Relative luminance of sRGB as in WCAG 2. */
  const luminance = (colour) => {
    const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
      const c = Number(part) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const holds = (box, x, y) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  const print = matchMedia('print').matches;
  const paper = print ? 'rgb(255, 255, 255)' : getComputedStyle(document.body).backgroundColor;

  for (const figure of document.querySelectorAll('figure svg')) {
    const name = figure.getAttribute('aria-label') ?? 'a figure';
    const say = (what) => void faults.push(`${name}: ${what}`);
    const frame = figure.getBoundingClientRect();
    const scale = frame.width / figure.viewBox.baseVal.width;
    const texts = [...figure.querySelectorAll('text')].filter((one) => one.textContent !== '');
    const boxes = texts.map((one) => one.getBoundingClientRect());
    /** What texts stand on, if not on the page. */
    const grounds = [...figure.querySelectorAll('rect')].map((one) => ({
      box: one.getBoundingClientRect(),
      fill: getComputedStyle(one).fill,
    }));
    texts.forEach((one, i) => {
      const box = boxes[i];
      const said = JSON.stringify(one.textContent);
      if (
        box.left < frame.left - 1 ||
        box.right > frame.right + 1 ||
        box.top < frame.top - 1 ||
        box.bottom > frame.bottom + 1
      ) {
        say(`${said} leaves the figure`);
      }
      const { fontSize, fill } = getComputedStyle(one);
      const size = Number.parseFloat(fontSize) * scale;
      // on paper there are more points than on a screen
      if (size < (print ? 6 : smallest)) say(`${said} is ${size.toFixed(1)} px high`);
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const below = grounds.findLast(({ box: ground }) => holds(ground, x, y))?.fill ?? paper;
      if (fill !== 'none' && contrast(fill, below) < palest) say(`${said} in ${fill} is pale`);
      for (let j = 0; j < i; j++) {
        const other = boxes[j];
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        // boxes of letters have some room above and below
        if (wide > 1 && high > 0.3 * Math.min(box.height, other.height)) {
          say(`${said} lies on ${JSON.stringify(texts[j].textContent)}`);
        }
      }
    });

    for (const axis of ['x', 'y']) {
      const ticks = figure.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`);
      const label = figure.querySelector(`[aria-label="${axis}-axis label"]`)?.textContent ?? '';
      if (ticks.length > 0 && label.trim() === '') say(`the ${axis} axis has no label`);
      if (ticks.length === 1) say(`the ${axis} axis has one tick only`);
    }

    const curves = [...figure.querySelectorAll('[aria-label="line"] path')];
    const heights = curves.map((one) => one.getBoundingClientRect());
    const ticks = [...figure.querySelectorAll('[aria-label="y-axis tick"] path')].map(
      (one) => one.getBoundingClientRect().top,
    );
    if (heights.length > 0 && ticks.length > 1) {
      const top = Math.min(...heights.map((one) => one.top));
      const bottom = Math.max(...heights.map((one) => one.bottom));
      const varies = heights.some(({ height }) => height > 3);
      const share = (bottom - top) / (Math.max(...ticks) - Math.min(...ticks));
      if (varies && share < flattest) say(`its curves fill ${(100 * share).toFixed(0)} % of it`);
    }
  }

  for (const cell of document.querySelectorAll('td, th')) {
    if (cell.scrollWidth > cell.clientWidth + 1) faults.push(`${cell.textContent} leaves its cell`);
  }
  for (const block of document.querySelectorAll('h1, h2, p, li, pre, th, td')) {
    const { color, fontSize } = getComputedStyle(block);
    if (contrast(color, paper) < palest) faults.push(`${block.textContent} in ${color} is pale`);
    if (Number.parseFloat(fontSize) < (print ? 6 : 11)) {
      faults.push(`${block.textContent} is ${fontSize} high`);
    }
  }
  return faults.map((fault) => (fault.length > 200 ? `${fault.slice(0, 200)}…` : fault));
})();

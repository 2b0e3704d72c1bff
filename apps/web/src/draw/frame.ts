import { scaleLinear, scaleLog } from 'd3-scale';
import type { Pen } from './pen.js';
import type { Theme } from './theme.js';

/** A rectangle in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An axis: from values to pixels and back. */
export interface Axis {
  (value: number): number;
  invert(pixel: number): number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** −1.5, 0.25, 2e−8 with a true minus sign. */
export function short(value: number, digits = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? value
          .toExponential(Math.max(0, digits - 1))
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : String(Number(value.toPrecision(digits)));
  return text.replaceAll('-', '−');
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(value / 10 ** exponent - 1) > 1e-9) return '';
  if (exponent >= -2 && exponent <= 3) return short(value);
  const digits = Array.from(String(Math.abs(exponent)), (digit) => superscripts[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** A linear axis, or a logarithmic one for positive values. */
export function axis(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  { log = false, count = 5 }: { readonly log?: boolean; readonly count?: number } = {},
): Axis {
  if (log) {
    const scale = scaleLog([from, to], [start, end]).clamp(true);
    const decades = Math.log10(to / from);
    const all = scale.ticks(count).filter((tick) => powerOfTen(tick) !== '');
    const every = Math.max(1, Math.ceil(all.length / count));
    const ticks = decades < 1 ? scale.ticks(3).slice(0, 4) : all.filter((_, i) => i % every === 0);
    return Object.assign((value: number) => scale(Math.max(value, from)), {
      invert: (pixel: number) => scale.invert(pixel),
      ticks,
      format: decades < 1 ? (value: number) => short(value, 2) : powerOfTen,
    });
  }
  const wide = from === to ? [from - 0.5, to + 0.5] : [from, to];
  const scale = scaleLinear(wide, [start, end]);
  return Object.assign((value: number) => scale(value), {
    invert: (pixel: number) => scale.invert(pixel),
    ticks: scale.ticks(count),
    format: (value: number) => short(value, 6),
  });
}

/** Axes with ticks, labels and light grid lines around a box. */
export function drawAxes(
  pen: Pen,
  theme: Theme,
  { left, top, width, height }: Box,
  x: Axis,
  y: Axis,
  labels: { readonly x?: string; readonly y?: string; readonly grid?: boolean },
): void {
  const bottom = top + height;
  const { soft, faint } = theme;
  for (const tick of y.ticks) {
    const at = y(tick);
    if (at < top - 0.5 || at > bottom + 0.5) continue;
    if (labels.grid !== false) pen.line([left, at, left + width, at], { colour: faint, width: 1 });
    pen.text(left - 6, at, y.format(tick), { colour: soft, size: 11, anchor: 'end' });
  }
  for (const tick of x.ticks) {
    const at = x(tick);
    if (at < left - 0.5 || at > left + width + 0.5) continue;
    pen.line([at, bottom, at, bottom + 4], { colour: soft, width: 1 });
    if (labels.x !== undefined) {
      pen.text(at, bottom + 13, x.format(tick), { colour: soft, size: 11, anchor: 'middle' });
    }
  }
  pen.line([left, bottom, left + width, bottom], { colour: soft, width: 1 });
  if (labels.x) {
    pen.text(left + width, bottom + 28, labels.x, { colour: soft, size: 11, anchor: 'end' });
  }
  if (labels.y) pen.text(left, top - 9, labels.y, { colour: soft, size: 11, weight: 600 });
}

/**
 * The least and the largest finite value, with a margin around them. Differences up to `rounding` are none: the values
 * are then seen as one, in the middle.
 */
export function extent(
  values: Iterable<number>,
  margin = 0.06,
  rounding?: number,
): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const same = high - low <= (rounding ?? 1e-9 * size);
  const pad = same ? Math.max(0.5, size * 0.1) : (high - low) * margin;
  return [low - pad, high + pad];
}

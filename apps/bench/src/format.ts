import type { Check, Quantity } from './check.js';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Four significant digits; thousands grouped; exponents for the very large and very small. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return grouped.format(value);
  if (size >= 1e9 || size < 1e-3) return value.toExponential(2);
  if (size >= 1000) return grouped.format(value);
  return String(Number(value.toPrecision(4)));
}

/** A rate with a prefix: '48.2 k'. */
export function formatRate(perSecond: number): string {
  const [divisor, prefix] =
    perSecond >= 1e12
      ? [1e12, ' T']
      : perSecond >= 1e9
        ? [1e9, ' G']
        : perSecond >= 1e6
          ? [1e6, ' M']
          : perSecond >= 1e4
            ? [1e3, ' k']
            : [1, ''];
  const digits = perSecond / divisor;
  return `${digits >= 1000 ? grouped.format(digits) : digits.toPrecision(3)}${prefix}`;
}

/** A power of ten with a prefix: '10 k'. */
export function formatPower(power: number): string {
  const exponent = Math.round(Math.log10(power));
  const prefix = [' ', ' k', ' M', ' G', ' T'][Math.floor(exponent / 3)];
  return prefix === undefined ? power.toExponential(0) : `${10 ** (exponent % 3)}${prefix}`.trim();
}

/** A duration with a unit that suits it. */
export function formatSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}

/** Three digits in the unit that suits: '12.7 µs'. */
export function formatDuration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3
    ? `${(1e3 * seconds).toPrecision(3)} ms`
    : `${(1e6 * seconds).toPrecision(3)} µs`;
}

/** A fraction as whole percent. */
export function formatPercent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

/** A sample is shown as mean ± standard deviation. */
export function formatQuantity(quantity: Quantity): string {
  if (typeof quantity === 'string') return quantity;
  if (typeof quantity === 'number') return formatNumber(quantity);
  const { mean, deviation, count } = quantity;
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)} (${count})`;
}

/** '1.2 of 4 standard errors', '3e-16 ≤ 1e-12'. */
export function formatDeviation({ deviation, limit, measure }: Check): string {
  if (deviation === undefined || limit === undefined) return '';
  if (measure === 'standard errors') return `${deviation.toFixed(1)} of ${limit} standard errors`;
  const unit = measure === 'relative' ? ' rel.' : ' abs.';
  return `${formatNumber(deviation)} ${deviation <= limit ? '≤' : '>'} ${formatNumber(limit)}${unit}`;
}

import type { WriteStream } from 'node:tty';
import type { Observer } from './benchmark.js';
import { formatPercent, formatRate, formatSeconds } from './format.js';
import { warmUpSeconds } from './job.js';
import type { Measurement } from './results.js';

/** What progress needs of a stream: a terminal or a plain one. */
export type Output = Pick<WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** An observer that shows what it is told. */
export interface Progress extends Observer {
  /** A line above the live one. */
  say(line: string): void;
  close(): void;
}

/**
 * Live progress: on a terminal one line with a bar that is redrawn, elsewhere plain lines. `total` is the
 * number of measurements to come; `seconds` what a timed one takes.
 */
export function progress(output: Output, total: number, seconds: number): Progress {
  const live = output.isTTY ? liveLine(output) : undefined;
  let current = { label: '', unit: '', isTimed: false, begun: 0, fraction: 0 };
  let done = 0;
  let lastPlain = 0;

  const place = (n: number): string => `[${String(n).padStart(String(total).length)}/${total}]`;

  const draw = (): void => {
    const { label, isTimed, begun, fraction } = current;
    const elapsed = (performance.now() - begun) / 1000;
    const part = isTimed ? Math.min(0.99, elapsed / (seconds + warmUpSeconds(seconds))) : fraction;
    live?.show(`${bar(part)} ${formatPercent(part).padStart(5)} ${place(done + 1)} ${label}`);
  };
  const timer = live && setInterval(draw, 100);
  const say = (line: string): void => {
    live?.hide();
    output.write(`${line}\n`);
  };

  return {
    say,
    started(scenario, one, threads) {
      const name = `${scenario.name} · ${one.name}`;
      current = {
        label: `${name.padEnd(48)} ${String(threads).padStart(3)} thread${threads === 1 ? ' ' : 's'}`,
        unit: one.unit,
        isTimed: one.kind === 'timed',
        begun: performance.now(),
        fraction: 0,
      };
      lastPlain = current.begun;
      if (live) draw();
    },
    comparing(scenario, cases) {
      current = {
        label: `${scenario.name} · ${cases} cases compared, window by window`,
        unit: '',
        isTimed: false,
        begun: performance.now(),
        fraction: 0,
      };
      if (live) draw();
    },
    compared() {
      done++;
      const seconds = (performance.now() - current.begun) / 1000;
      say(`${place(done)} ${current.label}  in ${formatSeconds(seconds)}`);
    },
    progressed(fraction) {
      current.fraction = fraction;
      if (live || fraction === 1 || performance.now() - lastPlain < 2000) return;
      lastPlain = performance.now();
      say(`${place(done + 1)} ${current.label}  ${formatPercent(fraction)} …`);
    },
    measured(measurement) {
      done++;
      say(`${place(done)} ${current.label}  ${outcome(measurement, current.unit)}`);
    },
    checked(result) {
      for (const { quantity, verdict } of result.checks) {
        if (verdict === 'wrong') say(`    WRONG: ${quantity}`);
      }
    },
    close() {
      clearInterval(timer);
      live?.hide();
    },
  };
}

function outcome({ throughput, seconds, failures }: Measurement, unit: string): string {
  if (throughput === undefined) return `FAILED: ${failures.join('; ')}`;
  return `${formatRate(throughput).padStart(9)} ${unit}/s  in ${formatSeconds(seconds ?? 0)}`;
}

function bar(fraction: number): string {
  const filled = Math.round(20 * fraction);
  return '█'.repeat(filled) + '░'.repeat(20 - filled);
}

function liveLine(output: Output): { show(text: string): void; hide(): void } {
  const clear = '\r\u001b[2K';
  return {
    // a line that wraps could not be cleared; some terminals say that they have 0 columns
    show: (text) => void output.write(clear + text.slice(0, (output.columns || 80) - 1)),
    hide: () => void output.write(clear),
  };
}

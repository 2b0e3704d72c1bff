import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const baselines = join(import.meta.dirname, '../apps/bench/baselines');

/** The results of the benchmark that the documentation shows: the ones that were kept last. */
export function newestResults() {
  const runs = readdirSync(baselines)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, ...JSON.parse(readFileSync(join(baselines, file), 'utf8')) }));
  return runs.sort((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1);
}

/** The tables of the page on performance by name, as Markdown; a table without rows is a sentence. */
export function measuredTables(results) {
  const { machine, settings, startedAt, file } = results;
  const day = new Date(startedAt).toLocaleDateString('en-GB', { dateStyle: 'long' });
  const run =
    `${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}, kernels ${machine.kernels}, ` +
    `${day}, windows of ${settings.seconds} s. \`apps/bench/baselines/${file}\` keeps all of its numbers.\n`;
  return {
    run,
    gradients: table(
      ['Network', 'Gradients per second', 'Time'],
      casesOf(results, 'nets').map((one) => [
        one.name.replace(/^\S+ /, ''),
        short(onThreads(one, 1)?.throughput),
        duration(onThreads(one, 1)),
      ]),
    ),
    training: table(
      ['Rule', 'Steps per second, 1 thread', '2 threads', 'PyTorch’s time ÷ ours'],
      casesOf(results, 'sad').map((one) => [
        one.name,
        short(onThreads(one, 1)?.throughput),
        short(onThreads(one, 2)?.throughput),
        ratioOf(results, `PyTorch (scaled) ÷ study step ${one.name}`),
      ]),
    ),
    certificates: table(
      ['Network/samples, kinks', 'Certificates per second', 'Time', 'Gradients beyond 0.2 ms'],
      casesOf(results, 'certify')
        .filter(({ name }) => name.startsWith('certify '))
        .map((one) => [
          one.name.replace('certify ', ''),
          short(onThreads(one, 1)?.throughput),
          duration(onThreads(one, 1)),
          ratioOf(results, `${one.name}: gradients beyond 0.2 ms`),
        ]),
    ),
    flows: table(
      ['Network/samples', 'A right-hand side, in gradients', 'In right-hand sides without kinks'],
      marksOf(results).flatMap(({ quantity, ratio }) => {
        const net = /^a right-hand side of the flow of (.+) ÷ gradient$/.exec(quantity)?.[1];
        if (net === undefined) return [];
        const ignored = `a right-hand side of the flow of ${net} ÷ with kinks ignored`;
        return [[net, short(ratio), ratioOf(results, ignored)]];
      }),
    ),
    marks: table(
      ['Quantity', 'Measured', 'Goal'],
      marksOf(results).map(({ quantity, ratio, mark, atMost }) => [
        quantity,
        short(ratio),
        `${atMost ? '≤' : '≥'} ${short(mark)}`,
      ]),
    ),
  };
}

const marksOf = ({ scenarios }) => scenarios.flatMap(({ marks }) => marks);

function casesOf({ scenarios }, name) {
  const cases = scenarios.find((scenario) => scenario.name === name)?.cases ?? [];
  return cases.filter(({ baseline }) => !baseline);
}

const onThreads = ({ measurements }, threads) =>
  measurements.find((one) => one.threads === threads);

/** A ratio that the run has a mark for. */
function ratioOf(results, quantity) {
  return short(marksOf(results).find((mark) => mark.quantity === quantity)?.ratio);
}

function table(head, rows) {
  if (rows.length === 0) return 'This run did not measure it.\n';
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const right = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, right, ...rows].map(line).join('');
}

/** Three digits, or a dash. */
function short(value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(2))} million`;
  if (value >= 1000) return Number(value.toPrecision(2)).toLocaleString('en').replaceAll(',', ' ');
  return String(Number(value.toPrecision(3)));
}

/** The time of one call in the fastest stretch, or by the throughput. */
function duration(measurement) {
  const seconds = measurement?.callSeconds ?? 1 / (measurement?.throughput ?? NaN);
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 1e-3) return `${Number((seconds * 1e6).toPrecision(2))} µs`;
  return `${Number((seconds * 1e3).toPrecision(2))} ms`;
}

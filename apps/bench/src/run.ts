import { largest } from '@nonsmooth/core';
import {
  counted,
  exitStatus,
  interruption,
  requireWritable,
  understood,
  writeWhole,
} from '@nonsmooth/apps-shared';
import { join } from 'node:path';
import { benchmark, countOf } from './benchmark.js';
import { parseCommandLine } from './command-line.js';
import { formatNumber } from './format.js';
import { comparisonText, compareRuns, readResults, regressions } from './earlier.js';
import { describeMachine } from './machine.js';
import { boundOf, isMet } from './mark.js';
import type { Parts } from './parts.js';
import { peerPackages } from './peers/index.js';
import { installPeers, peerFolder } from './peers/install.js';
import { findPython, pythonLine } from './peers/python/installation.js';
import { progress } from './progress.js';
import { queueExecutor, serveQueue } from './queue.js';
import { reportPage } from './report/page.js';
import { failuresOf, type Results } from './results.js';
import type { Settings } from './settings.js';
import { checkTable, markTable, throughputTable } from './table.js';

/** The whole command: from the words of the command line to the exit status. */
export async function run(words: readonly string[], parts: Parts): Promise<number> {
  const request = understood(() => {
    const parsed = parseCommandLine(words, parts.scenarios);
    if (parsed.kind !== 'run') return { ...parsed, earlier: undefined };
    requireWritable('--out', parsed.settings.out);
    const { compare } = parsed.settings;
    // read before it may be written over
    return { ...parsed, earlier: compare === undefined ? undefined : readResults(compare) };
  });
  if (!request) return exitStatus.badUse;
  if (request.kind === 'print') {
    process.stdout.write(request.text);
    return exitStatus.done;
  }
  if (request.kind === 'serve') return serveQueue(request, parts);
  const { earlier, queue } = request;
  let { settings } = request;
  // before the first kernel, here and in the workers, which inherit it
  if (!settings.native) process.env['NONSMOOTH_NATIVE'] = 'off';
  if (settings.peers) {
    console.error(`Installing peers into ${peerFolder} …`);
    try {
      await installPeers(peerFolder, peerPackages());
    } catch (error) {
      console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      return exitStatus.failed;
    }
    const python = findPython();
    console.error(pythonLine(python));
    if (python) settings = { ...settings, python };
  }
  const results = await measureAll(
    settings,
    queue ? { ...parts, executor: () => queueExecutor(queue, parts) } : parts,
  );
  const files = writeFiles(results);
  if (settings.json) process.stdout.write(`${toJson(results)}\n`);
  else printTables(results, files);
  for (const line of complaints(results)) console.error(line);
  if (!results.complete) return exitStatus.interrupted;
  const compared = earlier && compareRuns(results, earlier);
  if (compared) {
    const output = settings.json ? process.stderr : process.stdout;
    output.write(`\n${comparisonText(compared, settings.compare!)}\n`);
  }
  const isWorse = compared !== undefined && regressions(compared).length > 0;
  return isWorse || failuresOf(results).length > 0 ? exitStatus.failed : exitStatus.done;
}

async function measureAll(settings: Settings, parts: Parts): Promise<Results> {
  const { signal, release } = interruption();
  const started = new Date();
  const executor = parts.executor({
    threads: largest(settings.threads),
    secondsPerJob: 300 + 10 * settings.seconds,
  });
  const output = settings.json ? process.stderr : process.stdout;
  const named = parts.scenarios.filter(({ name }) => settings.scenarios.includes(name));
  const chosen = named.filter((scenario) => scenario.missing?.() === undefined);
  const observer = progress(output, countOf(chosen, settings), settings.seconds);
  observer.say(headline(settings));
  for (const scenario of named) {
    if (!chosen.includes(scenario) && settings.detailed) {
      observer.say(`skipped: ${scenario.name}, for want of ${scenario.missing!()}`);
    }
  }
  try {
    const found = await benchmark(chosen, settings, executor, signal, observer);
    const packages = [...new Set(chosen.flatMap((scenario) => scenario.packages))];
    return {
      schema: 1,
      complete: !signal.aborted,
      startedAt: started.toISOString(),
      elapsedSeconds: (Date.now() - started.getTime()) / 1000,
      settings,
      machine: describeMachine(packages.map((name) => `@nonsmooth/${name}`)),
      peers: settings.peers ? { ...peerPackages(), ...settings.python?.systems } : {},
      scenarios: found,
    };
  } finally {
    observer.close();
    await executor.close();
    release();
  }
}

function headline({ scenarios, threads, seconds, seed }: Settings): string {
  const counts = [...threads.slice(0, -1), counted(threads.at(-1)!, 'worker thread')].join(', ');
  return (
    `nonsmooth benchmark: ${scenarios.join(', ')} on ${counts}, ` +
    `${seconds} s per timed measurement, seed ${seed}`
  );
}

function writeFiles(results: Results): readonly string[] {
  const json = join(results.settings.out, 'results.json');
  const html = join(results.settings.out, 'report.html');
  writeWhole(json, `${toJson(results)}\n`);
  writeWhole(html, reportPage(results));
  return [json, html];
}

function toJson(results: Results): string {
  return JSON.stringify(results, null, 2);
}

function printTables(results: Results, files: readonly string[]): void {
  const state = results.complete ? '' : ' (INCOMPLETE: interrupted)';
  console.log(`\nIs the work right? ${tally(results)}\n${checkTable(results)}`);
  const marks = markTable(results);
  if (marks) console.log(`\nRatios and their marks\n${marks}`);
  console.log(`\nThroughput${state}\n${throughputTable(results)}`);
  console.log(`\nWritten in ${results.elapsedSeconds.toFixed(0)} s: ${files.join(', ')}`);
}

function tally({ scenarios }: Results): string {
  const checks = scenarios.flatMap(({ cases }) => cases.flatMap((one) => one.checks));
  const judged = checks.filter(({ verdict }) => verdict !== 'reported');
  const right = judged.filter(({ verdict }) => verdict === 'right').length;
  const bits = judged.filter(({ measure }) => measure === 'bits').length;
  return `${right} of ${judged.length} comparisons are right; ${bits} of them, of bits across threads, are only in the report`;
}

function complaints(results: Results): readonly string[] {
  const below = results.scenarios.flatMap(({ name, marks }) =>
    marks
      .filter((mark) => !isMet(mark))
      .map(
        (mark) =>
          `warning: ${name}: ${mark.quantity} is ${formatNumber(mark.ratio)}, not ${boundOf(mark, formatNumber)}`,
      ),
  );
  const failures = failuresOf(results).map((line) => `error: ${line}`);
  const interrupted = results.complete ? [] : ['interrupted: the results are incomplete'];
  return [...below, ...failures, ...interrupted];
}

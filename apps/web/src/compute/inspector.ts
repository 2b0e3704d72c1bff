import type { ConformanceRow } from '@nonsmooth/subgradient';
import type { Inspection, Outlook, ProgramInspection } from './inspect.js';
import type { Question, Reply } from './inspector.worker.js';
import { lifeName, whenEnded } from './life.js';

interface Answers {
  readonly risk: Inspection;
  readonly program: ProgramInspection;
  readonly conformance: ConformanceRow[];
  readonly outlook: Outlook;
}

interface Asked {
  readonly question: Question;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  /** How many workers have ended over this question. */
  ends: number;
}

interface Inspector {
  readonly worker: Worker;
  readonly life: string;
  forget: () => void;
}

/** A question took longer than it may. */
export class TooLongError extends Error {}

let inspector: Inspector | undefined;
let id = 0;
const waiting = new Map<number, Asked>();
/** Seconds from when a question is the first in the row. */
let patience = 15;
let alarm: ReturnType<typeof setTimeout> | undefined;

/** Sets how many seconds a question may take. */
export function answerWithin(seconds: number): void {
  patience = seconds;
}

/**
 * Asks the worker for gradients, which is begun with the first question. A worker that ends is begun again, once for
 * each question.
 * @throws TooLongError for a question that is not answered in time.
 */
export function ask<Q extends Question>(question: Q): Promise<Answers[Q['kind']]> {
  return new Promise((resolve, reject) => {
    const number = ++id;
    waiting.set(number, { question, resolve, reject, ends: 0 });
    post(number, question);
    if (waiting.size === 1) watch();
  });
}

/** As `ask`, but what takes too long is answered without being decided. */
export async function askOrShowAnswers<Q extends Question & { kind: 'risk' | 'program' }>(
  question: Q,
): Promise<Answers[Q['kind']]> {
  try {
    return await ask(question);
  } catch (error) {
    if (!(error instanceof TooLongError)) throw error;
    return ask({ ...question, undecided: error.message });
  }
}

function post(number: number, question: Question): void {
  inspector ??= made();
  inspector.worker.postMessage({ id: number, question, life: inspector.life }, []);
}

/** Questions are answered one after the other: the first one has its time. */
function watch(): void {
  clearTimeout(alarm);
  const first = waiting.keys().next();
  if (first.done) return;
  alarm = setTimeout(() => {
    const asked = waiting.get(first.value);
    waiting.delete(first.value);
    end();
    asked?.reject(new TooLongError(`not decided within ${patience} s`));
    askAgain();
  }, 1000 * patience);
}

function end(): void {
  inspector?.forget();
  inspector?.worker.terminate();
  inspector = undefined;
}

function askAgain(): void {
  for (const [number, { question }] of waiting) post(number, question);
  watch();
}

/** The worker is gone without having been asked to. */
function ended(): void {
  end();
  for (const [number, asked] of waiting) {
    asked.ends++;
    if (asked.ends < 2) continue;
    waiting.delete(number);
    asked.reject(new Error('the worker that computes this ended twice: it may lack memory'));
  }
  askAgain();
}

function made(): Inspector {
  const worker = new Worker(new URL('./inspector.worker.ts', import.meta.url), { type: 'module' });
  const one: Inspector = { worker, life: lifeName(), forget: () => undefined };
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if ('alive' in data) {
      one.forget = whenEnded(one.life, ended);
      return;
    }
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    watch();
    if (!asked) return;
    if ('message' in data) asked.reject(new Error(data.message));
    else asked.resolve(data.answer as never);
  });
  worker.addEventListener('error', ended);
  return one;
}

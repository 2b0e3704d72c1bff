import { counted } from '@nonsmooth/apps-shared';
import { BroadcastChannel } from 'node:worker_threads';
import { tell, type LabEvent } from './events.js';
import { nameOf, type Member } from './members.js';
import type { Ended, News } from './worker.js';

/** How progress can be shown. */
export const progressKinds = ['text', 'json', 'none'] as const;

/** How progress is shown. */
export type ProgressKind = (typeof progressKinds)[number];

/** Tells how a study goes: in words, as lines of JSON, or not at all. */
export interface Progress {
  begin(headline: string): void;
  ended(member: Member, ended: Ended): void;
  failed(member: Member, reason: string): void;
  close(): void;
}

type State = Omit<Extract<LabEvent, { event: 'progress' }>, 'event'>;

const millisecondsBetweenLines = 10_000;

/** Listens on `channel` for news from within members. */
export function progress(
  kind: ProgressKind,
  channel: string,
  total: number,
  earlier: number,
): Progress {
  const began = Date.now();
  const running = new Map<number, News & { first: News; at: number }>();
  let done = 0;
  let shown = began;
  const news = new BroadcastChannel(channel);
  // oxlint-disable-next-line prefer-add-event-listener -- Node's types know no other way
  news.onmessage = (message): void => {
    const { data } = message as { data: News };
    const { first = data, at = Date.now() } = running.get(data.index) ?? {};
    running.set(data.index, { ...data, first, at });
    const now = Date.now();
    if (kind === 'none' || now - shown < (kind === 'json' ? 1000 : millisecondsBetweenLines))
      return;
    shown = now;
    const state = estimate(now);
    if (kind === 'json') tell({ event: 'progress', ...state });
    else {
      const pace = `; ${Math.round(state.perSecond)} steps/s, ${inWords(state.secondsLeft)} left`;
      const each = `  ${eachRunning(state)}${pace}`;
      const fits = state.running.length <= 8 && each.length <= (process.stdout.columns ?? Infinity);
      console.log(isElsewhere() || !fits ? `  ${allRunning()}${pace}` : each);
    }
  };
  // Never holds the process: what remains to be said is said by members that end.
  (news as unknown as { unref(): void }).unref();

  const isElsewhere = (): boolean => [...running.values()].some(({ machine }) => machine);
  const eachRunning = ({ running: all }: Pick<State, 'running'>): string =>
    all.map(({ index, done: steps, of }) => `member ${index}: ${steps} of ${of}`).join(', ');

  /** Of many members, of those on other machines, and in narrow terminals only how many there are. */
  function allRunning(): string {
    const workers = new Set([...running.values()].flatMap(({ machine }) => machine ?? []));
    const where = workers.size > 0 ? ` on ${counted(workers.size, 'worker')}` : '';
    return `${earlier + done} of ${total} ended, ${running.size} run${where}`;
  }

  function estimate(now: number): State {
    const inside = [...running.values()].map(({ index, done: steps, of }) => ({
      index,
      done: steps,
      of,
    }));
    let perSecond = 0;
    let within = 0;
    for (const one of running.values()) {
      if (now > one.at) perSecond += (1000 * (one.done - one.first.done)) / (now - one.at);
      within += (one.done - one.first.done) / one.of;
    }
    const finished = done + within;
    const left = total - earlier - finished;
    const secondsLeft = finished > 0 ? (((now - began) / 1000) * left) / finished : Infinity;
    return { ended: earlier + done, total, running: inside, perSecond, secondsLeft };
  }

  function place(): string {
    return `[${String(earlier + done).padStart(String(total).length)}/${total}]`;
  }
  const label = (member: Member): string =>
    [nameOf(member.variation), `start ${member.start}`].filter(Boolean).join(', ');
  return {
    begin(headline) {
      if (kind === 'text') {
        console.log(headline + (earlier > 0 ? `, ${earlier} of them done earlier` : ''));
      } else if (kind === 'json') tell({ event: 'begin', headline, total, earlier });
    },
    ended(member, { status, verdict, loss, norm, reason }) {
      done++;
      running.delete(member.index);
      if (kind === 'text') {
        const isRecorded = (name: 'loss' | 'norm'): boolean => member.study.record.includes(name);
        const told = status === 'failed' ? `failed (${reason})` : status;
        console.log(
          [
            `${place()} ${label(member)}: ${told}`,
            ...(isRecorded('loss') ? [`L = ${loss.toExponential(2)}`] : []),
            ...(isRecorded('norm') ? [`‖θ‖ = ${norm.toPrecision(4)}`] : []),
            verdict,
          ].join(', '),
        );
      } else if (kind === 'json') {
        const { index, start, variation } = member;
        tell({ event: 'member', index, start, variation, status, reason, verdict, loss, norm });
      }
    },
    failed(member, reason) {
      done++;
      running.delete(member.index);
      if (kind === 'text') console.log(`${place()} ${label(member)}: FAILED: ${reason}`);
      else if (kind === 'json') tell({ event: 'failed', index: member.index, reason });
    },
    close: () => news.close(),
  };
}

function inWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6000) return `${Math.ceil(seconds / 60)} min`;
  return counted(Math.ceil(seconds / 3600), 'hour');
}

import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { Outlook } from '../compute/inspect.js';
import { ask } from '../compute/inspector.js';
import { short } from '../draw/frame.js';
import { busy, run } from '../state/store.js';

/** Where the run goes: what is proved, what is supported by evidence, what is open. */
export function VerdictTab(): JSX.Element {
  const found = useSignal<Outlook | undefined>(undefined);
  const wrong = useSignal('');
  useSignalEffect(() => {
    const one = run.value;
    found.value = undefined;
    if (!one || busy.value) return undefined;
    let isLast = true;
    ask({ kind: 'outlook', run: one }).then(
      (outlook) => {
        if (!isLast) return;
        found.value = outlook;
        wrong.value = '';
      },
      (error: Error) => {
        if (isLast) wrong.value = error.message;
      },
    );
    return () => void (isLast = false);
  });
  const one = run.value;
  if (!one) return <p class="note">Waiting for the run.</p>;
  const outlook = found.value;
  return (
    <dl class="facts">
      {outlook ? (
        <>
          <div>
            <dt>Convergence</dt>
            <dd>
              <strong>
                {outlook.verdict}
                {outlook.strength ? `, ${outlook.strength}` : ''}
              </strong>
              . {outlook.strength ? strengthWords[outlook.strength] : ''} {outlook.reason}
            </dd>
          </div>
          <div>
            <dt>Loss in the end</dt>
            <dd>
              {outlook.level.interval
                ? outlook.level.interval[0] === outlook.level.interval[1]
                  ? short(outlook.level.interval[0], 4)
                  : `between ${short(outlook.level.interval[0], 4)} and ${short(outlook.level.interval[1], 4)}`
                : 'not known'}
            </dd>
          </div>
          <div>
            <dt>Parameters</dt>
            <dd>
              sup ‖θ‖ = {short(outlook.norm.supremum, 5)} so far
              {outlook.norm.trend
                ? `; the norm ${trendWords[outlook.norm.trend] ?? outlook.norm.trend}`
                : ''}
              . This is what was seen, no bound.
            </dd>
          </div>
        </>
      ) : (
        <div>
          <dt>Convergence</dt>
          <dd>{wrong.value || 'Computing.'}</dd>
        </div>
      )}
      <div>
        <dt>Rest</dt>
        <dd>
          {one.atRestSince === undefined
            ? 'The run moves to its end.'
            : `At rest since t = ${short(one.atRestSince, 4)}: nothing more is computed from there on.`}{' '}
          {one.distance === undefined
            ? ''
            : `At the end 0 is at most ${short(one.distance, 3)} away from Clarke's set.`}
        </dd>
      </div>
      <div>
        <dt>Uniqueness</dt>
        <dd>
          {one.uniqueUntil === undefined
            ? 'No other solution was met.'
            : `The solution is unique until t = ${short(one.uniqueUntil, 4)}; from there on several go on, and one was chosen.`}
        </dd>
      </div>
      <div>
        <dt>Accuracy</dt>
        <dd>
          {one.energy
            ? `The energy identity holds to ${short(Math.abs(one.energy.residual.at(-1) ?? 0), 2)}.`
            : 'Descent has no energy identity.'}{' '}
          {one.invariants
            ? `Invariants of the flow have moved by ${short(one.invariants.at(-1)!, 2)}.`
            : ''}
        </dd>
      </div>
    </dl>
  );
}

const strengthWords: { readonly [Strength in NonNullable<Outlook['strength']>]: string } = {
  proved: 'A theorem about the exact flow through the last state, with a certificate:',
  supported: 'Evidence from the run, no proof:',
};

const trendWords: Readonly<Record<string, string>> = {
  settles: 'settles',
  grows: 'still grows',
  shrinks: 'shrinks',
  unclear: 'shows no clear trend',
};

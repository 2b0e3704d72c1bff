import type { JSX } from 'preact';
import { momentAt } from '../compute/neurons.js';
import { short } from '../draw/frame.js';
import { shareOfTime, timeOfShare } from '../draw/time-axis.js';
import {
  busy,
  change,
  layout,
  playing,
  run,
  seconds,
  state,
  stepTime,
  time,
} from '../state/store.js';

/** Play, step, rewind, scrub; a small one has no new starts and stands where it is put. */
export function Transport({ small = false }: { readonly small?: boolean }): JSX.Element {
  const on = layout.value;
  const one = run.value;
  const now = time.value;
  const share = on ? shareOfTime(on, now) : 0;
  const loss = one ? one.loss[momentAt(one.t, now)]! : NaN;
  const play = (): void => {
    if (!playing.peek() && share >= 1) change({ time: 0 });
    playing.value = !playing.peek();
  };
  return (
    <section class={small ? 'transport small' : 'transport'} aria-label="Time">
      <div class="buttons">
        <button
          type="button"
          onClick={() => (change({ time: 0 }), (playing.value = false))}
          aria-label="Rewind to the start"
        >
          <Glyph d="M3 3v10M13 3 6 8l7 5z" />
        </button>
        <button type="button" onClick={() => stepTime(-1)} aria-label="Back to the event before">
          <Glyph d="M10 3 4 8l6 5z" />
        </button>
        <button
          type="button"
          class="primary"
          onClick={play}
          aria-label={playing.value ? 'Pause' : 'Play'}
        >
          <Glyph d={playing.value ? 'M5 3v10M11 3v10' : 'M4 2.5 13 8l-9 5.5z'} />
        </button>
        <button type="button" onClick={() => stepTime(1)} aria-label="On to the next event">
          <Glyph d="M6 3l6 5-6 5z" />
        </button>
        {small ? null : <NewStart />}
      </div>
      <input
        type="range"
        min={0}
        max={1000}
        step={1}
        value={Math.round(share * 1000)}
        disabled={!on}
        aria-label="Time"
        aria-valuetext={`t = ${short(now, 4)}`}
        onInput={(event) => {
          playing.value = false;
          if (on) change({ time: timeOfShare(on, event.currentTarget.valueAsNumber / 1000) });
        }}
      />
      <output class="now">
        <span>t = {short(now, 4)}</span> <span>L = {short(loss, 4)}</span>{' '}
        <span class="state">{busy.value ? 'computing …' : endOf(one, seconds.value)}</span>
      </output>
    </section>
  );
}

function NewStart(): JSX.Element {
  return (
    <button
      type="button"
      class="words"
      onClick={() => {
        const { seed, start } = state.peek();
        change({
          seed: seed + 1,
          start: start === 'values' ? 'heNormal' : start,
          time: 0,
          preset: '',
        });
      }}
    >
      New start
    </button>
  );
}

/** How the run ended. */
function endOf(one: typeof run.value, spent: number): string {
  if (!one) return '';
  if (!one.complete) {
    return `to t = ${short(one.horizon)}: more would not stay fluid`;
  }
  const how = one.status === 'finished' ? '' : `, ${one.status}`;
  const steps = one.t.length - 1;
  return `${steps} ${steps === 1 ? 'step' : 'steps'} in ${short(spent, 2)} s${how}`;
}

/** A small drawing for a button. */
export function Glyph({ d }: { readonly d: string }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={d}
        fill="currentColor"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linejoin="round"
      />
    </svg>
  );
}

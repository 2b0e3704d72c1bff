import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { activationKinks } from '@nonsmooth/kernels';
import { problemOf, type Problem } from '../compute/problem.js';
import { Runner } from '../compute/runner.js';
import type { Run } from '../compute/run.js';
import { shareOfTime, timeLayout, timeOfShare } from '../draw/time-axis.js';
import { dark, light, type Theme } from '../draw/theme.js';
import { experimentOf, experimentsOf } from './experiments.js';
import type { Experiment, State } from './state.js';
import { consistent, parseState, printState } from './url.js';

/** The state of the page. It is changed by `change` only. */
export const state = signal<State>(parseState(location.hash));

/** The run, then the ones beside and behind it, as far as they are computed. */
export const runs = signal<readonly (Run | undefined)[]>([]);
/** Whether something is being computed. */
export const busy = signal(false);
/** What went wrong, in words; empty if nothing did. */
export const failure = signal('');
/** How long the last request took. */
export const seconds = signal(0);
/** Whether time moves by itself. */
export const playing = signal(false);

/** What may be chosen: follow the system, or not. */
export const themeChoice = signal<'auto' | 'light' | 'dark'>('auto');
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<'light' | 'dark'>(systemDark.matches ? 'dark' : 'light');
systemDark.addEventListener(
  'change',
  ({ matches }) => (systemTheme.value = matches ? 'dark' : 'light'),
);

/** The colours of figures. */
export const theme = computed<Theme>(() => {
  const name = themeChoice.value === 'auto' ? systemTheme.value : themeChoice.value;
  return name === 'dark' ? dark : light;
});

/** The run that everything is about. */
export const run = computed(() => runs.value[0]);
/** The runs drawn behind it. */
export const others = computed(() => runs.value.slice(1).filter((one) => one !== undefined));
/** The experiments as text: what is computed depends on nothing else of the state. */
const key = computed(() => JSON.stringify(experimentsOf(state.value)));
const wanted = computed<Problem | undefined>(() => {
  void key.value;
  try {
    return problemOf(experimentOf(state.peek()));
  } catch {
    return undefined;
  }
});
const computedProblem = computed(() => run.value && problemOf(run.value.experiment));
/** The problem that is drawn: the one that is wanted, if the run that is there fits it, else the run's own. */
export const problem = computed<Problem | undefined>(() => {
  const [next, now] = [wanted.value, computedProblem.value];
  if (!now) return next;
  // the events of a run name its samples by number
  const fits =
    next?.net.widths.join() === now.net.widths.join() &&
    next.net.activation.name === now.net.activation.name &&
    next.samples.inputs.length === now.samples.inputs.length;
  return fits ? next : now;
});
/** Whether its activation has kinks. */
export const kinked = computed(
  () => problem.value !== undefined && activationKinks(problem.value.net.activation).length > 0,
);
/** The neuron that is looked at, of the problem that is drawn. */
export const shownNeuron = computed(() =>
  Math.min(state.value.neuron, (problem.value?.net.widths[1] ?? 1) - 1),
);
const logTime = computed(() => state.value.logTime);
/** The layout of time in every view. */
export const layout = computed(() => run.value && timeLayout(run.value, logTime.value));
/** The moment that is looked at, within the run. */
export const time = computed(() => Math.min(state.value.time, run.value?.horizon ?? 0));

/** Changes some of the state, and computes what depends on it. `preview`: while something is dragged. */
export function change(patch: Partial<State>, { preview = false } = {}): void {
  state.value = consistent({ ...state.value, ...patch });
  if (preview) compute(true);
}

const runner = new Runner();
const computedFor = signal('');
/** Whether everything that is shown belongs to the state. */
export const settled = computed(() => !busy.value && computedFor.value === key.value);

/** Seconds after which no longer horizon is begun: what stays fluid. */
const patience = 12;

/** Longer and longer horizons: the first is there at once, and the last costs about as much as all. */
const shares = [0.02, 0.2, 1];

/** Computes what the state asks for; `preview`: a first look, while something is being dragged. */
function compute(preview: boolean): void {
  const experiments = experimentsOf(state.peek());
  if (!preview) computedFor.value = key.peek();
  if (preview && busy.peek()) return;
  begin();
  const fresh: (Run | undefined)[] = [];
  request(experiments, preview ? shares.slice(0, 2) : shares, fresh, ended);
}

/** Computes the same once more. */
export function computeAgain(): void {
  compute(false);
}

/** Milliseconds in which the page draws its first frame. */
const firstFrame = 40;

/** As `compute`, but the whole run waits until the page is made: it would take its share of the processor. */
function computeFirst(whenMade: (then: () => void) => void): void {
  const experiments = experimentsOf(state.peek());
  const asked = key.peek();
  computedFor.value = asked;
  begin();
  const fresh: (Run | undefined)[] = [];
  // the worker is begun when the first frame is drawn
  setTimeout(() => {
    request(experiments.slice(0, 1), shares.slice(0, 1), fresh, (spent) => {
      const goesOn = failure.peek() === '' && spent * 10 <= patience;
      if (!goesOn) ended(spent);
      else
        whenMade(() => {
          const isWanted = key.peek() === asked && computedFor.peek() === asked;
          if (isWanted) request(experiments, shares.slice(1), fresh, ended);
        });
    });
  }, firstFrame);
}

function begin(): void {
  busy.value = true;
  failure.value = '';
}

function ended(spent: number): void {
  batch(() => {
    busy.value = false;
    seconds.value = spent;
  });
}

function request(
  experiments: readonly Experiment[],
  wantedShares: readonly number[],
  fresh: (Run | undefined)[],
  done: (spent: number) => void,
): void {
  runner.start(
    experiments,
    { shares: wantedShares, seconds: patience },
    {
      run(index, one) {
        fresh[index] = one;
        // the old run is shown until the new one is there
        runs.value = Array.from({ length: Math.max(1, fresh.length) }, (_, i) => fresh[i]);
      },
      failed(index, message) {
        if (index === 0) failure.value = message;
      },
      done,
    },
  );
}

/** Computes again when what a run depends on has changed, and writes the address; `whenMade` calls back when the page is made. */
export function start(whenMade: (then: () => void) => void): void {
  let written = '';
  let pending: ReturnType<typeof setTimeout> | undefined;
  let dragging: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    if (key.value === computedFor.peek()) return;
    clearTimeout(dragging);
    // the first run begins at once, before anything is drawn
    if (computedFor.peek() === '') untracked(() => computeFirst(whenMade));
    else dragging = setTimeout(() => compute(false), 120);
  });
  effect(() => {
    const whole = state.value;
    clearTimeout(pending);
    pending = setTimeout(() => {
      written = printState(whole);
      history.replaceState(null, '', `#${written}`);
    }, 200);
  });
  addEventListener('hashchange', () => {
    const hash = location.hash.replace(/^#/, '');
    if (hash !== written) state.value = parseState(hash);
  });
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value.name;
  });
  effect(() => {
    if (!playing.value) return undefined;
    let before = performance.now();
    let frame = requestAnimationFrame(function tick(now: number) {
      const on = layout.peek();
      if (on) {
        // from the beginning to the end in twelve seconds
        const share = shareOfTime(on, time.peek()) + (now - before) / 12_000;
        before = now;
        change({ time: timeOfShare(on, Math.min(1, share)) });
        if (share >= 1) {
          playing.value = false;
          return;
        }
      }
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  });
}

/** Moves to the next or the last event, or to the next or the last twentieth of the axis where there are none. */
export function stepTime(way: 1 | -1): void {
  const one = run.peek();
  const on = layout.peek();
  if (!one || !on) return;
  playing.value = false;
  const now = time.peek();
  const times = one.events.map(({ t }) => t);
  const evenly = Array.from({ length: 21 }, (_, i) => timeOfShare(on, i / 20));
  const stops = [0, ...(times.length > 0 ? times : evenly), one.horizon].sort((a, b) => a - b);
  const next = way === 1 ? stops.find((t) => t > now) : stops.findLast((t) => t < now);
  if (next !== undefined) change({ time: next });
}

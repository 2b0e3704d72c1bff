import type { JSX } from 'preact';
import { failure, run, settled, state, themeChoice } from '../state/store.js';
import { Controls } from './controls.js';
import { InputView } from './input-view.js';
import { NeuronPicker, NeuronWords, PlaneView } from './plane-view.js';
import { presetGroups } from '../presets/index.js';
import { PresetCard } from './preset-card.js';
import { Tabs } from './tabs.js';
import { ChartChoice, Charts, ItineraryView } from './time-views.js';
import { Transport } from './transport.js';

/** The kink lab. */
export function Page(): JSX.Element {
  // where the questions are what is to be seen, they come first
  const lead = leading.has(state.value.preset);
  return (
    <>
      <header>
        <div class="name">
          <h1>Kink lab</h1>
          <p>
            ReLU networks at their kinks: flows that cross, slide and rest, gradients with proofs
          </p>
        </div>
        <ThemeButton />
      </header>
      <div class="columns">
        <main>
          <PresetCard />
          {lead ? <Tabs /> : null}
          {failure.value ? (
            <p class="failure" role="alert">
              {failure.value}
            </p>
          ) : null}
          <section class="card" aria-labelledby="input-title">
            <h2 id="input-title">Input space</h2>
            <InputView />
          </section>
          <section class="card" aria-labelledby="plane-title">
            <h2 id="plane-title">Parameters of a neuron</h2>
            <NeuronPicker />
            <NeuronWords />
            <PlaneView />
          </section>
          <section class="card wide" aria-labelledby="itinerary-title">
            <h2 id="itinerary-title">Itinerary</h2>
            <Legend />
            <ItineraryView />
          </section>
          <section class="card wide" aria-labelledby="charts-title">
            <h2 id="charts-title">Over time</h2>
            <ChartChoice />
            <Charts />
          </section>
          {lead ? null : <Tabs />}
        </main>
        <aside>
          <Controls />
        </aside>
      </div>
      <Transport />
      <Footer />
    </>
  );
}

const leading = new Set(
  presetGroups.filter(({ lead }) => lead).flatMap(({ presets }) => presets.map(({ id }) => id)),
);

function Legend(): JSX.Element {
  return (
    <p class="note legend">
      The darker a band, the more samples its neuron is active on. ▲ on, ▽ off, ■ slides, ✕ dies, ?
      several solutions
    </p>
  );
}

function ThemeButton(): JSX.Element {
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
  return (
    <button
      type="button"
      class="words"
      onClick={() => (themeChoice.value = next[themeChoice.value])}
    >
      Colours: {themeChoice.value}
    </button>
  );
}

function Footer(): JSX.Element {
  const one = run.value;
  return (
    <footer data-state={settled.value ? 'ready' : 'computing'}>
      {one ? (
        <p>
          {one.method}, {one.t.length - 1} steps, {one.evaluations} evaluations,{' '}
          {state.value.widths.join('-')} network with {one.dimension} parameters. Bits of times,
          states and losses: <code data-testid="hash">{one.hash}</code>, the same as in Node.
        </p>
      ) : null}
    </footer>
  );
}

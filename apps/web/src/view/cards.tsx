import type { JSX } from 'preact';
import { run } from '../state/store.js';
import { InputView } from './input-view.js';
import { Later } from './later.js';
import { NeuronPicker, NeuronWords, PlaneView } from './plane-view.js';
import { ChartChoice, Charts, ItineraryView } from './time-views.js';

const place = <div class="figure waiting" aria-hidden="true" />;

/** Samples, realization and kinks. */
export function InputCard(): JSX.Element {
  return (
    <section class="card" aria-labelledby="input-title">
      <h2 id="input-title">Input space</h2>
      <Later place={place} when={run.value !== undefined}>
        {() => <InputView />}
      </Later>
    </section>
  );
}

/** The parameters of one neuron, and what it does. */
export function PlaneCard(): JSX.Element {
  return (
    <section class="card" aria-labelledby="plane-title">
      <h2 id="plane-title">Parameters of a neuron</h2>
      <Later place={place} when={run.value !== undefined}>
        {() => (
          <>
            <NeuronPicker />
            <NeuronWords />
            <PlaneView />
          </>
        )}
      </Later>
    </section>
  );
}

/** What happens at kinks, over time. */
export function ItineraryCard(): JSX.Element {
  return (
    <section class="card wide" aria-labelledby="itinerary-title">
      <h2 id="itinerary-title">Itinerary</h2>
      <p class="note legend">
        The darker a band, the more samples its neuron is active on. ▲ on, ▽ off, ■ slides, ✕ dies,
        ? several solutions
      </p>
      <Later place={place} when={run.value !== undefined}>
        {() => <ItineraryView />}
      </Later>
    </section>
  );
}

/** Curves over time; `choice`: the reader chooses which. */
export function ChartsCard({ choice = true }: { readonly choice?: boolean }): JSX.Element {
  return (
    <section class="card wide" aria-labelledby="charts-title">
      <h2 id="charts-title">Over time</h2>
      {choice ? <ChartChoice /> : null}
      <Later place={place} when={run.value !== undefined}>
        {() => <Charts />}
      </Later>
    </section>
  );
}

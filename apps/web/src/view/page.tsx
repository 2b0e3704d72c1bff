import type { JSX } from 'preact';
import { run, state, themeChoice } from '../state/store.js';
import { ChartsCard, InputCard, ItineraryCard, PlaneCard } from './cards.js';
import { Controls } from './controls.js';
import { Failure } from './failure.js';
import { Later } from './later.js';
import { presetGroups } from '../presets/index.js';
import { PresetCard } from './preset-card.js';
import { ready } from './ready.js';
import { Tabs } from './tabs.js';
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
          <Later place={<div class="about wide waiting" />}>{() => <PresetCard />}</Later>
          {lead ? <Tabs /> : null}
          <Failure />
          <InputCard />
          <PlaneCard />
          <Later>{() => <Below lead={lead} />}</Later>
        </main>
        <aside>
          <Later place={<div class="controls waiting" />}>{() => <Controls />}</Later>
        </aside>
      </div>
      <Transport />
      <Footer />
    </>
  );
}

/** What is seen after scrolling. */
function Below({ lead }: { readonly lead: boolean }): JSX.Element {
  return (
    <>
      <ItineraryCard />
      <ChartsCard />
      {lead ? null : <Tabs />}
    </>
  );
}

const leading = new Set(
  presetGroups.filter(({ lead }) => lead).flatMap(({ presets }) => presets.map(({ id }) => id)),
);

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
    <footer data-state={ready.value ? 'ready' : 'computing'}>
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

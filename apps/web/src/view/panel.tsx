import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { PanelPart } from '../state/panel.js';
import { state, themeChoice } from '../state/store.js';
import { printState } from '../state/url.js';
import { ChartsCard, InputCard, ItineraryCard, PlaneCard } from './cards.js';
import { Failure } from './failure.js';
import { ready } from './ready.js';
import { TabContent } from './tabs.js';
import { Transport } from './transport.js';

const parts: { readonly [Part in PanelPart]: () => JSX.Element } = {
  input: () => <InputCard />,
  plane: () => <PlaneCard />,
  itinerary: () => <ItineraryCard />,
  charts: () => <ChartsCard choice={false} />,
  gradients: () => <TabCard tab="gradients" title="Gradients here" />,
  verdict: () => <TabCard tab="verdict" title="Where it goes" />,
  programs: () => <TabCard tab="programs" title="A program of one line" />,
};

/** A few parts of the lab within another page: it tells that page its height, and takes its colours. */
export function Panel({ shown }: { readonly shown: readonly PanelPart[] }): JSX.Element {
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const { height } = document.querySelector('#page')!.getBoundingClientRect();
      parent.postMessage({ kinkLab: { height: Math.ceil(height) } }, location.origin);
    });
    observer.observe(document.querySelector('#page')!);
    const listen = ({ source, data }: MessageEvent<{ kinkLab?: { colours?: string } }>): void => {
      const colours = source === parent ? data?.kinkLab?.colours : undefined;
      if (colours === 'light' || colours === 'dark') themeChoice.value = colours;
    };
    addEventListener('message', listen);
    return () => {
      observer.disconnect();
      removeEventListener('message', listen);
    };
  }, []);
  const hasTime = shown.some((part) => part !== 'programs');
  return (
    <div class="panel" data-state={ready.value ? 'ready' : 'computing'}>
      <Failure />
      <main class={shown.length > 1 ? 'pair' : undefined}>
        {shown.map((part) => parts[part]())}
        {hasTime ? <Transport small /> : null}
        <p class="whole">
          <a href={`${location.pathname}#${printState(state.value)}`} target="_top">
            Open in the kink lab
          </a>
        </p>
      </main>
    </div>
  );
}

function TabCard({
  tab,
  title,
}: {
  readonly tab: 'gradients' | 'verdict' | 'programs';
  readonly title: string;
}): JSX.Element {
  return (
    <section class="card wide" aria-label={title}>
      <TabContent tab={tab} small />
    </section>
  );
}

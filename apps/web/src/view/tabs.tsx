import { useSignal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Tab } from '../state/state.js';
import { change, run, state } from '../state/store.js';
import { inTurn } from './in-turn.js';
import { Later } from './later.js';

const names: readonly (readonly [Tab, string])[] = [
  ['gradients', 'Gradients here'],
  ['verdict', 'Where it goes'],
  ['programs', 'One-line programs'],
  ['export', 'Take along'],
];

/** What a tab may be told: within another page there is less room. */
export interface TabProps {
  readonly small?: boolean;
}

/** Loaded when first opened: the first view does not wait for them. */
const contents: { readonly [Name in Tab]: () => Promise<ComponentType<TabProps>> } = {
  gradients: async () => (await import('./gradients-tab.js')).GradientsTab,
  verdict: async () => (await import('./verdict-tab.js')).VerdictTab,
  programs: async () => (await import('./programs-tab.js')).ProgramsTab,
  export: async () => (await import('./export-tab.js')).ExportTab,
};

/** What stands in a tab, once it is loaded. */
export function TabContent({ tab, small }: TabProps & { readonly tab: Tab }): JSX.Element {
  const loaded = useSignal<
    { readonly tab: Tab; readonly Content: ComponentType<TabProps> } | undefined
  >(undefined);
  useEffect(() => {
    let isWanted = true;
    void contents[tab]().then((Content) => {
      inTurn(() => {
        if (isWanted) loaded.value = { tab, Content };
      });
    });
    return () => void (isWanted = false);
  }, [tab]);
  const Content = loaded.value?.tab === tab ? loaded.value.Content : undefined;
  return Content ? <Content {...(small && { small })} /> : <p class="note">Loading.</p>;
}

/** The panel below the views. */
export function Tabs(): JSX.Element {
  const { tab } = state.value;
  return (
    <section class="card wide tabs" aria-label="Questions">
      <div role="tablist" aria-label="Questions">
        {names.map(([name, text], i) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => change({ tab: name })}
            onKeyDown={(event) => {
              const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (way === undefined) return;
              event.preventDefault();
              const next = (i + way + names.length) % names.length;
              change({ tab: names[next]![0] });
              (event.currentTarget.parentElement!.children[next] as HTMLElement).focus();
            }}
          >
            {text}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        <Later place={<p class="note">Loading.</p>} when={run.value !== undefined}>
          {() => <CurrentTab />}
        </Later>
      </div>
    </section>
  );
}

function CurrentTab(): JSX.Element {
  return <TabContent tab={state.value.tab} />;
}

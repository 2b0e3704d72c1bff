import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import type { Tab } from '../state/state.js';
import { change, state } from '../state/store.js';

const names: readonly (readonly [Tab, string])[] = [
  ['gradients', 'Gradients here'],
  ['verdict', 'Where it goes'],
  ['programs', 'One-line programs'],
  ['export', 'Take along'],
];

/** Loaded when first opened: the first view does not wait for them. */
const contents: { readonly [Name in Tab]: () => Promise<ComponentType> } = {
  gradients: async () => (await import('./gradients-tab.js')).GradientsTab,
  verdict: async () => (await import('./verdict-tab.js')).VerdictTab,
  programs: async () => (await import('./programs-tab.js')).ProgramsTab,
  export: async () => (await import('./export-tab.js')).ExportTab,
};

/** The panel below the views. */
export function Tabs(): JSX.Element {
  const loaded = useSignal<{ readonly tab: Tab; readonly Content: ComponentType } | undefined>(
    undefined,
  );
  useSignalEffect(() => {
    const { tab } = state.value;
    if (loaded.peek()?.tab === tab) return;
    void contents[tab]().then((Content) => {
      if (state.peek().tab === tab) loaded.value = { tab, Content };
    });
  });
  const { tab } = state.value;
  const Content = loaded.value?.tab === tab ? loaded.value.Content : undefined;
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
        {Content ? <Content /> : <p class="note">Loading.</p>}
      </div>
    </section>
  );
}

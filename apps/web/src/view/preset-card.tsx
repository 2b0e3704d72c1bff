import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { presetGroups, presets, stateOfPreset } from '../presets/index.js';
import { playing, state } from '../state/store.js';

/** The presets, and what to look at. */
export function PresetCard(): JSX.Element {
  const id = useId();
  const { preset } = state.value;
  const chosen = presets.find((one) => one.id === preset);
  const group = presetGroups.find((one) => chosen && one.presets.includes(chosen));
  const show = (name: string): void => {
    const next = presets.find((one) => one.id === name);
    if (!next) return;
    playing.value = false;
    state.value = stateOfPreset(next);
  };
  const at = chosen ? presets.indexOf(chosen) : -1;
  return (
    <section class="about wide" aria-label="What to look at">
      <div class="inline">
        <div class="field grow">
          <label for={id}>see</label>
          <select id={id} value={preset} onChange={(event) => show(event.currentTarget.value)}>
            {chosen ? null : <option value={preset}>an experiment of your own</option>}
            {presetGroups.map(({ name, paper, presets: all }) => (
              <optgroup key={name} label={paper ? `${name} (arXiv ${paper.arxiv})` : name}>
                {all.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.title}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </div>
        <button
          type="button"
          class="words"
          onClick={() => show(presets[(at + 1) % presets.length]!.id)}
        >
          Next
        </button>
      </div>
      {chosen ? (
        <p class="look">
          <strong class="title">{chosen.title}. </strong>
          {chosen.look}{' '}
          {group?.paper ? (
            <span class="paper">
              {group.paper.authors},{' '}
              <a href={`https://arxiv.org/abs/${group.paper.arxiv}`}>arXiv {group.paper.arxiv}</a>
            </span>
          ) : null}
        </p>
      ) : null}
    </section>
  );
}

import type { JSX } from 'preact';
import { drawHalfPlane, slidesOf } from '../draw/half-plane.js';
import { neuronStyle } from '../draw/theme.js';
import { change, kinked, others, problem, run, state, theme, time } from '../state/store.js';
import { Figure } from './figure.js';

/** The parameter plane of one neuron. */
export function PlaneView(): JSX.Element {
  const given = problem.value;
  const one = run.value;
  if (!given || !one) return <div class="figure waiting" aria-hidden="true" />;
  const { neuron } = state.value;
  const scene = {
    problem: given,
    run: one,
    others: others.value,
    neuron,
    time: time.value,
    kinked: kinked.value,
  };
  const slides = slidesOf(one, neuron).length;
  return (
    <Figure
      name="plane"
      title={`Parameters of neuron ${neuron + 1}`}
      label={`Plane of weight and bias of neuron ${neuron + 1} with the kink lines of the samples and its way${slides > 0 ? `, ${slides} times sliding along one` : ''}`}
      draw={(pen, colours, width, height) => drawHalfPlane(pen, colours, width, height, scene)}
    />
  );
}

/** Chooses the neuron. */
export function NeuronPicker(): JSX.Element | null {
  const width = problem.value?.net.widths[1] ?? 0;
  const { neuron } = state.value;
  if (width === 0) return null;
  return (
    <div class="neurons" role="radiogroup" aria-label="Neuron">
      {Array.from({ length: width }, (_, i) => (
        <button
          key={i}
          type="button"
          role="radio"
          aria-checked={i === neuron}
          aria-label={`neuron ${i + 1}`}
          tabIndex={i === neuron ? 0 : -1}
          style={{ '--colour': neuronStyle(theme.value, i).colour }}
          onClick={() => change({ neuron: i })}
          onKeyDown={(event) => {
            const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (way === undefined) return;
            event.preventDefault();
            const next = (i + way + width) % width;
            change({ neuron: next });
            (event.currentTarget.parentElement!.children[next] as HTMLElement).focus();
          }}
        >
          {i + 1}
        </button>
      ))}
    </div>
  );
}

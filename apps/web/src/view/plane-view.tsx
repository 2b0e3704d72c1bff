import type { JSX } from 'preact';
import { neuronsOf, preActivation, stateAt } from '../compute/neurons.js';
import { short } from '../draw/frame.js';
import { drawHalfPlane, slidesOf } from '../draw/half-plane.js';
import { neuronStyle } from '../draw/theme.js';
import { change, kinked, others, problem, run, shownNeuron, theme, time } from '../state/store.js';
import { Figure } from './figure.js';

/** The parameter plane of one neuron. */
export function PlaneView(): JSX.Element {
  const given = problem.value;
  const one = run.value;
  if (!given || !one) return <div class="figure waiting" aria-hidden="true" />;
  const neuron = shownNeuron.value;
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
  const neuron = shownNeuron.value;
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

/** What the chosen neuron does now, and why. */
export function NeuronWords(): JSX.Element | null {
  const given = problem.value;
  const one = run.value;
  if (!given || !one || given.net.dimension !== one.dimension) return null;
  const neuron = shownNeuron.value;
  const now = time.value;
  const { inputs } = given.samples;
  const here = neuronsOf(given.net, stateAt(one, now))[neuron]!;
  const slide = slidesOf(one, neuron).find(({ from, to }) => from <= now && now <= to);
  const active = inputs.filter((x) => preActivation(here, x) > 1e-12).length;
  const place = (sample: number): string => inputs[sample]!.map((x) => short(x)).join(', ');
  const sentences = !kinked.value
    ? ['has an activation without a kink: it is never off.']
    : slide
      ? [
          `slides along the kink of x = ${place(slide.sample)} since t = ${short(slide.from)}: both sides push it there.`,
        ]
      : active === 0
        ? ['is active on no sample: its gradient is 0, and nothing moves it.']
        : [`is active on ${active} of ${inputs.length} samples.`];
  const rest =
    one.atRestSince !== undefined && now >= one.atRestSince ? ' The flow is at rest.' : '';
  return (
    <p class="note" aria-live="polite">
      Neuron {neuron + 1} {sentences.join(' ')}
      {rest}
    </p>
  );
}

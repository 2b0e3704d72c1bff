import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { Inspection } from '../compute/inspect.js';
import { askOrShowAnswers } from '../compute/inspector.js';
import { momentAt, neuronsOf, placesOf, preActivation } from '../compute/neurons.js';
import { drawGradientSet } from '../draw/gradient-set.js';
import { slidesOf } from '../draw/half-plane.js';
import { short } from '../draw/frame.js';
import { busy, change, playing, problem, run, shownNeuron, time } from '../state/store.js';
import { Answers, isIn } from './answers.js';
import { Figure } from './figure.js';
import { Select } from './fields.js';

/** Gradients of the risk at the moment that is looked at. */
export function GradientsTab(): JSX.Element {
  const found = useSignal<Inspection | undefined>(undefined);
  const asked = useSignal(0);
  const wrong = useSignal('');

  useSignalEffect(() => {
    const one = run.value;
    const neuron = shownNeuron.value;
    const now = time.value;
    if (!one || busy.value || playing.value) return undefined;
    const number = asked.peek() + 1;
    asked.value = number;
    const wait = setTimeout(() => {
      const k = momentAt(one.t, now);
      const theta = [...one.states.subarray(k * one.dimension, (k + 1) * one.dimension)];
      askOrShowAnswers({ kind: 'risk', experiment: one.experiment, theta, neuron }).then(
        (inspection) => {
          if (asked.peek() !== number) return;
          found.value = inspection;
          wrong.value = '';
        },
        (error: Error) => {
          if (asked.peek() === number) wrong.value = error.message;
        },
      );
    }, 180);
    return () => clearTimeout(wait);
  });

  const given = problem.value;
  const inspection = found.value;
  const neuron = shownNeuron.value;
  if (!given) return <p class="note">Waiting for the run.</p>;
  if (wrong.value) return <p role="alert">{wrong.value}</p>;
  if (!inspection || inspection.point.length !== given.net.dimension) {
    return <p class="note">Computing what backward mode answers here.</p>;
  }
  const at = placesOf(given.net, neuron);
  const active = activeKinks(inspection, given.net.widths, given.samples.inputs);
  const other = active.some((kink) => kink.neuron === neuron)
    ? undefined
    : active.find((kink) => kink.neuron !== undefined)?.neuron;
  const pick = (vector: readonly number[]): [number, number] => [vector[at.w]!, vector[at.b]!];
  return (
    <div class="two">
      <div>
        <p>
          {inspection.undecided
            ? `Undecided: ${inspection.undecided}. The answers of backward mode stand below; fewer samples or neurons, or another moment, may be decided.`
            : inspection.kinks.length === 0
              ? `No kink is active at this θ: the risk is differentiable${inspection.radius > 0 ? `, and stays so while no parameter moves by more than ${short(inspection.radius)}` : ''}.`
              : `Active here: ${active.map((kink) => kink.words).join('; ')}${inspection.kinks.length > active.length ? '; and more' : ''}.`}{' '}
          {other === undefined ? null : (
            <button type="button" class="link" onClick={() => change({ neuron: other })}>
              Look at neuron {other + 1}
            </button>
          )}{' '}
          {inspection.threshold === undefined
            ? ''
            : `Gradients of the risk with ReLU smoothed on (0, ε) equal the first answer for every ε ≤ ${short(inspection.threshold)}.`}
        </p>
        <PutOnKink />
        <Answers
          answers={inspection.answers}
          entries={[
            [`∂w${given.net.widths[0] === 2 ? '₁' : ''} of ${neuron + 1}`, at.w],
            [`∂b of ${neuron + 1}`, at.b],
          ]}
        />
      </div>
      <div>
        <h3>Clarke's set, seen in w and b of neuron {neuron + 1}</h3>
        <Figure
          name="set"
          title="Clarke's set"
          label={`Clarke's set in the plane of the derivatives by weight and bias of neuron ${neuron + 1}, with the answers`}
          height={280}
          draw={(pen, theme, width, height) =>
            drawGradientSet(pen, theme, width, height, {
              corners: (
                inspection.generators ?? inspection.answers.slice(0, 1).map((one) => one.gradient)
              ).map(pick),
              answers: inspection.answers.map((answer) => ({
                name: answer.name,
                at: pick(answer.gradient),
                isIn: isIn(answer),
              })),
              labels: ['∂w', '∂b'],
            })
          }
        />
        <p class="note">Disc: in Clarke's set. Cross: outside. Ring: undecided.</p>
      </div>
    </div>
  );
}

const mostNamed = 6;
/** Samples to choose from: the nearest ones. */
const mostOffered = 100;

/** Which neurons stand on which samples. */
function activeKinks(
  { kinks }: Inspection,
  widths: readonly number[],
  inputs: readonly (readonly number[])[],
): { readonly words: string; readonly neuron: number | undefined }[] {
  return kinks.slice(0, mostNamed).map(({ index, matters }) => {
    // kinks are numbered layer by layer, by sample, by neuron
    let [layer, before] = [1, 0];
    while (layer < widths.length - 1 && index >= before + inputs.length * widths[layer]!) {
      before += inputs.length * widths[layer]!;
      layer++;
    }
    if (layer === widths.length - 1)
      return { words: `the loss of sample ${index - before + 1}`, neuron: undefined };
    const neuron = (index - before) % widths[layer]!;
    const x = inputs[Math.floor((index - before) / widths[layer]!)]!.map((value) => short(value));
    const where = layer > 1 ? ` of layer ${layer}` : '';
    return {
      words: `neuron ${neuron + 1}${where} on x = ${x.join(', ')}${matters ? '' : ' (does not matter)'}`,
      neuron: layer === 1 ? neuron : undefined,
    };
  });
}

/** Puts the chosen neuron exactly on the kink of a sample, as a new start. */
function PutOnKink(): JSX.Element | null {
  const { samples, net } = problem.value!;
  const chosen = useSignal(-1);
  const one = run.value;
  if (!one || one.dimension !== net.dimension) return null;
  const k = momentAt(one.t, time.value);
  const theta = one.states.slice(k * one.dimension, (k + 1) * one.dimension);
  const neuron = shownNeuron.value;
  const here = neuronsOf(net, theta)[neuron]!;
  const distances = samples.inputs.map((x) => Math.abs(preActivation(here, x)));
  const order = [...distances.keys()].sort((s, other) => distances[s]! - distances[other]!);
  const nearest = order[0]!;
  const offered = order.slice(0, mostOffered).sort((s, other) => s - other);
  const sample = offered.includes(chosen.value) ? chosen.value : nearest;
  const put = (): void => {
    const at = placesOf(net, neuron);
    // weights of few digits: their products with the inputs are exact, and so is the kink
    const x = samples.inputs[sample]!;
    x.forEach((_, j) => (theta[at.w + j] = Math.round(theta[at.w + j]! * 4096) / 4096));
    theta[at.b] = 0 - x.reduce((sum, value, j) => sum + theta[at.w + j]! * value, 0);
    change({ start: 'values', theta: [...theta], time: 0, preset: '' });
  };
  return (
    <div class="inline">
      <Select
        label={`kink of neuron ${neuron + 1}`}
        value={String(sample)}
        options={offered.map((s) => [
          String(s),
          `${s === nearest ? 'nearest: ' : ''}x = ${samples.inputs[s]!.map((value) => short(value)).join(', ')}`,
        ])}
        onChange={(value) => (chosen.value = Number(value))}
      />
      <button type="button" onClick={put}>
        Start exactly on this kink
      </button>
      {slidesOf(one, neuron).some(({ from, to }) => from <= time.value && time.value <= to) ? (
        <p class="note">
          While neuron {neuron + 1} slides, rounding leaves it next to the kink. The button puts it
          there exactly.
        </p>
      ) : null}
    </div>
  );
}

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { stateAt } from '../compute/neurons.js';
import { drawInputSpace, inputPlace, type InputPlace } from '../draw/input-space.js';
import { short } from '../draw/frame.js';
import { change, kinked, others, problem, run, shownNeuron, time } from '../state/store.js';
import { Figure } from './figure.js';
import { moveSample } from './sample-table.js';

const mostHandles = 64;
/** Dragged inputs are multiples of 1/64, so that products with short weights are exact; targets of 1/100. */
const snapInput = (x: number): number => Math.round(x * 64) / 64;
const snapTarget = (y: number): number => Math.round(y * 100) / 100;

/** Samples, realization and kinks; the samples can be moved. */
export function InputView(): JSX.Element | null {
  const given = problem.value;
  const one = run.value;
  if (!given || !one) return <div class="figure waiting" aria-hidden="true" />;
  const theta = stateAt(one, time.value);
  const behind = others.value.filter(({ dimension }) => dimension === one.dimension);
  const scene = {
    problem: given,
    theta,
    others: behind.map((other) => stateAt(other, time.value)),
    neuron: shownNeuron.value,
    kinked: kinked.value,
  };
  const flat = given.net.widths[0] === 2;
  const count = given.samples.inputs.length;
  const label = flat
    ? `Map of the network's output over the plane with ${count} samples and the kink lines of ${given.net.widths[1]} neurons`
    : `Network's output over the input with ${count} samples and the breakpoints of ${given.net.widths[1]} neurons`;
  return (
    <Figure
      name="input"
      title="Input space"
      label={label}
      draw={(pen, theme, width, height) => drawInputSpace(pen, theme, width, height, scene)}
    >
      {({ width, height, scale }) =>
        count > mostHandles ? null : (
          <Handles place={inputPlace(given, width, height)} scale={scale} flat={flat} />
        )
      }
    </Figure>
  );
}

/** A button per sample: moved by pointer, touch or arrow keys. One of them is in the order of the tabulator. */
function Handles({
  place,
  scale,
  flat,
}: {
  place: InputPlace;
  scale: number;
  flat: boolean;
}): JSX.Element {
  const chosen = useSignal(0);
  const dragged = useSignal<{ sample: number; place: InputPlace } | undefined>(undefined);
  const { inputs, targets } = problem.value!.samples;

  const put = (sample: number, x: number, y: number, preview: boolean): void => {
    const target = targets[sample]!;
    if (flat) moveSample(sample, [snapInput(x), snapInput(y)], target, preview);
    else moveSample(sample, [snapInput(x)], snapTarget(y), preview);
  };

  return (
    <div
      class="handles"
      role="group"
      aria-label="Samples: arrow keys move one, page keys choose another"
    >
      {inputs.map((row, s) => {
        const [x, y] = [row[0]!, flat ? row[1]! : targets[s]!];
        const words = flat
          ? `sample ${s + 1}: x₁ ${short(x)}, x₂ ${short(y)}, target ${short(targets[s]!)}`
          : `sample ${s + 1}: x ${short(x)}, target ${short(y)}`;
        return (
          <button
            key={s}
            type="button"
            class="handle"
            aria-label={words}
            tabIndex={s === Math.min(chosen.value, inputs.length - 1) ? 0 : -1}
            style={{ left: `${place.x(x) * scale}px`, top: `${place.y(y) * scale}px` }}
            onFocus={() => (chosen.value = s)}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              dragged.value = { sample: s, place };
            }}
            onPointerMove={(event) => {
              // the axes stay as they were when the sample was taken
              const held = dragged.value;
              if (held?.sample !== s) return;
              const { left, top } = event.currentTarget.parentElement!.getBoundingClientRect();
              const px = (event.clientX - left) / scale;
              const py = (event.clientY - top) / scale;
              put(s, held.place.x.invert(px), held.place.y.invert(py), true);
            }}
            onPointerUp={() => {
              dragged.value = undefined;
              change({});
            }}
            onPointerCancel={() => (dragged.value = undefined)}
            onKeyDown={(event) => {
              const step = event.shiftKey ? 8 : 1;
              const [dx, dy] = [step / 64, flat ? step / 64 : step / 50];
              const moves: Record<string, readonly [number, number]> = {
                ArrowLeft: [-dx, 0],
                ArrowRight: [dx, 0],
                ArrowUp: [0, dy],
                ArrowDown: [0, -dy],
              };
              const other: Record<string, number> = {
                PageUp: Math.max(0, s - 1),
                PageDown: Math.min(inputs.length - 1, s + 1),
                Home: 0,
                End: inputs.length - 1,
              };
              const move = moves[event.key];
              const next = other[event.key];
              if (move) put(s, x + move[0], y + move[1], false);
              else if (next !== undefined) {
                chosen.value = next;
                (event.currentTarget.parentElement!.children[next] as HTMLElement).focus();
              } else return;
              event.preventDefault();
            }}
          />
        );
      })}
    </div>
  );
}

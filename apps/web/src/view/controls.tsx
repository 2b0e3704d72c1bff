import type { JSX } from 'preact';
import { activationNames } from '@nonsmooth/kernels';
import { dataNames } from '../data/samples.js';
import { ownPoints, ownStart } from '../state/own.js';
import { limits } from '../state/limits.js';
import { change, run, state } from '../state/store.js';
import type { DataKind, DynamicsKind, StartKind } from '../state/state.js';
import { short } from '../draw/frame.js';
import { Check, NumberField, Select, TextField } from './fields.js';
import { Later } from './later.js';
import { SampleTable } from './sample-table.js';

const startNames: readonly (readonly [StartKind, string])[] = [
  ['heNormal', 'normal, He'],
  ['xavierUniform', 'uniform, Xavier'],
  ['normal', 'normal'],
  ['values', 'given numbers'],
];

const dynamicsNames: readonly (readonly [DynamicsKind, string])[] = [
  ['flow', 'gradient flow'],
  ['normalized', 'normalized flow'],
  ['gd', 'gradient descent'],
  ['sgd', 'stochastic descent'],
  ['adam', 'Adam'],
];

/** Everything that a run depends on: its parts are made one by one. */
export function Controls(): JSX.Element {
  return (
    <form class="controls" aria-label="Experiment" onSubmit={(event) => event.preventDefault()}>
      <Later>{() => <DataFields />}</Later>
      <Later>{() => <NetworkFields />}</Later>
      <Later>{() => <StartFields />}</Later>
      <Later>{() => <DynamicsFields />}</Later>
    </form>
  );
}

/** Where the samples come from. */
function DataFields(): JSX.Element {
  const now = state.value;
  return (
    <fieldset>
      <legend>Data</legend>
      <Select<DataKind>
        wide
        label="samples"
        value={now.data}
        options={Object.entries(dataNames) as [DataKind, string][]}
        onChange={(data) =>
          change(data === 'points' ? ownPoints() : { data, preset: '', ...widthsFor(data) })
        }
      />
      {now.data === 'points' || now.data === 'xor' ? null : (
        <NumberField
          label="how many"
          value={now.count}
          min={1}
          max={limits.samples}
          integer
          onChange={(count) => change({ count, preset: '' })}
        />
      )}
      {now.data === 'constant' || now.data === 'sine' ? (
        <NumberField
          label="a"
          value={now.level}
          onChange={(level) => change({ level, preset: '' })}
        />
      ) : null}
      <SampleTable />
    </fieldset>
  );
}

/** The network and its loss. */
function NetworkFields(): JSX.Element {
  const now = state.value;
  return (
    <fieldset>
      <legend>Network</legend>
      <TextField
        label="hidden widths"
        value={now.widths.slice(1, -1).join(', ')}
        onChange={(text) => {
          const hidden = text
            .split(/[\s,×x-]+/)
            .filter(Boolean)
            .map(Number);
          const fits =
            hidden.length > 0 &&
            hidden.length <= limits.layers &&
            hidden.every((width) => Number.isInteger(width) && width > 0 && width <= limits.width);
          if (!fits)
            return `one to ${limits.layers} whole numbers from 1 to ${limits.width}, such as 8 or 6, 4`;
          change({ widths: [now.widths[0]!, ...hidden, 1], preset: '' });
          return undefined;
        }}
      />
      <Select
        label="activation"
        value={now.activation}
        options={activationNames.map((name) => [name, name] as const)}
        onChange={(activation) => change({ activation, preset: '' })}
      />
      <Select
        label="loss"
        value={now.loss}
        options={[
          ['squared', 'squared'],
          ['absoluteError', 'absolute error'],
          ['huber', 'Huber'],
        ]}
        onChange={(loss) => change({ loss, preset: '' })}
      />
    </fieldset>
  );
}

/** Where the parameters begin. */
function StartFields(): JSX.Element {
  const now = state.value;
  return (
    <fieldset>
      <legend>Start</legend>
      <Select
        wide
        label="weights"
        value={now.start}
        options={startNames}
        onChange={(start) => change(start === 'values' ? ownStart() : { start, preset: '' })}
      />
      {now.start === 'values' ? null : (
        <NumberField
          label="seed"
          value={now.seed}
          min={0}
          integer
          onChange={(seed) => change({ seed, preset: '' })}
        />
      )}
      {now.start === 'normal' ? (
        <NumberField
          label="deviation"
          value={now.deviation}
          min={1e-6}
          onChange={(deviation) => change({ deviation, preset: '' })}
        />
      ) : null}
      {now.start === 'values' ? null : (
        <NumberField
          label="deviation of biases"
          value={now.biases}
          min={0}
          onChange={(biases) => change({ biases, preset: '' })}
        />
      )}
      <NumberField
        label="more seeds behind"
        value={now.overlays}
        min={0}
        max={limits.overlays}
        integer
        onChange={(overlays) => change({ overlays, preset: '' })}
      />
    </fieldset>
  );
}

/** What moves them, and how far. */
function DynamicsFields(): JSX.Element {
  const now = state.value;
  const isFlow = now.dynamics === 'flow' || now.dynamics === 'normalized';
  return (
    <fieldset>
      <legend>Dynamics</legend>
      <Select
        wide
        label="moved by"
        value={now.dynamics}
        options={dynamicsNames}
        onChange={(dynamics) => change({ dynamics, preset: '', time: 0 })}
      />
      {isFlow ? (
        <>
          <NumberField
            label="until t"
            value={now.until}
            min={1e-6}
            max={limits.until}
            onChange={(until) => change({ until, preset: '' })}
          />
          <NumberField
            label="tolerance"
            value={now.rtol}
            min={1e-12}
            max={0.1}
            onChange={(rtol) => change({ rtol, preset: '' })}
          />
          <Select
            wide
            label="where several solutions"
            value={now.choice}
            options={[
              ['minimalNorm', 'stay if possible'],
              ['steepestDescent', 'fall fastest'],
            ]}
            onChange={(choice) => change({ choice, preset: '' })}
          />
          <Check
            label={now.dynamics === 'flow' ? 'normalized flow beside' : 'standard flow beside'}
            checked={now.beside}
            onChange={(beside) => change({ beside, preset: '' })}
          />
        </>
      ) : (
        <>
          <NumberField
            label="learning rate γ"
            value={now.learningRate}
            min={1e-9}
            onChange={(learningRate) => change({ learningRate, preset: '' })}
          />
          <NumberField
            label="steps"
            value={now.steps}
            min={1}
            max={limits.steps}
            integer
            onChange={(steps) => change({ steps, preset: '' })}
          />
          {now.dynamics === 'sgd' ? (
            <NumberField
              label="batch"
              value={now.batch}
              min={1}
              integer
              onChange={(batch) => change({ batch, preset: '' })}
            />
          ) : null}
          <CertifiedStep />
        </>
      )}
    </fieldset>
  );
}

/** The learning rate against the one that is certified. */
function CertifiedStep(): JSX.Element {
  const certified = run.value?.certified;
  const { learningRate } = state.value;
  if (!certified) {
    return (
      <p class="note">
        A step size is certified for gradient descent on shallow ReLU networks with constant
        targets.
      </p>
    );
  }
  const below = learningRate <= certified.learningRate;
  return (
    <p class="note">
      {below ? 'Certified' : 'Not certified'}: V never rises for γ ≤ {short(certified.learningRate)}
      ; here γ is {short(learningRate / certified.learningRate)} times that.{' '}
      <button
        type="button"
        class="link"
        onClick={() => change({ learningRate: certified.learningRate, preset: '' })}
      >
        Take the certified one
      </button>
    </p>
  );
}

function widthsFor(data: DataKind): { widths?: number[] } {
  const { widths } = state.peek();
  const flat = data === 'xor' || data === 'moons' || data === 'bump';
  const first = data === 'constant' ? widths[0]! : flat ? 2 : 1;
  return { widths: [first, ...widths.slice(1)] };
}

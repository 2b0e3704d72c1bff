import type { JSX } from 'preact';
import { short } from '../draw/frame.js';
import { drawItinerary, eventNames, itineraryHeight, rowOf } from '../draw/itinerary.js';
import { chartNames, drawTimeChart, seriesOf, timeBox } from '../draw/time-chart.js';
import { timeAxis } from '../draw/time-axis.js';
import { momentAt } from '../compute/neurons.js';
import type { ChartName } from '../state/state.js';
import {
  change,
  kinked,
  layout,
  others,
  playing,
  problem,
  run,
  shownNeuron,
  state,
  time,
} from '../state/store.js';
import { Check } from './fields.js';
import { Figure, type OnPoint } from './figure.js';

/** A pointer on anything with time on its axis moves time. */
const scrub: OnPoint = ({ x, width }) => {
  const on = layout.peek();
  if (!on) return;
  const { left, width: inner } = timeBox(width, 100);
  const share = (x - left) / inner;
  const at = timeAxis(on, [left, left + inner]).invert(x);
  playing.value = false;
  change({ time: share <= 0 ? 0 : share >= 1 ? on.to : at });
};

/** The itinerary. */
export function ItineraryView(): JSX.Element | null {
  const given = problem.value;
  const one = run.value;
  if (!given || !one || given.net.dimension !== one.dimension) return null;
  const neuron = shownNeuron.value;
  const { logTime } = state.value;
  const count = given.net.widths[1]!;
  const scene = { problem: given, run: one, time: time.value, neuron, logTime };
  return (
    <>
      <Figure
        name="itinerary"
        title="Itinerary"
        label={`Timeline of ${count} neurons with ${one.events.length} events at kinks; the list of events follows`}
        height={itineraryHeight(count)}
        draw={(pen, theme, width, height) => drawItinerary(pen, theme, width, height, scene)}
        onPoint={(place, phase) => {
          scrub(place, phase);
          if (phase !== 'down') return;
          const { box, row } = rowOf(place.width, place.height, count);
          const at = Math.floor((place.y - box.top) / row);
          if (at >= 0 && at < count) change({ neuron: at });
        }}
      />
      {kinked.value ? <EventList /> : null}
    </>
  );
}

const mostEvents = 200;

/** The events in words. */
function EventList(): JSX.Element {
  const { events, experiment } = run.value!;
  const isFlow = experiment.dynamics === 'flow' || experiment.dynamics === 'normalized';
  const inputs = problem.value!.samples.inputs;
  return (
    <details class="events">
      <summary>
        {isFlow
          ? `${events.length} ${events.length === 1 ? 'event' : 'events'} in words`
          : 'descent jumps across kinks: bands show where neurons are active'}
      </summary>
      <ol class="scroll" tabIndex={0} aria-label="Events">
        {events.slice(0, mostEvents).map((event, i) => (
          <li key={i}>
            <button
              type="button"
              class="link"
              onClick={() =>
                change({ time: event.t, ...(event.layer === 1 && { neuron: event.neuron }) })
              }
            >
              t = {short(event.t, 4)}
            </button>{' '}
            neuron {event.neuron + 1}
            {event.layer > 1 ? ` of layer ${event.layer}` : ''} {eventNames[event.kind]} at{' '}
            {inputs[event.sample]!.length === 1
              ? `x = ${short(inputs[event.sample]![0]!)}`
              : `(${inputs[event.sample]!.map((x) => short(x)).join(', ')})`}
          </li>
        ))}
      </ol>
      {events.length > mostEvents ? <p class="note">The export has all {events.length}.</p> : null}
    </details>
  );
}

/** The curves over time. */
export function Charts(): JSX.Element | null {
  const one = run.value;
  const { charts, logTime, logValue } = state.value;
  if (!one) return <div class="figure waiting" aria-hidden="true" />;
  const k = momentAt(one.t, time.value);
  return (
    <>
      {charts.map((name, i) => {
        const series = seriesOf(one, name);
        const value = name === 'energy' ? undefined : series?.values[k];
        return (
          <Figure
            key={name}
            name={`chart-${name}`}
            title={chartNames[name]}
            label={`${chartNames[name]} over time${value === undefined ? '' : `, now ${short(value, 4)}`}`}
            height={i === charts.length - 1 ? 148 : 122}
            draw={(pen, theme, width, height) =>
              drawTimeChart(pen, theme, width, height, {
                run: one,
                others: others.value,
                name,
                time: time.value,
                logTime,
                logValue,
                isLast: i === charts.length - 1,
              })
            }
            onPoint={scrub}
          />
        );
      })}
    </>
  );
}

/** Which curves, on which axes. */
export function ChartChoice(): JSX.Element {
  const { charts, logTime, logValue } = state.value;
  const names = Object.keys(chartNames) as ChartName[];
  return (
    <div class="choices" role="group" aria-label="Curves">
      {names.map((name) => (
        <Check
          key={name}
          label={chartNames[name]}
          checked={charts.includes(name)}
          onChange={(checked) => {
            const next = names.filter((one) => (one === name ? checked : charts.includes(one)));
            change({ charts: next.length > 0 ? next : charts });
          }}
        />
      ))}
      <span class="rule" aria-hidden="true" />
      <Check label="log t" checked={logTime} onChange={(value) => change({ logTime: value })} />
      <Check
        label="log values"
        checked={logValue}
        onChange={(value) => change({ logValue: value })}
      />
    </div>
  );
}

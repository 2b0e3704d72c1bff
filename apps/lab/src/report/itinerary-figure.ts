import { counted } from '@nonsmooth/apps-shared';
import * as Plot from '@observablehq/plot';
import { kinkName } from '../kink-name.js';
import type { Curves } from '../curves.js';
import { nameOf } from '../members.js';
import type { Study } from '../study.js';
import { axisFor, timeTitle } from './axes.js';
import { figureOf, figureWidth, roomFor, type Figure } from './figure.js';
import { hues, soft } from './look.js';
import { pathOf, symbolOf, type Shape } from './shapes.js';
import { groupsOf } from './variations.js';

/** What happened at kinks in the first start of each variation where something did: a line for each kink, a mark for each event. */
export function itineraryFigures(study: Study, results: readonly Curves[]): Figure[] {
  const known = groupsOf(results).flatMap(({ members }) =>
    members.filter(({ facts }) => facts.events.some(isAtKink)).slice(0, 1),
  );
  return known
    .slice(0, mostFigures)
    .map((one, k) => timeline(study, one, known.length > 1 ? `itinerary-${k + 1}` : 'itinerary'));
}

/** Itineraries in a report, at most, and kinks in one. */
const mostFigures = 6;
const mostKinks = 24;

/** Shapes as well as colours. */
const marks: Readonly<Record<string, readonly [Shape, number, string]>> = {
  on: ['up', 0, 'goes to its positive side'],
  off: ['down', 1, 'goes to its negative side'],
  slide: ['square', 2, 'is held on the kink'],
  'exit-on': ['arrow up', 0, 'leaves the kink to its positive side'],
  'exit-off': ['arrow down', 1, 'leaves the kink to its negative side'],
  exit: ['arrow right', 2, 'leaves the kink'],
  die: ['cross', 5, 'comes to rest on its negative side'],
  turn: ['diamond', 3, 'another entry takes over'],
  'could-leave': ['plus', 6, 'could leave from here on'],
  several: ['asterisk', 7, 'could go on in several ways'],
};

/** Descents tell other things, too: how they met kinks, how their rate was found. */
function isAtKink({ kind }: Readonly<Record<string, unknown>>): boolean {
  return typeof kind === 'string' && Object.hasOwn(marks, kind);
}

function timeline(study: Study, { member, facts, columns }: Curves, name: string): Figure {
  const events = facts.events.filter(isAtKink).map((event) => ({
    t: Number(event['t']),
    kind: String(event['kind']),
    kink: kinkName(event),
  }));
  const [place, ...others] = [...new Set(events.map(({ kink }) => placeIn(kink)))];
  const common = others.length === 0 && place ? place : '';
  for (const event of events) event.kink = event.kink.slice(common.length);
  const kinks = [...new Set(events.map(({ kink }) => kink))];
  const shown = kinks.slice(0, mostKinks);
  const times = events.map(({ t }) => t).filter((t) => t > 0);
  // from before the first event to the end of the flow, so that no mark is on the edge
  const axis = axisFor([(times[0] ?? 1) / 2, ...times, columns.get('t')!.at(-1)!], 'auto', false);
  const drawn = events.filter(
    ({ t, kink }) => shown.includes(kink) && (t > 0 || axis.type === 'linear'),
  );
  const kinds = Object.keys(marks).filter((kind) => drawn.some((event) => event.kind === kind));
  const notes: string[] = [];
  if (kinks.length > shown.length)
    notes.push(`The first ${shown.length} of ${counted(kinks.length, 'kink')}.`);
  const early =
    events.length - drawn.length - events.filter(({ kink }) => !shown.includes(kink)).length;
  if (early > 0) notes.push(`${counted(early, 'event')} at t = 0 not drawn.`);
  const where = [nameOf(member.variation), `start ${member.start}`, common.replace(/, $/, '')]
    .filter(Boolean)
    .join(', ');
  return figureOf({
    name,
    title: `Events at kinks: ${where}`,
    plot: {
      marginLeft: Math.min(figureWidth / 2, roomFor(shown)),
      marginRight: 16,
      height: 80 + 20 * shown.length,
      x: {
        type: axis.type,
        domain: [...axis.domain],
        ticks: [...axis.ticks],
        tickFormat: axis.format as never,
        label: `${timeTitle(study)} →`,
      },
      y: {
        type: 'point',
        domain: shown,
        label: 'kink of',
        labelAnchor: 'top',
        labelArrow: 'none',
      },
      marks: [
        Plot.ruleY(shown, { stroke: soft[0], strokeOpacity: 0.25 }),
        ...kinds.map((kind) =>
          Plot.dot(
            drawn.filter((event) => event.kind === kind),
            {
              x: 't',
              y: 'kink',
              symbol: symbolOf(marks[kind]![0]) as never,
              stroke: hues[marks[kind]![1]]![0],
              strokeWidth: 1.8,
              r: 4.5,
            },
          ),
        ),
      ],
    },
    legend: kinds.map((kind) => ({ text: `${kind}: ${marks[kind]![2]}`, sample: sampleOf(kind) })),
    notes,
  });
}

/** `layer 1, ` of `layer 1, neuron 2, sample 3`. */
const placeIn = (kink: string): string => /^layer \d+, /.exec(kink)?.[0] ?? '';

function sampleOf(kind: string): string {
  const [shape, hue] = marks[kind]!;
  return `<path transform="translate(15,7)" d="${pathOf(shape, 5)}" stroke="${hues[hue]![0]}" stroke-width="1.8" fill="none"/>`;
}

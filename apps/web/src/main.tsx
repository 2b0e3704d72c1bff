import { effect } from '@preact/signals';
import { render } from 'preact';
import { answerWithin } from './compute/inspector.js';
import { canvasPen } from './draw/canvas-pen.js';
import { parsePanel } from './state/panel.js';
import { failure, run, start, themeChoice } from './state/store.js';
import { afterTurns, inTurn, pauseTurns } from './view/in-turn.js';
import { Page } from './view/page.js';
import { Panel } from './view/panel.js';
import './styles.css';

/** Milliseconds. */
const mostOfPause = 600;

const { parts, colours, patience } = parsePanel(location.search);
if (patience) answerWithin(patience);
if (colours) themeChoice.value = colours;
document.documentElement.classList.toggle('within', parts.length > 0);
start(afterTurns);
// the first look at the run comes before the page, which would take its share of the processor
pauseTurns(
  new Promise((resolve) => {
    setTimeout(resolve, mostOfPause);
    effect(() => {
      if (run.value || failure.value) resolve();
    });
  }),
);
// in a task of its own, after what the modules do when they are read
setTimeout(() => {
  const place = document.querySelector('#page')!;
  place.replaceChildren();
  render(parts.length > 0 ? <Panel shown={parts} /> : <Page />, place);
});
// typefaces are looked up when they are first drawn with, which takes longer than a figure
inTurn(() => {
  const context = document.createElement('canvas').getContext('2d')!;
  for (const weight of [400, 600]) {
    canvasPen(context).text(0, 0, '−1.5 θ₁ ‖′‖ ∂ ▲', { colour: '#000', size: 11, weight });
  }
});

import { render } from 'preact';
import { parsePanel } from './state/panel.js';
import { start, themeChoice } from './state/store.js';
import { inTurn } from './view/in-turn.js';
import { Page } from './view/page.js';
import { Panel } from './view/panel.js';
import './styles.css';

const { parts, colours } = parsePanel(location.search);
if (colours) themeChoice.value = colours;
start();
document.documentElement.classList.toggle('within', parts.length > 0);
// in a task of its own, after what the modules do when they are read
inTurn(() => {
  render(parts.length > 0 ? <Panel shown={parts} /> : <Page />, document.querySelector('#page')!);
});

import { render } from 'preact';
import { start } from './state/store.js';
import { Page } from './view/page.js';
import './styles.css';

start();
render(<Page />, document.querySelector('#page')!);

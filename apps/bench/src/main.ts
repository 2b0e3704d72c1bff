import { run } from './run.js';
import { scenarios } from './scenarios/index.js';

process.exitCode = await run(process.argv.slice(2), {
  scenarios,
  worker: new URL('./worker.js', import.meta.url),
});

import hashOf, { runs } from './descents.js';

process.stdout.write(JSON.stringify(runs.map(hashOf)));

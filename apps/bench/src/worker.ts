import { serve } from './job.js';
import { scenarios } from './scenarios/index.js';

export default serve(scenarios);

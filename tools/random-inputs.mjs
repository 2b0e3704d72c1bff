// Set-up of every test file: random inputs are the same in every run. FAST_CHECK_SEED=random looks for new ones, and
// FAST_CHECK_SEED=N repeats what such a run reported.
import fc from 'fast-check';

const wanted = process.env.FAST_CHECK_SEED ?? '1';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });

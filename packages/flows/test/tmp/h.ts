import { trace, frozenProgram } from '@nonsmooth/autodiff';
import { dormandPrince54 } from '@nonsmooth/ode';
import { InclusionRun } from '../../src/inclusion/inclusion-run.js';
export function flow(f: any, x0: number[], T: number, rtol = 1e-8, opt: any = {}) {
  const frozen = typeof f === 'function' ? frozenProgram(trace(f, [[x0.length]])) : f;
  const log: string[] = [];
  let several = 0;
  let events = 0;
  const run = new InclusionRun(frozen, Float64Array.from(x0), [0, T], opt.method ?? dormandPrince54, { rtol, atol: rtol / 100, choice: opt.choice ?? 'minimalNorm', maxSteps: opt.maxSteps ?? 20000 } as any, () => 1, {
    decided(s, before, d, active) { events++; if (d.several) several++; if (opt.log) log.push(`t=${s} [${active.map((a) => a.from[0] + a.index + (a.ties ? '{' + a.ties + '}' : '')).join(' ')}] held ${[...d.pattern.held].flatMap((h, i) => h ? [i] : [])} fresh ${d.fresh.map((f) => f.entry + '^' + f.order)} |v|=${Math.hypot(...d.velocity)} ${d.atRest ? 'REST' : ''} ${d.undecided ?? ''} ${d.several ? 'SEVERAL' : ''}`); },
  });
  let steps = 0; let error = '';
  try { for (const _ of run) { steps++; if (steps > 30000) { error = 'too many'; break; } } } catch (e) { error = String((e as Error).message); }
  if (opt.log) console.log(log.slice(0, opt.log).join('\n'));
  return { x: [...run.y], t: run.t, reason: run.reason, steps, rhs: run.statistics.rhs, rest: run.restingSince, events, several, error, run };
}

// Vitest reporter that ends the run with one plain line, `N passed, N failed` (`, N skipped` if any).
import { writeSync } from 'node:fs';

export default class Tally {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed++;
        else if (state === 'failed') failedHere++;
        else if (state === 'skipped') count.skipped++;
      }
      // A module can fail without a failed test: a broken import, a failing beforeAll.
      if (module.state() === 'failed' && failedHere === 0) failedHere = 1;
      count.failed += failedHere;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    const line = `${count.passed} passed, ${count.failed} failed${skipped}\n`;
    process.once('exit', () => writeSync(1, line));
  }
}

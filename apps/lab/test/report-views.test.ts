import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, openPage, type OpenedPage } from '../../web/test/browser.js';
import { answersOf, questionsOf } from '../src/conformance/answers.js';
import { conformanceFigure, conformancePage } from '../src/conformance/report.js';
import { summaryOf } from '../src/conformance/summary.js';
import { pointsPerCurve, thinned, type Curves } from '../src/curves.js';
import { fitOf } from '../src/fit.js';
import { membersOf } from '../src/members.js';
import { readConformance, readStudy } from '../src/read-study.js';
import { figuresOf } from '../src/report/figures.js';
import { reportPage } from '../src/report/page.js';
import { runMember } from '../src/run-member.js';
import { shrunk } from './shrunk.js';
import { faultsOn, lookAt, views } from './report-faults.js';

if (browserPath === undefined) console.log('reports are not looked at: no Chromium here');

const studies = join(import.meta.dirname, '../studies');
// digits need files of a package
const quick = readdirSync(studies).filter(
  (name) => name.endsWith('-quick.yaml') && !name.startsWith('digits'),
);
/** Reports of whole runs to look at besides, in folders of their own. */
const elsewhere = process.env['NONSMOOTH_REPORTS'];

/** The report of a study in the size of a test; the kinds of its figures are those of the whole. */
async function reportOf(name: string): Promise<string> {
  const path = join(studies, name);
  const text = readFileSync(path, 'utf8');
  const asked = readConformance(path, text);
  if (asked) {
    const answers = await answersOf(asked, questionsOf(asked));
    const summary = summaryOf(answers);
    return conformancePage(asked, summary, answers, conformanceFigure(summary));
  }
  const whole = readStudy(path, text);
  const study = { ...whole, members: Math.min(3, whole.members) };
  const members = membersOf(study).map((member) => ({
    ...member,
    study: shrunk(member.study, { steps: 40, until: 3 }),
  }));
  const curves = members.map((member): Curves => {
    const file = runMember(member);
    const fit = member.start === 0 ? fitOf(member, file) : undefined;
    return { ...thinned(member, file, pointsPerCurve(members.length)), fit };
  });
  return reportPage(study, curves, figuresOf(study, curves), 0);
}

describe.skipIf(browserPath === undefined)('reports in a browser', () => {
  const place = mkdtempSync(join(tmpdir(), 'nonsmooth-views-'));
  let opened: OpenedPage;
  beforeAll(async () => {
    writeFileSync(join(place, 'index.html'), '');
    opened = await openPage(place);
  });
  afterAll(async () => {
    await opened?.close();
    rmSync(place, { recursive: true, force: true });
  });

  async function faultsOf(name: string, html: string): Promise<string[]> {
    mkdirSync(join(place, name));
    writeFileSync(join(place, name, 'index.html'), html);
    const faults: string[] = [];
    for (const view of views) {
      await lookAt(opened.page, `${opened.address}${name}/`, view);
      faults.push(...(await faultsOn(opened.page)).map((fault) => `${view.name}: ${fault}`));
    }
    return faults;
  }

  test.each(quick)(
    '%s: nothing overlaps, is flattened, pale, tiny or without label',
    async (name) => {
      expect(await faultsOf(name.replace('.yaml', ''), await reportOf(name))).toEqual([]);
    },
    120_000,
  );

  test('the checks see faults', async () => {
    const broken = `<figure><svg viewBox="0 0 200 100" width="200" height="100" aria-label="F" font-size="13">
<text x="5" y="20">one</text><text x="8" y="22">two</text><text x="190" y="60">outside</text>
<text x="5" y="80" fill="#ccc">pale</text><text x="60" y="80" font-size="4">tiny</text>
<g aria-label="x-axis tick label"><text x="100" y="95">1</text></g>
<g aria-label="y-axis tick"><path d="M0,0h1"/><path d="M0,90h1"/></g><g aria-label="line"><path d="M0,50L100,55"/></g>
</svg></figure><div style="width: 3000px">wide</div>`;
    const faults = (await faultsOf('broken', broken)).join('\n');
    for (const word of ['px wide', 'lies on', 'leaves the figure', 'pale', 'px high', 'no label']) {
      expect(faults).toContain(word);
    }
    expect(faults).toMatch(/curves fill 6 %/);
  });

  const whole = elsewhere === undefined ? [] : readdirSync(elsewhere);
  test.each(whole)('the whole report %s', async (name) => {
    const html = readFileSync(join(elsewhere!, name, 'report.html'), 'utf8');
    expect(await faultsOf(`whole-${name}`, html)).toEqual([]);
  });
});

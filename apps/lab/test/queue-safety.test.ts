import { Queue, type Job as QueuedJob } from 'bullmq';
import { Redis } from 'ioredis';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runMember } from '../src/run-member.js';
import { studySchema } from '../src/study.js';
import { contentOf, descent, QueueCommands, until } from './queue-commands.js';
import { hasRedis } from './redis.js';

// of a machine that does other work, too
const minute = 180_000;
const commands = new QueueCommands();
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasRedis)('the way through a queue', () => {
  beforeAll(() => commands.open(), minute);
  afterAll(() => commands.close());
  afterEach(() => commands.killAll());

  test(
    'refuses jobs of another build and hostile ones with a plain line, and runs nothing of them',
    async () => {
      const foreign = 'f'.repeat(24);
      const connection = {
        host: '127.0.0.1',
        port: commands.redis.port,
        maxRetriesPerRequest: null,
      };
      const queueNamed = (name: string): Queue =>
        new Queue(name, { connection, prefix: 'nonsmooth' });
      const others = queueNamed(`members-${foreign}`);
      await others.add('member', {});
      const client = new Redis(connection);
      const build = { packages: { '@nonsmooth/kernels': '9.9.9+00000000' }, schema: '00000000' };
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([Object.entries(build.packages), build.schema]))
        .digest('hex')
        .slice(0, 24);
      const waiting = queueNamed(`members-${fingerprint}`);
      await waiting.add('member', {});
      await client.set(`nonsmooth:build:${fingerprint}`, JSON.stringify(build));
      const one = commands.worker(commands.redis.url);
      await until(() => one.text().includes('refused'), 'a refusal');
      expect(one.text()).toMatch(
        /^refused: 1 member of another build \(@nonsmooth\/kernels 9.9.9\+00000000 there, .* here; /m,
      );
      expect(await waiting.getWaitingCount()).toBe(1);

      const own = /build ([0-9a-f]{24})/.exec(one.text())![1]!;
      const mine = queueNamed(`members-${own}`);
      const good = {
        format: 1,
        build: own,
        start: 0,
        study: '{}',
        files: {},
        checkpointSeconds: 1,
      };
      const hostile: [object, RegExp][] = [
        [{ ...good, code: 'process.exit()' }, /refused: a job: it: allowed: no key code/],
        [{ ...good, study: 'process.exit()' }, /refused: the study of a job: it is no JSON/],
        [good, /refused: the study of a job: title: allowed: a text/],
        [{ ...good, build: foreign }, /refused: a job: it is for build f{24}/],
        [{ ...good, start: -1 }, /refused: a job: start: allowed: a number ≥ 0/],
        [{}, /refused: a job: format/],
      ];
      for (const [data, reason] of hostile) {
        const job = await mine.add('member', data, { attempts: 4 });
        await until(() => reason.test(one.text()), String(reason));
        await expect.poll(async () => job.getState(), { timeout: 10_000 }).toBe('failed');
      }
      const study = {
        title: 'A study from elsewhere',
        network: { widths: [1, 1], activation: 'tanh' },
        target: { kind: 'constant', value: [1] },
        start: { kind: 'random', weights: 'zero' },
        dynamics: { kind: 'gradientFlow', until: 1 },
      };
      // breaks no schema, but throws: on every machine, so it is tried once
      const unfit = { ...study, inputs: { kind: 'moons', count: 4 } };
      const threw = await mine.add(
        'member',
        { ...good, study: JSON.stringify(unfit) },
        { attempts: 4 },
      );
      await expect.poll(async () => threw.getState(), { timeout: 20_000 }).toBe('failed');
      const { attemptsMade, failedReason } = (await mine.getJob(threw.id!)) as QueuedJob;
      expect(attemptsMade).toBe(1);
      const member = { index: 0, start: 0, variation: {}, study: studySchema.parse(unfit) };
      expect(() => runMember(member)).toThrow(failedReason);

      const leaving = { ...study, inputs: { kind: 'file', file: '../../etc/passwd' } };
      await mine.add('member', { ...good, study: JSON.stringify(leaving) });
      await until(
        () => /refused: file "\.\.\/\.\.\/etc\/passwd": it is not below/.test(one.text()),
        'a path',
      );
      await Promise.all([others, waiting, mine].map((queue) => queue.close()));
      client.disconnect();
    },
    minute,
  );

  test(
    'never shows the password of its server',
    async () => {
      const secret = await commands.server('secret-redis', [], 'hush-hush');
      const study = commands.write('secret.yaml', descent(2, 100));
      const url = secret.url.replace('//', '//:hush-hush@');
      const one = commands.worker(url);
      const results = commands.at('secret');
      const run = commands.start(['run', study, '--queue', secret.url, '--out', results], {
        NONSMOOTH_QUEUE_PASSWORD: 'hush-hush',
      });
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      const state = commands.start(['status', '--queue', url]);
      expect(await state.end).toBe(0);
      const wrong = commands.start([
        'run',
        study,
        '--queue',
        secret.url.replace('//', '//:wrong-hush@'),
        '--out',
        commands.at('no'),
      ]);
      expect(await wrong.end).toBe(1);
      expect(wrong.text()).toMatch(
        /error: --queue = "redis:\/\/127.0.0.1:\d+"; allowed: a server that answers \(WRONGPASS/,
      );
      const misspelt = commands.start(['status', '--queue', url.replace('redis:', 'http:')]);
      expect(await misspelt.end).toBe(2);
      expect(misspelt.text()).toContain('--queue = "http://…@127.0.0.1');
      const said = [one, run, state, wrong, misspelt].map(({ text }) => text()).join('');
      expect(said).not.toContain('hush');
      for (const name of readdirSync(results, { recursive: true, encoding: 'utf8' })) {
        if (name.includes('.'))
          expect(readFileSync(join(results, name)).includes('hush')).toBe(false);
      }
      await secret.kill();
    },
    minute,
  );

  test.skipIf(!hasOpenssl)(
    'is encrypted by TLS where the address says so, with certificates of both ends',
    async () => {
      const pem = certificates();
      const server = await commands.server('tls-redis', [
        '--tls-cert-file',
        pem('server.crt'),
        '--tls-key-file',
        pem('server.key'),
        '--tls-ca-cert-file',
        pem('ca.crt'),
        '--tls-auth-clients',
        'yes',
      ]);
      expect(server.url).toMatch(/^rediss:/);
      const study = commands.write('tls.yaml', descent(2, 500));
      const whole = commands.embedded(study, 'plain');
      const trust = { NONSMOOTH_QUEUE_CA: pem('ca.crt') };
      const environment = {
        ...trust,
        NONSMOOTH_QUEUE_CERT: pem('client.crt'),
        NONSMOOTH_QUEUE_KEY: pem('client.key'),
      };
      commands.worker(server.url, [], environment);
      const folder = commands.at('encrypted');
      const words = ['run', study, '--queue', server.url, '--out'];
      const run = commands.start([...words, folder], environment);
      expect([await run.end, run.text()]).toEqual([0, expect.stringContaining('Written')]);
      expect(contentOf(folder)).toEqual(contentOf(whole));

      // neither is a server trusted whose certificate nobody signed, nor waited for
      const distrustful = commands.start([...words, commands.at('distrust')]);
      expect(await distrustful.end).toBe(1);
      expect(distrustful.text()).toMatch(
        /error: --queue = "rediss:.*allowed: a server that answers \(.*(CERT|UNABLE)/,
      );
      const distrustfulWorker = commands.worker(server.url);
      expect(await distrustfulWorker.end).toBe(1);
      const missing = commands.start([...words, commands.at('missing')], {
        NONSMOOTH_QUEUE_CA: commands.at('none.crt'),
      });
      expect(await missing.end).toBe(2);
      expect(missing.text()).toMatch(
        /error: NONSMOOTH_QUEUE_CA = ".*none.crt"; allowed: a file that/,
      );
      await server.kill();
    },
    minute,
  );
});

/** A certificate authority, and certificates of a server on 127.0.0.1 and of a client that it has signed. */
function certificates(): (name: string) => string {
  const pem = (name: string): string => commands.at(name);
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-keyout', pem('ca.key'), '-out', pem('ca.crt'), '-subj', '/CN=authority'];
  openssl('req', '-x509', ...key, ...authority, '-days', '2');
  const names = commands.write('names.cnf', 'subjectAltName=IP:127.0.0.1');
  for (const name of ['server', 'client']) {
    const request = ['-keyout', pem(`${name}.key`), '-out', pem(`${name}.csr`)];
    openssl('req', ...key, ...request, '-subj', `/CN=${name}`);
    const signer = ['-CA', pem('ca.crt'), '-CAkey', pem('ca.key'), '-CAcreateserial'];
    const signed = ['-in', pem(`${name}.csr`), '-out', pem(`${name}.crt`)];
    openssl('x509', '-req', ...signed, ...signer, '-days', '2', '-extfile', names);
  }
  return pem;
}

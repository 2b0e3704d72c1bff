import { z } from 'zod';
import { fingerprintOf, type Build } from './build.js';
import type { QueueConnection } from './connection.js';

// Who is there: every worker process tells it every few seconds, every build is known by its fingerprint.

const secondsBetweenSigns = 5;
const secondsOfBuilds = 90 * 24 * 3600;

/** A worker process, as it tells of itself. */
export interface MachineSign {
  /** Host and process. */
  readonly name: string;
  readonly build: string;
  /** Members at the same time, and right now. */
  readonly cores: number;
  readonly running: number;
  readonly kernels: string;
}

const signSchema = z.strictObject({
  name: z.string().max(300),
  build: z.string().regex(/^[0-9a-f]{24}$/),
  cores: z.int(),
  running: z.int(),
  kernels: z.string().max(100),
}) satisfies z.ZodType<MachineSign>;

const buildSchema = z.strictObject({
  packages: z.record(z.string().max(100), z.string().max(100)),
  schema: z.string().max(100),
}) satisfies z.ZodType<Build>;

const machineKey = (prefix: string, name: string): string => `${prefix}:machine:${name}`;
const buildKey = (prefix: string, build: string): string => `${prefix}:build:${build}`;

/** Makes a build known, for others to tell in what theirs differ. */
export async function registerBuild(
  { redis, prefix }: QueueConnection,
  build: Build,
): Promise<void> {
  await redis.set(
    buildKey(prefix, fingerprintOf(build)),
    JSON.stringify(build),
    'EX',
    secondsOfBuilds,
  );
}

/** All builds that were used here within the last months, by their fingerprints. */
export async function knownBuilds(
  connection: QueueConnection,
): Promise<ReadonlyMap<string, Build>> {
  const found = await valuesOf(connection, buildKey(connection.prefix, '*'), buildSchema);
  return new Map(found.map((build) => [fingerprintOf(build), build]));
}

/** The worker processes that gave a sign within the last seconds. */
export function knownMachines(connection: QueueConnection): Promise<readonly MachineSign[]> {
  return valuesOf(connection, machineKey(connection.prefix, '*'), signSchema);
}

/** Gives a sign now and every few seconds; returns how to end that. */
export function giveSigns(
  { redis, prefix }: QueueConnection,
  sign: () => MachineSign,
): () => Promise<void> {
  const give = (): void => {
    const now = sign();
    const key = machineKey(prefix, now.name);
    // a server that is away misses this sign and gets the next
    if (redis.status !== 'ready') return;
    redis.set(key, JSON.stringify(now), 'EX', 3 * secondsBetweenSigns).catch(() => {});
  };
  give();
  const timer = setInterval(give, 1000 * secondsBetweenSigns);
  return async () => {
    clearInterval(timer);
    if (redis.status === 'ready') await redis.del(machineKey(prefix, sign().name)).catch(() => {});
  };
}

async function valuesOf<Value>(
  { redis }: QueueConnection,
  pattern: string,
  schema: z.ZodType<Value>,
): Promise<Value[]> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
    keys.push(...found);
    cursor = next;
  } while (cursor !== '0');
  if (keys.length === 0) return [];
  const texts = await redis.mget([...new Set(keys)].sort());
  return texts.flatMap((text) => {
    if (text === null) return [];
    try {
      const result = schema.safeParse(JSON.parse(text));
      return result.success ? [result.data] : [];
    } catch {
      return [];
    }
  });
}

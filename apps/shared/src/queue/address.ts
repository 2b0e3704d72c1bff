import { ArgumentError } from '@nonsmooth/kernels';
import type { RedisOptions } from 'ioredis';
import { readFileSync } from 'node:fs';

/** Options of a connection that never gives up. */
export type ClientOptions = RedisOptions & { readonly retryStrategy: (times: number) => number };

/** Where a queue is. */
export interface QueueAddress {
  /** Without user and password: for messages and results. */
  readonly shown: string;
  /** For the client, secrets included. */
  readonly options: ClientOptions;
}

/**
 * The environment that addresses are completed from: secrets need not be on a command line. NONSMOOTH_QUEUE_USERNAME and
 * NONSMOOTH_QUEUE_PASSWORD; NONSMOOTH_QUEUE_CA, …_CERT and …_KEY name files in PEM, of certificates to trust and of the
 * client's own.
 */
export type QueueEnvironment = Readonly<Record<string, string | undefined>>;

const allowed = 'redis://HOST:PORT or, with TLS, rediss://HOST:PORT, and /NUMBER of a database';

/** No answer for so long although one is due: the connection is dead. Longer than any blocking command. */
const silenceMilliseconds = 15_000;
const longestPauseMilliseconds = 2_000;

/** @throws ArgumentError that shows no user and no password. */
export function queueAddress(
  text: string,
  environment: QueueEnvironment,
  argument = '--queue',
): QueueAddress {
  const refuse = (): never => {
    throw new ArgumentError(argument, text.replace(/\/\/.*@/s, '//…@'), allowed);
  };
  const url = URL.canParse(text) ? new URL(text) : refuse();
  const isSecure = url.protocol === 'rediss:' || url.protocol === 'valkeys:';
  if (!isSecure && url.protocol !== 'redis:' && url.protocol !== 'valkey:') refuse();
  if (url.hostname === '' || url.search !== '' || url.hash !== '') refuse();
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1] ?? refuse();
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 6379 : Number(url.port);
  const username = decoded(url.username) || environment['NONSMOOTH_QUEUE_USERNAME'];
  const password = decoded(url.password) || environment['NONSMOOTH_QUEUE_PASSWORD'];
  return {
    shown: `${isSecure ? 'rediss' : 'redis'}://${url.hostname}:${port}${database && `/${database}`}`,
    options: {
      host,
      port,
      db: Number(database),
      ...(username && { username }),
      ...(password && { password }),
      ...(isSecure && { tls: certificates(environment) }),
      // commands wait for the server however long it is away
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), longestPauseMilliseconds),
      connectTimeout: 10_000,
      socketTimeout: silenceMilliseconds,
      // a server that loads its data, or has become a replica, is away too
      reconnectOnError: (error) => /^(LOADING|READONLY|MASTERDOWN)/.test(error.message) && 2,
    },
  };

  function decoded(part: string): string {
    try {
      return decodeURIComponent(part);
    } catch {
      return refuse();
    }
  }
}

function certificates(environment: QueueEnvironment): Record<string, Buffer> {
  const files = {
    ca: 'NONSMOOTH_QUEUE_CA',
    cert: 'NONSMOOTH_QUEUE_CERT',
    key: 'NONSMOOTH_QUEUE_KEY',
  } as const;
  return Object.fromEntries(
    Object.entries(files).flatMap(([option, variable]) => {
      const file = environment[variable];
      if (!file) return [];
      try {
        return [[option, readFileSync(file)]];
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new ArgumentError(variable, file, `a file that can be read (${code})`);
      }
    }),
  );
}

import { exitStatus } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { join } from 'node:path';
import type { Laboratory } from '../commands/command.js';
import {
  runMembers,
  tellEnd,
  tellWritten,
  type OpenStudy,
  type RunSettings,
} from '../run-study.js';
import { ownBuild } from './lab-build.js';
import { noteShard, shardIn, type Shard } from './shards.js';

/** @throws ArgumentError for the folder of another shard. */
export function requireSameShard(folder: string, { number, of }: Shard): void {
  const there = shardIn(folder);
  if (!there || (there.number === number && there.of === of)) return;
  throw new ArgumentError(
    '--shard',
    `${number}/${of}`,
    `${there.number}/${there.of}, whose folder ${folder} is`,
  );
}

/** Runs the members of a shard that have not ended, and notes what became of it; resolves to the exit status. */
export async function runShard(
  shard: Shard,
  open: OpenStudy,
  settings: RunSettings,
  laboratory: Laboratory,
): Promise<number> {
  const { archive, members } = open;
  const build = ownBuild();
  noteShard(archive.folder, shard, build, new Map());
  const ran = await runMembers(
    open,
    { ...settings, where: `of shard ${shard.number}/${shard.of} ${settings.where}` },
    laboratory,
  );
  if (ran.broken === exitStatus.failed) return ran.broken;
  noteShard(archive.folder, shard, build, ran.failed);
  tellWritten([join(archive.folder, 'members')], settings.progress);
  const left = members.filter((member) => !archive.read(member)).length;
  return tellEnd(ran, left, settings);
}

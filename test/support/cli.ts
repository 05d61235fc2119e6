import { run } from '#service/cli/run.ts';
import type { Io } from '#service/cli/io.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, against doubles named in `env`. Nothing of the machine's environment leaks in. */
export async function cli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  more: { color?: boolean; terminal?: boolean; columns?: number; stdin?: string; signal?: AbortSignal } = {},
): Promise<CliResult> {
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => void (out += text),
    bytes: async (chunk) => void (out += Buffer.from(chunk).toString()),
    terminal: more.terminal ?? false,
    err: (text) => void (err += text),
    columns: more.columns ?? 80,
    color: more.color ?? false,
    progress: null,
    stdin: (async function* stdin() {
      yield Buffer.from(more.stdin ?? '');
    })(),
    signal: more.signal ?? new AbortController().signal,
  };
  const world = {
    clock: () => Date.parse('2026-11-25T09:00:00Z'),
    random: () => 0.5,
    nodeVersion: 'v24.21.0',
  };
  const code = await run(args, env, { ...world, clock: advancing(world.clock()) }, io, '0.0.0-test');
  return { code, out, err };
}

/** A clock that starts at a fixed moment and moves with real time: limits and time-outs need one that moves. */
function advancing(start: number): () => number {
  const began = performance.now();
  return () => Math.round(start + performance.now() - began);
}

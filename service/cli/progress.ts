import cliProgress from 'cli-progress';
import { fill } from '#core/rules/messages.ts';
import type { Clock } from '../lookup/limit.ts';
import type { Io } from './io.ts';

/** A bar on the terminal for work that takes long. */
export interface Progress {
  update(done: number, total?: number): void;
  stop(): void;
}

const NONE: Progress = { update: () => undefined, stop: () => undefined };

/**
 * @param text with the placeholders value, total, rate (a second) and eta
 */
export function startProgress(io: Io, clock: Clock, total: number, text: string): Progress {
  if (io.progress === null) return NONE;
  const bar = new cliProgress.SingleBar({
    stream: io.progress,
    clearOnComplete: true,
    hideCursor: true,
    format: (_options, params) => {
      const elapsed = (clock() - params.startTime) / 1000;
      const rate = elapsed > 0 ? params.value / elapsed : 0;
      const eta = rate > 0 ? `${Math.ceil(Math.max(0, params.total - params.value) / rate)} s` : '…';
      const share = Math.min(20, Math.round((params.value / Math.max(1, params.total)) * 20));
      const line = fill(text, { value: params.value, total: params.total, rate: rate.toFixed(0), eta });
      return `[${'#'.repeat(share)}${'-'.repeat(20 - share)}] ${line}`;
    },
  });
  bar.start(total, 0);
  return {
    update: (done, all) => {
      if (all !== undefined) bar.setTotal(all);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

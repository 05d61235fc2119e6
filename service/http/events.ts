import { jobNews } from '../jobs/progress.ts';
import type { Service } from '../context.ts';

export interface EventOptions<T> {
  readonly service: Service;
  readonly jobId: string;
  /** fires when the client has gone, or the service stops */
  readonly signal: AbortSignal;
  /** what there is to tell at this moment; null = the job is gone */
  read(): Promise<T | null>;
  isEnd(value: T): boolean;
  /** times in milliseconds */
  readonly pace?: Partial<Pace>;
}

interface Pace {
  /** between two events at least */
  readonly leastMs: number;
  /** looks without having heard anything: the connection that hears may be away */
  readonly lookMs: number;
  /** a line that says nothing, so that nobody between us and the client takes the silence for the end */
  readonly aliveMs: number;
}
const PACE: Pace = { leastMs: 250, lookMs: 2_000, aliveMs: 15_000 };

/**
 * How a job goes on, as server-sent events (WHATWG HTML, 9.2): `progress` first and whenever something is new, `end` at
 * its end. A client that comes back gets where things stand, whatever it has missed.
 */
export function jobEvents<T>(options: EventOptions<T>): Response {
  const { service, jobId, signal, read, isEnd } = options;
  const pace = { ...PACE, ...options.pace };
  const text = new TextEncoder();
  const over = new AbortController();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      void tell(controller).catch((error: unknown) => {
        service.log.error('job-events', error, { jobId });
        controller.error(new Error('the stream broke off'));
      });
    },
    cancel: () => over.abort(),
  });

  async function tell(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const gone = AbortSignal.any([signal, over.signal]);
    const send = (line: string): void => {
      if (!over.signal.aborted) controller.enqueue(text.encode(line));
    };
    /** A client that reads slowly gets less often where things stand, instead of all that it has missed. */
    const reads = (): boolean => (controller.desiredSize ?? 0) > 0;
    let wake: () => void = () => undefined;
    let news = false;
    const unwatch = jobNews(service).watch(jobId, () => {
      news = true;
      wake();
    });
    const alive = setInterval(() => reads() && send(': \n\n'), pace.aliveMs);
    try {
      for (let id = 1, last = ''; !gone.aborted;) {
        news = false;
        const value = await read();
        const data = JSON.stringify(value);
        const end = value === null || isEnd(value);
        if (data !== last && value !== null && (end || reads())) {
          send(`id: ${id++}\nevent: progress\ndata: ${data}\n\n`);
          last = data;
        }
        if (end) {
          send(`event: end\ndata: ${data}\n\n`);
          break;
        }
        await service.sleep(pace.leastMs, gone);
        if (news || gone.aborted) continue;
        const look = new AbortController();
        wake = () => look.abort();
        await service.sleep(pace.lookMs, AbortSignal.any([gone, look.signal]));
      }
    } finally {
      clearInterval(alive);
      unwatch();
      if (!over.signal.aborted) controller.close();
    }
  }

  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Proxies of the nginx kind collect answers before they pass them on.
      'X-Accel-Buffering': 'no',
    },
  });
}

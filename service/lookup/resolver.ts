import { Resolver as NodeDns, getServers, type CaaRecord } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { absent, found, unanswered, type Lookup, type MxRecord, type Silence } from '#core/facts.ts';
import { createGate, createSignals, type Clock, type Gate, type Sleep } from './limit.ts';

/** RFC 2782. `target` is lower case without the final dot; "" says that the service is not offered. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}
export interface SoaRecord {
  readonly primary: string;
  readonly hostmaster: string;
  readonly serial: number;
}

/**
 * One question each. Names come back in lower case without the final dot, lists in a fixed order, so that two scans
 * of an unchanged domain give equal facts. A signal that fires ends the wait with `unanswered` CANCELLED.
 *
 * An NXDOMAIN speaks of the last name of a CNAME chain (RFC 6604 section 2.1): where that matters, ask `cname` too.
 */
export interface Questions {
  /** sorted by preference, then exchange; a null MX (RFC 7505) is found with one record of exchange "" */
  mx(name: string, signal?: AbortSignal): Promise<Lookup<MxRecord[]>>;
  /** one string a record, its pieces joined without a blank (RFC 7208 section 3.3) */
  txt(name: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
  ns(name: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
  a(name: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
  aaaa(name: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
  /** the CNAME at that very name: the first step of a chain */
  cname(name: string, signal?: AbortSignal): Promise<Lookup<string>>;
  /** sorted by priority, then falling weight */
  srv(name: string, signal?: AbortSignal): Promise<Lookup<SrvRecord[]>>;
  /** in the form of a zone file: `0 issue "letsencrypt.org"` (RFC 8659 section 4.1.1) */
  caa(name: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
  soa(name: string, signal?: AbortSignal): Promise<Lookup<SoaRecord>>;
  /** names of an IP address, through in-addr.arpa or ip6.arpa */
  ptr(address: string, signal?: AbortSignal): Promise<Lookup<string[]>>;
}

export interface Resolver extends Questions {
  /**
   * The same questions, asked for one domain: its name decides which server is asked first, so that a rescan asks the
   * same one. `fresh` leaves the cache of this process unread.
   */
  for(domain: string, options?: { fresh?: boolean }): Questions;
  /** What this back end can ask at all. node:dns shows no AD bit, so `dnssec` is false here. */
  readonly capabilities: { readonly dnssec: boolean };
  readonly counters: Readonly<ResolverCounters>;
  /** Ends every open question with CANCELLED. */
  stop(): void;
}

export interface ResolverCounters {
  /** questions put to a server, repeats included */
  sent: number;
  /** questions answered from the cache of this process */
  cached: number;
  /** questions that joined an equal one under way */
  merged: number;
  /** questions put again after a silence */
  repeated: number;
  /** questions put to a fall-back server */
  fallback: number;
}

export interface NodeResolverOptions {
  /** `ip` or `ip:port` (`[ip]:port` for IPv6); without any, the system's */
  readonly servers?: readonly string[];
  /** asked only when the servers above gave no answer */
  readonly fallbackServers?: readonly string[];
  /** wait for one answer */
  readonly timeoutMs?: number;
  /** how often a question is put in all; the last time goes to a fall-back server where there is one */
  readonly tries?: number;
  readonly inFlightPerResolver?: number;
  readonly resolversPerServer?: number;
  readonly backoff?: { readonly baseMs: number; readonly factor: number; readonly jitter: number };
  /** answers (never silences) kept in this process; false = none */
  readonly cache?: { readonly ttlMs: number; readonly max: number } | false;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** 0 <= x < 1, for the jitter */
  readonly random: () => number;
}

/** What each type of question gives. */
interface Answers {
  MX: MxRecord[];
  TXT: string[];
  NS: string[];
  A: string[];
  AAAA: string[];
  CNAME: string;
  SRV: SrvRecord[];
  CAA: string[];
  SOA: SoaRecord;
  PTR: string[];
}
type Type = keyof Answers;

type Done<A> = (error: NodeJS.ErrnoException | null, answer?: A) => void;
type Ask<A> = (node: NodeDns, name: string, done: Done<A>) => void;

/** Records of node:dns into ours, field by field: Node 24 adds `type` to objects, Node 22 does not. */
const ask: { [T in Type]: Ask<Answers[T]> } = {
  MX: (node, name, done) =>
    node.resolveMx(
      name,
      reading(done, (records) =>
        unique(
          records.map((r) => ({ preference: r.priority, exchange: bare(r.exchange) })),
          (r) => `${r.preference} ${r.exchange}`,
        ).sort((a, b) => a.preference - b.preference || compare(a.exchange, b.exchange)),
      ),
    ),
  TXT: (node, name, done) =>
    node.resolveTxt(
      name,
      reading(done, (records) => records.map((pieces) => text(pieces.join('')))),
    ),
  NS: (node, name, done) => node.resolveNs(name, reading(done, names)),
  A: (node, name, done) => node.resolve4(name, reading(done, names)),
  AAAA: (node, name, done) => node.resolve6(name, reading(done, names)),
  CNAME: (node, name, done) =>
    node.resolveCname(
      name,
      reading(done, (records) => bare(records[0] ?? '')),
    ),
  SRV: (node, name, done) =>
    node.resolveSrv(
      name,
      reading(done, (records) =>
        records
          .map((r) => ({ priority: r.priority, weight: r.weight, port: r.port, target: bare(r.name) }))
          .sort(
            (a, b) =>
              a.priority - b.priority ||
              b.weight - a.weight ||
              compare(a.target, b.target) ||
              a.port - b.port,
          ),
      ),
    ),
  CAA: (node, name, done) =>
    node.resolveCaa(
      name,
      reading(done, (records) => records.map(caaText).sort(compare)),
    ),
  SOA: (node, name, done) =>
    node.resolveSoa(
      name,
      reading(done, (record) => ({
        primary: bare(record.nsname),
        hostmaster: bare(record.hostmaster),
        serial: record.serial,
      })),
    ),
  // resolvePtr and not reverse: the latter reads /etc/hosts.
  PTR: (node, name, done) => node.resolvePtr(name, reading(done, names)),
};

function reading<R, A>(done: Done<A>, read: (records: R) => A) {
  return (error: NodeJS.ErrnoException | null, records: R) =>
    error === null ? done(null, read(records)) : done(error);
}

/** c-ares' codes. A code that is not here is a failure of the network: never an absence. */
const SILENCE: Readonly<Record<string, Silence>> = {
  ETIMEOUT: 'TIMEOUT',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  EFORMERR: 'BAD-REPLY',
  EBADRESP: 'BAD-REPLY',
  ENOTIMP: 'BAD-REPLY',
  EBADFLAGS: 'BAD-REPLY',
  ECANCELLED: 'CANCELLED',
  EDESTRUCTION: 'CANCELLED',
  // No packet left: nobody has been asked, so nothing is known.
  EBADNAME: 'UNSUPPORTED',
  EBADSTR: 'UNSUPPORTED',
  EBADQUERY: 'UNSUPPORTED',
};

function outcome(error: NodeJS.ErrnoException): Lookup<never> {
  if (error.code === 'ENOTFOUND') return absent('NXDOMAIN');
  if (error.code === 'ENODATA') return absent('NODATA');
  return unanswered(SILENCE[error.code ?? ''] ?? 'NETWORK');
}

/** Worth the same question again after a pause. The others are final words of that server: the next one is asked at once. */
const PASSES: ReadonlySet<Silence> = new Set<Silence>(['TIMEOUT', 'SERVFAIL', 'NETWORK']);
/** Signs that a server is not there at all, rather than one zone behind it. */
const DEAD: ReadonlySet<Silence> = new Set<Silence>(['TIMEOUT', 'NETWORK']);
const DEAD_AFTER = 8;
const DEAD_FOR_MS = 30_000;

/** c-ares never waits less than this once it has measured a server (ares_metrics.c, MIN_TIMEOUT_MS). */
const CARES_FLOOR_MS = 250;

interface Node {
  readonly dns: NodeDns;
  /** questions under way */
  open: number;
}

interface Server {
  readonly address: string;
  readonly isFallback: boolean;
  readonly nodes: readonly Node[];
  readonly gate: Gate;
  /** dead silences since the last answer of any kind */
  silent: number;
  deadUntil: number;
}

interface Kept {
  readonly answer: Lookup<unknown>;
  readonly until: number;
}

/** A question that one or more callers wait for. */
interface Flight {
  readonly result: Promise<Lookup<unknown>>;
  readonly wait: Wait;
  callers: number;
}

/** The way to end a question. An AbortSignal costs as much as the rest of a look-up, so there is one only in a pause. */
interface Wait {
  over: boolean;
  /** ends what is under way right now */
  end: (() => void) | undefined;
}

/** Does something that takes an AbortSignal. */
async function withSignal<T>(wait: Wait, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  if (wait.over) controller.abort();
  wait.end = () => controller.abort();
  try {
    return await work(controller.signal);
  } finally {
    wait.end = undefined;
  }
}

export function createNodeResolver(options: NodeResolverOptions): Resolver {
  const {
    timeoutMs = 3000,
    tries = 3,
    inFlightPerResolver = 200,
    resolversPerServer = 4,
    backoff = { baseMs: 100, factor: 2, jitter: 0.5 },
    cache = { ttlMs: 60_000, max: 20_000 },
    clock,
    sleep,
    random,
  } = options;
  const listed = options.servers?.length ? options.servers : getServers();
  const primaries = unique(listed, String).map((address) => server(address, false));
  const fallbacks = unique(options.fallbackServers ?? [], String)
    .filter((address) => !listed.includes(address))
    .map((address) => server(address, true));
  const triesOfPrimaries = fallbacks.length > 0 ? Math.max(1, tries - 1) : tries;

  const counters: ResolverCounters = { sent: 0, cached: 0, merged: 0, repeated: 0, fallback: 0 };
  const flights = new Map<string, Flight>();
  const onSignal = createSignals();
  // Two halves, the older one thrown away whole: taking the first entry out of a large Map again and again is slow.
  let young = new Map<string, Kept>();
  let old = new Map<string, Kept>();
  /** those with questions under way, for `stop` */
  const open = new Set<Node>();
  let stopped = false;

  function server(address: string, isFallback: boolean): Server {
    const nodes = Array.from({ length: resolversPerServer }, () => {
      // One server a Resolver: c-ares would move ALL questions to the next one after a single time-out.
      const dns = new NodeDns({
        timeout: Math.min(timeoutMs, 3 * CARES_FLOOR_MS),
        tries: Math.ceil(Math.log2(timeoutMs / CARES_FLOOR_MS + 1)) + 1,
        maxTimeout: timeoutMs,
      });
      dns.setServers([address]);
      return { dns, open: 0 };
    });
    // The socket of a Resolver holds some 250 answers (212,992 bytes that nothing enlarges): more in flight are lost.
    const gate = createGate(resolversPerServer * inFlightPerResolver);
    return { address, isFallback, nodes, gate, silent: 0, deadUntil: 0 };
  }

  /**
   * A Resolver for one slow question. c-ares shortens its wait to 5 x the round trips it has seen, 250 ms at least, and
   * asks again from another port, where the late answer to the first packet is lost. That is right for lost packets and
   * wrong for a resolver that is still looking: so the repeat comes from one that has seen nothing, and waits once.
   */
  function patientNode(address: string): Node {
    const dns = new NodeDns({ timeout: timeoutMs, tries: 1, maxTimeout: timeoutMs });
    dns.setServers([address]);
    return { dns, open: 0 };
  }

  /** One question to one server, as soon as it has room. */
  function put(
    server: Server,
    type: Type,
    name: string,
    isPatient: boolean,
    wait: Wait,
  ): Promise<Lookup<unknown>> {
    const leave = server.gate.tryEnter();
    if (leave !== null) return send(server, type, name, isPatient, wait, leave);
    return withSignal(wait, (signal) => server.gate.enter(signal)).then((turn) =>
      turn === null ? unanswered('CANCELLED') : send(server, type, name, isPatient, wait, turn),
    );
  }

  function send(
    server: Server,
    type: Type,
    name: string,
    isPatient: boolean,
    wait: Wait,
    leave: () => void,
  ): Promise<Lookup<unknown>> {
    if (wait.over) {
      leave();
      return Promise.resolve(unanswered('CANCELLED'));
    }
    const node = isPatient
      ? patientNode(server.address)
      : server.nodes.reduce((least, other) => (other.open < least.open ? other : least));
    node.open++;
    open.add(node);
    counters.sent++;
    if (server.isFallback) counters.fallback++;
    return new Promise((resolve) => {
      let isSettled = false;
      const settle = (answer: Lookup<unknown>) => {
        // c-ares may still answer after our timer: by then `wait` belongs to the next try.
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        wait.end = undefined;
        resolve(answer);
      };
      wait.end = () => settle(unanswered('CANCELLED'));
      let due = performance.now() + timeoutMs;
      const expire = () => {
        const late = performance.now() - due;
        // Timers run before sockets are read: the answer may lie in the socket.
        if (late < timeoutMs / 10) return void setImmediate(() => settle(unanswered('TIMEOUT')));
        // This process was busy all the while, and c-ares, whose timer ran first, has only now asked again.
        due += late + timeoutMs;
        timer = setTimeout(expire, timeoutMs);
      };
      let timer = setTimeout(expire, timeoutMs);
      (ask[type] as Ask<unknown>)(node.dns, name, (error, answer) => {
        // The place is free only now: c-ares cannot call a single question back.
        if (--node.open === 0) open.delete(node);
        leave();
        settle(error === null ? found(answer) : outcome(error));
      });
    });
  }

  /** The next server to ask: primaries first, in the order of the domain; a dead one only when all are. */
  function next(
    order: readonly Server[],
    out: ReadonlySet<Server>,
    tried: { primary: number; fallback: number },
  ): Server | undefined {
    const [usual] = order;
    if (tried.primary === 0 && usual !== undefined && usual.silent < DEAD_AFTER && !usual.isFallback) {
      tried.primary++;
      return usual;
    }
    const left = order.filter((s) => !out.has(s));
    const now = clock();
    const alive = left.filter((s) => s.silent < DEAD_AFTER || s.deadUntil <= now);
    const choice = alive.length > 0 ? alive : left;
    const first = choice.filter((s) => !s.isFallback);
    const second = choice.filter((s) => s.isFallback);
    const isFallback = second.length > 0 && (tried.primary >= triesOfPrimaries || first.length === 0);
    const chosen = isFallback
      ? second[tried.fallback++ % second.length]
      : first[tried.primary++ % Math.max(1, first.length)];
    // One question at a time finds out whether a dead server is back.
    if (chosen !== undefined && chosen.silent >= DEAD_AFTER) chosen.deadUntil = now + DEAD_FOR_MS;
    return chosen;
  }

  function note(server: Server, answer: Lookup<unknown>): void {
    if (answer.state !== 'unanswered') server.silent = 0;
    else if (DEAD.has(answer.why)) {
      if (++server.silent === DEAD_AFTER) server.deadUntil = clock() + DEAD_FOR_MS;
    } else if (answer.why !== 'CANCELLED') server.silent = 0;
  }

  const orders = new Map<number, readonly Server[]>();
  /** The servers in the order of a domain. There are only so many orders, each made once. */
  function orderOf(affinity: string): readonly Server[] {
    const turn = hash(affinity) % Math.max(1, primaries.length * Math.max(1, fallbacks.length));
    let order = orders.get(turn);
    if (order === undefined) {
      order = [...rotated(primaries, turn), ...rotated(fallbacks, turn)];
      orders.set(turn, order);
    }
    return order;
  }

  /** One question until somebody answers, or the tries are used up. */
  async function pursue(type: Type, name: string, affinity: string, wait: Wait): Promise<Lookup<unknown>> {
    const order = orderOf(affinity);
    const out = new Set<Server>();
    let answer: Lookup<unknown> = unanswered('UNSUPPORTED');
    const limit = Math.max(tries, triesOfPrimaries + (fallbacks.length > 0 ? 1 : 0));
    let pauses = 0;
    const tried = { primary: 0, fallback: 0 };
    for (let left = limit; left > 0; left--) {
      const chosen = next(order, out, tried);
      if (chosen === undefined) return answer;
      if (left < limit) counters.repeated++;
      const isPatient = answer.state === 'unanswered' && answer.why === 'TIMEOUT';
      answer = await put(chosen, type, name, isPatient, wait);
      note(chosen, answer);
      if (answer.state !== 'unanswered' || answer.why === 'CANCELLED') return answer;
      if (!PASSES.has(answer.why)) out.add(chosen);
      else if (left > 1) {
        const { baseMs, factor, jitter } = backoff;
        const ms = baseMs * factor ** pauses++ * (1 + jitter * (2 * random() - 1));
        await withSignal(wait, (signal) => sleep(ms, signal));
        if (wait.over) return unanswered('CANCELLED');
      }
    }
    return answer;
  }

  function keep(key: string, answer: Lookup<unknown>): void {
    if (cache === false || answer.state === 'unanswered') return;
    if (young.size >= cache.max / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, { answer, until: clock() + cache.ttlMs });
  }

  function lookup<T extends Type>(
    type: T,
    asked: string,
    affinity: string | undefined,
    fresh: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Lookup<Answers[T]>> {
    return lookupAny(type, asked, affinity, fresh, signal) as Promise<Lookup<Answers[T]>>;
  }

  function lookupAny(
    type: Type,
    asked: string,
    affinity: string | undefined,
    fresh: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Lookup<unknown>> {
    if (stopped || signal?.aborted) return Promise.resolve(unanswered('CANCELLED'));
    const name = askable(asked);
    if (name === undefined) return Promise.resolve(unanswered('UNSUPPORTED'));
    const key = `${type} ${name}`;

    const known = fresh ? undefined : (young.get(key) ?? old.get(key));
    if (known !== undefined && known.until > clock()) {
      counters.cached++;
      return Promise.resolve(known.answer);
    }

    let flight = flights.get(key);
    if (flight !== undefined) counters.merged++;
    else {
      const wait: Wait = { over: false, end: undefined };
      const result = pursue(type, name, affinity ?? name, wait).then((answer) => {
        if (flights.get(key)?.wait === wait) flights.delete(key);
        keep(key, answer);
        return answer;
      });
      flight = { result, wait, callers: 0 };
      flights.set(key, flight);
    }
    return join(key, flight, signal);
  }

  /** Waits with the others for one answer; the last to leave ends the question. */
  function join(key: string, flight: Flight, signal: AbortSignal | undefined): Promise<Lookup<unknown>> {
    flight.callers++;
    if (signal === undefined) return flight.result;
    return new Promise((resolve, reject) => {
      const leave = () => {
        resolve(unanswered('CANCELLED'));
        if (--flight.callers > 0) return;
        if (flights.get(key) === flight) flights.delete(key);
        finish(flight.wait);
      };
      const forget = onSignal(signal, leave);
      flight.result.then(
        (answer) => {
          forget();
          resolve(answer);
        },
        (mistake: unknown) => {
          forget();
          reject(mistake as Error);
        },
      );
    });
  }

  function questions(affinity: string | undefined, fresh: boolean): Questions {
    const of =
      <T extends Type>(type: T) =>
      (name: string, signal?: AbortSignal) =>
        lookup(type, name, affinity, fresh, signal);
    return {
      mx: of('MX'),
      txt: of('TXT'),
      ns: of('NS'),
      a: of('A'),
      aaaa: of('AAAA'),
      cname: of('CNAME'),
      srv: of('SRV'),
      caa: of('CAA'),
      soa: of('SOA'),
      ptr: async (address, signal) => {
        const name = reverseName(address);
        return name === undefined
          ? unanswered('UNSUPPORTED')
          : lookup('PTR', name, affinity ?? name, fresh, signal);
      },
    };
  }

  return {
    ...questions(undefined, false),
    for: (domain, { fresh = false } = {}) => questions(domain, fresh),
    capabilities: { dnssec: false },
    counters,
    stop() {
      stopped = true;
      for (const flight of flights.values()) finish(flight.wait);
      flights.clear();
      young.clear();
      old.clear();
      for (const { dns } of open) dns.cancel();
    },
  };
}

function finish(wait: Wait): void {
  wait.over = true;
  wait.end?.();
}

const NAME = /^(?:[!-\-/-[\]-~]{1,63}\.)*[!-\-/-[\]-~]{1,63}$/;

/**
 * The name as it is asked for, or undefined when no packet can carry it: labels of 1 to 63 bytes, 253 in all (RFC 1035
 * section 2.3.4), no backslash (c-ares reads escapes), no blank or control character, nothing outside ASCII.
 */
function askable(asked: string): string | undefined {
  const name = bare(asked);
  return name.length <= 253 && NAME.test(name) ? name : undefined;
}

function reverseName(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const ip = ipaddr.process(address);
  return ip.kind() === 'ipv4'
    ? `${ip.toByteArray().reverse().join('.')}.in-addr.arpa`
    : `${ip
        .toByteArray()
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('')
        .split('')
        .reverse()
        .join('.')}.ip6.arpa`;
}

function names(records: string[]): string[] {
  return unique(records.map(bare), String).sort(compare);
}

function bare(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

/** node:dns gives each byte of a TXT as one character. Most records are ASCII; the others are UTF-8 where they can be. */
function text(bytes: string): string {
  if (!/[\u0080-\u00ff]/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

/** node:dns names the tag by the key: { critical: 0, issue: "letsencrypt.org" }, and Node 24 adds `type`. */
function caaText({ critical, ...rest }: CaaRecord): string {
  const [tag, value] = Object.entries(rest).find(([key]) => key !== 'type') ?? ['', ''];
  return `${critical} ${tag} "${String(value)}"`;
}

function unique<T>(list: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(list.map((item) => [key(item), item])).values()];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const first = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** FNV-1a, 32 bits: the same domain gives the same order in every process. */
function hash(key: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

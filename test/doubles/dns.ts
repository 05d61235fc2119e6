import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE, type Packet } from 'dns-packet';
import { indexZone, readZone, type Answer, type Records, type Trouble, type Zone } from './dns/zone.ts';

export { TROUBLES, type Records, type Trouble, type Zone } from './dns/zone.ts';

/**
 * A DNS server on loopback, over UDP and TCP on one port, that behaves as a good recursive resolver does, unless it is
 * told to fail. It is strict: a zone with a fault is refused at start, and a wrong question is answered as the RFCs say.
 */

export type Transport = 'udp' | 'tcp';
export interface Query {
  /** lower case, no final dot */
  readonly name: string;
  readonly type: string;
  readonly transport: Transport;
}

/** How the server fails, on top of what the zone says. */
export interface Behaviour {
  /** UDP questions that get lost: the n-th ones (1 = the first), or a share of all, chosen by the seed */
  readonly drop?: { readonly nth?: readonly number[]; readonly share?: number; readonly seed?: number };
  /** milliseconds before every answer */
  readonly delay?: number;
  /** Anything else than the zone: trouble, or the records the name shall have. Undefined = as the zone says. */
  readonly answer?: (query: Query) => Trouble | Records | undefined;
}

export interface DnsDoubleOptions {
  /** a literal, or a JSON file of the same shape */
  readonly zone: Zone | { readonly file: string };
  readonly behaviour?: Behaviour;
  /** what happens over TCP: an answer, a refused connection, no answer at all, or a connection closed at once */
  readonly tcp?: 'answers' | 'refused' | 'silent' | 'closes';
  readonly host?: string;
  /** false = `queries` stays empty: for benches */
  readonly record?: boolean;
}

export interface DnsDouble {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as a resolver wants it */
  readonly address: string;
  /** what has been asked, in order, lost questions too */
  readonly queries: Query[];
  /** other failures from now on */
  behave(behaviour: Behaviour): void;
  /** another zone from now on */
  serve(zone: Zone): void;
  stop(): Promise<void>;
}

/** A question as the bytes have it, up to the end of the question section. */
interface Question {
  readonly end: number;
  readonly type: number;
  /** bytes an answer over UDP may have; undefined = no EDNS(0) in the question */
  readonly edns: number | undefined;
}

const HEADER = 12;
const OPT = 41;
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  255: 'ANY',
  257: 'CAA',
};
const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
const UDP_BUFFER = 4 * 1024 * 1024;
/** the size of answers we offer ourselves (DNS flag day 2020) */
const OUR_SIZE = 1232;

export async function startDnsDouble(options: DnsDoubleOptions): Promise<DnsDouble> {
  const { host = '127.0.0.1', tcp = 'answers', record = true } = options;
  let index = indexZone(readZone(options.zone));
  let behaviour = options.behaviour ?? {};
  let random = seeded(behaviour.drop?.seed ?? 1);
  let udpQueries = 0;
  const queries: Query[] = [];
  /** encoded answers by transport, size and question: the zone does not change, so an answer is made once */
  const ready = new Map<string, { query: Query; bytes: Buffer }>();
  const timers = new Set<NodeJS.Timeout>();
  const connections = new Set<Socket>();

  const { udp, server, port } = await listen(host, tcp === 'refused');

  function later(ms: number, run: () => void): void {
    if (ms === 0) return run();
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  }

  /** One message in, at most one out. `close` ends a TCP connection instead. */
  function handle(
    message: Buffer,
    transport: Transport,
    send: (reply: Buffer) => void,
    close: () => void,
  ): void {
    // Whoever answers an answer makes two servers talk for ever.
    if (message.length < HEADER || (message[2]! & 0x80) !== 0) return;
    const opcode = (message[2]! >> 3) & 0xf;
    if (opcode !== 0) return send(refusal(message, 'NOTIMP'));
    const question = readQuestion(message);
    if (question === undefined) return send(refusal(message, 'FORMERR'));
    if (message.readUInt16BE(question.end - 2) !== 1) return send(refusal(message, 'REFUSED', question.end));

    const limit = transport === 'tcp' ? 65_535 : Math.max(512, question.edns ?? 512);
    // Length bytes are below 64 and so below "A": lower case of the whole wire form is the name's lower case (RFC 4343).
    const wire = message.toString('latin1', HEADER, question.end).toLowerCase();
    const key = `${transport === 'tcp' ? 't' : 'u'}${limit}${question.edns === undefined ? '' : 'e'} ${wire}`;
    let known = ready.get(key);
    const query = known?.query ?? {
      name: readName(wire),
      type: TYPES[question.type] ?? `TYPE${question.type}`,
      transport,
    };
    if (record) queries.push(query);
    if (transport === 'udp') {
      udpQueries++;
      const { nth, share } = behaviour.drop ?? {};
      if (nth?.includes(udpQueries) || (share !== undefined && random() < share)) return;
    }
    const wait = behaviour.delay ?? 0;
    if (known !== undefined && behaviour.answer === undefined)
      return later(wait, () => send(personal(known!.bytes, message, question.end)));

    const instead = behaviour.answer?.(query);
    const resolved =
      instead === undefined
        ? index.resolve(query.name, query.type)
        : typeof instead === 'string'
          ? { trouble: instead, delay: 0 }
          : indexZone(readZone({ [query.name]: instead })).resolve(query.name, query.type);
    const delay = wait + resolved.delay;
    if ('trouble' in resolved) {
      const { trouble } = resolved;
      if (trouble === 'TRUNCATED' && transport === 'tcp') return later(delay, close);
      const reply = troubled(trouble, message, question);
      if (reply !== undefined) later(delay, () => send(reply));
      return;
    }
    const bytes = encodeReply(message, question, resolved, limit, transport === 'udp' && resolved.truncated);
    if (instead === undefined && resolved.delay === 0) {
      known = { query, bytes };
      ready.set(key, known);
    }
    later(delay, () => send(personal(bytes, message, question.end)));
  }

  udp.on('message', (message, from: RemoteInfo) => {
    handle(
      message,
      'udp',
      (reply) => udp.send(reply, from.port, from.address, () => undefined),
      () => undefined,
    );
  });
  server?.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => socket.destroy());
    if (tcp === 'closes') return void socket.destroy();
    if (tcp === 'silent') return void socket.resume();
    onMessages(socket, (message) =>
      handle(
        message,
        'tcp',
        (reply) => {
          if (!socket.writable) return;
          const framed = Buffer.allocUnsafe(reply.length + 2);
          framed.writeUInt16BE(reply.length);
          reply.copy(framed, 2);
          socket.write(framed);
        },
        () => socket.destroy(),
      ),
    );
  });

  return {
    host,
    port,
    address: `${host}:${port}`,
    queries,
    behave(next) {
      behaviour = next;
      random = seeded(next.drop?.seed ?? 1);
      udpQueries = 0;
    },
    serve(zone) {
      index = indexZone(readZone(zone));
      ready.clear();
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())),
      ]);
    },
  };
}

/** Both sockets on one port. A port free for TCP may be taken for UDP, so a few are tried. */
async function listen(host: string, udpOnly: boolean) {
  for (let tries = 0; ; tries++) {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    const udp = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: UDP_BUFFER,
      sendBufferSize: UDP_BUFFER,
    });
    try {
      await new Promise<void>((resolve, reject) => udp.once('error', reject).bind(port, host, resolve));
    } catch (error) {
      server.close();
      if (tries >= 20) throw error;
      continue;
    }
    udp.removeAllListeners('error').on('error', () => undefined);
    if (!udpOnly) return { udp, server: server as Server | undefined, port };
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return { udp, server: undefined, port };
  }
}

/** Messages of a stream: two bytes of length before each (RFC 1035 section 4.2.2), as many as come (RFC 7766). */
function onMessages(socket: Socket, take: (message: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 2) {
      const length = rest.readUInt16BE(0);
      if (rest.length < 2 + length) return;
      const message = rest.subarray(2, 2 + length);
      rest = rest.subarray(2 + length);
      take(message);
    }
  });
}

/** The one question of a message, read from its bytes; undefined = not in the protocol. */
function readQuestion(message: Buffer): Question | undefined {
  if (message.readUInt16BE(4) !== 1 || message.readUInt16BE(6) !== 0 || message.readUInt16BE(8) !== 0)
    return undefined;
  let at = HEADER;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
    if (length === 0) break;
  }
  const end = at + 4;
  if (end > message.length || at - HEADER > 255) return undefined;
  const type = message.readUInt16BE(at);
  const additional = message.readUInt16BE(10);
  if (additional === 0) return message.length === end ? { end, type, edns: undefined } : undefined;
  // An OPT record (RFC 6891 section 6.1.2) is the only thing that may follow.
  if (additional !== 1 || message.length < end + 11 || message[end] !== 0) return undefined;
  if (message.readUInt16BE(end + 1) !== OPT) return undefined;
  return { end, type, edns: message.readUInt16BE(end + 3) };
}

function readName(wire: string): string {
  const labels: string[] = [];
  for (let at = 0, length = wire.charCodeAt(0); length > 0; at += 1 + length, length = wire.charCodeAt(at))
    labels.push(wire.slice(at + 1, at + 1 + length));
  return labels.join('.');
}

function encodeReply(
  message: Buffer,
  question: Question,
  reply: { rcode: keyof typeof RCODE; answers: Answer[]; authorities: Answer[] },
  limit: number,
  cut: boolean,
): Buffer {
  const build = (answers: Answer[], authorities: Answer[], truncated: boolean) => {
    const flags = RECURSION_AVAILABLE | (truncated ? TRUNCATED_RESPONSE : 0) | RCODE[reply.rcode];
    const body = encode({
      type: 'response',
      flags,
      questions: [],
      answers,
      authorities,
      additionals:
        question.edns === undefined
          ? []
          : [
              {
                type: 'OPT',
                name: '.',
                udpPayloadSize: OUR_SIZE,
                extendedRcode: 0,
                ednsVersion: 0,
                flags: 0,
                flag_do: false,
                options: [],
              },
            ],
    } as unknown as Packet);
    // The question goes in as it came, so that its upper and lower case come back (draft 0x20).
    const bytes = Buffer.concat([
      body.subarray(0, HEADER),
      message.subarray(HEADER, question.end),
      body.subarray(HEADER),
    ]);
    bytes.writeUInt16BE(1, 4);
    return bytes;
  };
  const whole = build(reply.answers, reply.authorities, false);
  if (!cut && whole.length <= limit) return whole;
  // As many records as fit, as BIND does it: a client that overlooks TC takes half an answer for a whole one.
  for (let keep = reply.answers.length - 1; keep > 0; keep--) {
    const part = build(reply.answers.slice(0, keep), [], true);
    if (part.length <= limit) return part;
  }
  return build([], [], true);
}

/** The answer made for everyone, with this asker's id, RD flag and spelling of the name. */
function personal(bytes: Buffer, message: Buffer, end: number): Buffer {
  const reply = Buffer.allocUnsafe(bytes.length);
  bytes.copy(reply);
  reply[0] = message[0]!;
  reply[1] = message[1]!;
  reply[2] = (reply[2]! & ~1) | (message[2]! & 1);
  message.copy(reply, HEADER, HEADER, end);
  return reply;
}

/** A header with an error, and the question where there is one. */
function refusal(message: Buffer, rcode: keyof typeof RCODE, end = HEADER): Buffer {
  const reply = Buffer.alloc(end);
  message.copy(reply, 0, 0, end);
  reply[2] = 0x80 | (message[2]! & 0x79);
  reply[3] = 0x80 | RCODE[rcode];
  reply.writeUInt16BE(end > HEADER ? 1 : 0, 4);
  reply.fill(0, 6, HEADER);
  return reply;
}

function troubled(trouble: Trouble, message: Buffer, { end }: Question): Buffer | undefined {
  switch (trouble) {
    case 'SILENT':
      return undefined;
    case 'TRUNCATED': {
      const reply = refusal(message, 'NOERROR', end);
      reply[2]! |= TRUNCATED_RESPONSE >> 8;
      return reply;
    }
    case 'WRONG-ID': {
      const reply = refusal(message, 'NXDOMAIN', end);
      reply[0]! ^= 0x55;
      return reply;
    }
    case 'WRONG-QUESTION': {
      const reply = refusal(message, 'NXDOMAIN', end);
      // The first letter of the first label becomes another one.
      reply[HEADER + 1] = reply[HEADER + 1] === 0x78 ? 0x79 : 0x78;
      return reply;
    }
    case 'NO-QUESTION':
      return refusal(message, 'NXDOMAIN');
    case 'GARBAGE': {
      const reply = Buffer.alloc(end + 20, 0xff);
      refusal(message, 'NOERROR', end).copy(reply);
      reply.writeUInt16BE(3, 6);
      return reply;
    }
    default:
      return refusal(message, trouble, end);
  }
}

/** Mulberry32: the same losses in every run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

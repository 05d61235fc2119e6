import ipaddr from 'ipaddr.js';

/**
 * Writes a small MaxMind DB (https://maxmind.github.io/MaxMind-DB/): IPv6 tree, records of 24 bits, as much of the data
 * format as records and metadata need.
 */
export type MmdbValue =
  | string
  | number
  | boolean
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

interface Node {
  children: [Node | number | undefined, Node | number | undefined];
}
const emptyNode = (): Node => ({ children: [undefined, undefined] });

export function writeMmdb(options: {
  /** network to record: `192.0.2.0/24`, `2001:db8::/32`; later ones may not lie inside earlier ones */
  readonly networks: Readonly<Record<string, MmdbValue>>;
  readonly type?: string;
  readonly built?: Date;
}): Buffer {
  const root = emptyNode();
  const data: Buffer[] = [];
  let dataSize = 0;
  for (const [network, value] of Object.entries(options.networks)) {
    const bits = path(network);
    let node = root;
    for (const bit of bits.slice(0, -1)) {
      const child = node.children[bit] ?? emptyNode();
      if (typeof child === 'number') throw new Error(`${network} lies inside another network`);
      node.children[bit] = child;
      node = child;
    }
    node.children[bits.at(-1)!] = dataSize;
    const encoded = encode(value);
    data.push(encoded);
    dataSize += encoded.length;
  }

  const nodes: Node[] = [root];
  for (let i = 0; i < nodes.length; i++)
    for (const child of nodes[i]!.children) if (typeof child === 'object') nodes.push(child);
  const place = new Map(nodes.map((node, i) => [node, i]));
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, i) =>
    node.children.forEach((child, side) => {
      // Below the count: a node. The count: nothing. Above it: data, behind 16 bytes of separator.
      const record =
        child === undefined
          ? nodes.length
          : typeof child === 'number'
            ? nodes.length + 16 + child
            : place.get(child)!;
      tree.writeUIntBE(record, i * 6 + side * 3, 3);
    }),
  );
  const metadata = {
    binary_format_major_version: uint16(2),
    binary_format_minor_version: uint16(0),
    build_epoch: uint64(Math.floor((options.built ?? new Date('2026-01-02T00:00:00Z')).getTime() / 1000)),
    database_type: encode(options.type ?? 'Test'),
    description: encode({ en: 'made for a test' }),
    ip_version: uint16(6),
    languages: encode(['en']),
    node_count: encode(nodes.length),
    record_size: uint16(24),
  };
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('\u00ab\u00cd\u00efMaxMind.com', 'latin1'),
    head(7, Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, value]) => [encode(key), value]),
  ]);
}

/** The way to a network in the tree; IPv4 lies at ::/96. */
function path(network: string): (0 | 1)[] {
  const [ip, prefix] = ipaddr.parseCIDR(network);
  const bytes =
    ip.kind() === 'ipv4' ? [...Array.from({ length: 12 }, () => 0), ...ip.toByteArray()] : ip.toByteArray();
  const length = ip.kind() === 'ipv4' ? prefix + 96 : prefix;
  return Array.from({ length }, (_, i) => ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) as 0 | 1);
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return head(14, value ? 1 : 0);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return Buffer.concat([head(6, 4), bytes]);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([head(3, 8), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([head(11, value.length), ...value.map((item: MmdbValue) => encode(item))]);
  const entries = Object.entries(value as { readonly [key: string]: MmdbValue });
  return Buffer.concat([
    head(7, entries.length),
    ...entries.flatMap(([key, item]) => [encode(key), encode(item)]),
  ]);
}

function uint16(value: number): Buffer {
  return Buffer.concat([head(5, 2), Buffer.from([value >> 8, value & 255])]);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return Buffer.concat([head(9, 8), bytes]);
}

/** Type and size: three bits and five, types above 7 in a byte of their own, sizes from 29 on too. */
function head(type: number, size: number): Buffer {
  const short = size < 29 ? size : 29;
  if (size >= 285) throw new Error('longer than this writer can');
  return Buffer.from([
    (type > 7 ? 0 : type << 5) | short,
    ...(type > 7 ? [type - 7] : []),
    ...(size >= 29 ? [size - 29] : []),
  ]);
}

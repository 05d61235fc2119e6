import { createDeflateRaw, crc32 } from 'node:zlib';

/** A file of an archive: its name, and its text piece by piece. */
export interface ZipEntry {
  readonly name: string;
  readonly pieces: Iterable<string> | AsyncIterable<string>;
}

/** MS-DOS time of the entries: 1980-01-01, so that equal content makes equal archives. */
const TIME = 0;
const DATE = 0x21;
const VERSION = 20;
/** sizes follow the data (bit 3), names are UTF-8 (bit 11) */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** Tables repeat themselves so much that the next levels take twice the time for a sixth less. */
const LEVEL = 2;
/** Bytes that come out at once: with the usual 16 KiB the way there and back takes longer than the work. */
const CHUNK = 256 * 1024;
const LARGEST = 0xffff_ffff;

/**
 * A ZIP archive (APPNOTE.TXT 6.3.10) as a stream of bytes: nothing is kept but the list of names. Made for archives below
 * 4 GiB, which a workbook of a million rows is far from; a larger one is an error, and never a broken file.
 */
export async function* zip(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, pieces } of entries) {
    const start = offset;
    const local = localHeader(name);
    yield local;
    offset += local.length;
    const sums = { crc: 0, size: 0, packed: 0 };
    for await (const bytes of deflated(pieces, sums)) {
      offset += bytes.length;
      yield bytes;
    }
    if (offset > LARGEST || sums.size > LARGEST) throw new RangeError('the archive is larger than 4 GiB');
    const descriptor = dataDescriptor(sums);
    yield descriptor;
    offset += descriptor.length;
    directory.push(directoryEntry(name, sums, start));
  }
  const all = Buffer.concat(directory);
  yield all;
  yield endOfDirectory(directory.length, all.length, offset);
}

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

/** Packs the pieces; only as fast as the reader takes them. */
async function* deflated(pieces: ZipEntry['pieces'], sums: Sums): AsyncGenerator<Buffer> {
  const packer = createDeflateRaw({ level: LEVEL, chunkSize: CHUNK });
  let failure: unknown = null;
  const feeding = feed(packer, pieces, sums).catch((error: unknown) => {
    failure = error;
    packer.destroy();
  });
  try {
    for await (const bytes of packer as AsyncIterable<Buffer>) {
      sums.packed += bytes.length;
      yield bytes;
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    packer.destroy();
    await feeding;
  }
  if (failure !== null) throw failure;
}

async function feed(
  packer: ReturnType<typeof createDeflateRaw>,
  pieces: ZipEntry['pieces'],
  sums: Sums,
): Promise<void> {
  for await (const piece of pieces) {
    if (packer.destroyed) return;
    const bytes = Buffer.from(piece, 'utf8');
    sums.crc = crc32(bytes, sums.crc);
    sums.size += bytes.length;
    if (!packer.write(bytes)) await drained(packer);
  }
  packer.end();
}

/** When there is room again, or nobody reads any more. */
const drained = (packer: ReturnType<typeof createDeflateRaw>): Promise<void> =>
  new Promise((resolve) => {
    if (packer.closed) return resolve();
    const done = (): void => {
      packer.off('drain', done).off('close', done);
      resolve();
    };
    packer.on('drain', done).on('close', done);
  });

function localHeader(name: string): Buffer {
  const file = Buffer.from(name, 'utf8');
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x0403_4b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(FLAGS, 6);
  head.writeUInt16LE(DEFLATE, 8);
  head.writeUInt16LE(TIME, 10);
  head.writeUInt16LE(DATE, 12);
  head.writeUInt16LE(file.length, 26);
  return Buffer.concat([head, file]);
}

function dataDescriptor({ crc, size, packed }: Sums): Buffer {
  const data = Buffer.alloc(16);
  data.writeUInt32LE(0x0807_4b50, 0);
  data.writeUInt32LE(crc, 4);
  data.writeUInt32LE(packed, 8);
  data.writeUInt32LE(size, 12);
  return data;
}

function directoryEntry(name: string, { crc, size, packed }: Sums, start: number): Buffer {
  const file = Buffer.from(name, 'utf8');
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x0201_4b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(FLAGS, 8);
  head.writeUInt16LE(DEFLATE, 10);
  head.writeUInt16LE(TIME, 12);
  head.writeUInt16LE(DATE, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(packed, 20);
  head.writeUInt32LE(size, 24);
  head.writeUInt16LE(file.length, 28);
  head.writeUInt32LE(start, 42);
  return Buffer.concat([head, file]);
}

function endOfDirectory(entries: number, size: number, start: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(start, 16);
  return end;
}

import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { TableFault } from './table.ts';

/** The parts of a compressed file, judged by its directory before anything is unpacked. */
export interface Zip {
  has(name: string): boolean;
  /**
   * The text of a part, piece by piece.
   * @param most bytes it may unpack to; as many as the whole archive by default
   * @throws {TableFault} when it is larger, or not what the directory says
   */
  text(name: string, most?: number): AsyncGenerator<string>;
  close(): void;
}

const MOST_ENTRIES = 5_000;
/** Tables shrink to a tenth, dull ones to a hundredth; deflate cannot do better than a thousandth. */
const STEEPEST = 300;
const SUSPICIOUS = 64 * 1024 * 1024;

export async function openZip(bytes: Uint8Array, maxUnpacked: number): Promise<Zip> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = await new Promise<ZipFile>((resolve, reject) => {
    // `autoClose` would end it after the directory. Sizes are checked while unpacking: the directory may lie.
    fromBuffer(buffer, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) =>
      error === null && zip !== undefined ? resolve(zip) : reject(new TableFault('file-unreadable')),
    );
  });
  const entries = await directory(file, maxUnpacked);
  return {
    has: (name) => entries.has(name.toLowerCase()),
    close: () => file.close(),
    text: async function* text(name, most = maxUnpacked) {
      const entry = entries.get(name.toLowerCase());
      if (entry === undefined) throw new TableFault('file-unreadable');
      if (entry.isEncrypted()) throw new TableFault('file-encrypted');
      if (entry.uncompressedSize > most) throw bombOf(most);
      const decoder = new TextDecoder('utf-8');
      try {
        for await (const chunk of await streamOf(file, entry))
          yield decoder.decode(chunk as Buffer, { stream: true });
        yield decoder.decode();
      } catch {
        throw new TableFault('file-unreadable');
      }
    },
  };
}

const bombOf = (limit: number): TableFault =>
  new TableFault('file-bomb', { limit: `${Math.floor(limit / 1024 / 1024)} MiB` });

const streamOf = (file: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> =>
  new Promise((resolve, reject) => {
    file.openReadStream(entry, (error, stream) =>
      error === null && stream !== undefined ? resolve(stream) : reject(error ?? new Error('no stream')),
    );
  });

function directory(file: ZipFile, maxUnpacked: number): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  let packed = 0;
  return new Promise((resolve, reject) => {
    file.on('entry', (entry: Entry) => {
      unpacked += entry.uncompressedSize;
      packed += entry.compressedSize;
      const steep = unpacked > SUSPICIOUS && unpacked > packed * STEEPEST;
      if (unpacked > maxUnpacked || steep || entries.size >= MOST_ENTRIES) {
        reject(bombOf(maxUnpacked));
        return;
      }
      entries.set(entry.fileName.toLowerCase(), entry);
      file.readEntry();
    });
    file.on('end', () => resolve(entries));
    file.on('error', () => reject(new TableFault('file-unreadable')));
    file.readEntry();
  });
}

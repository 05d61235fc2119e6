/**
 * Writes a small BIN file of IP2Location (product 1) or IP2Proxy (product 2), for IPv4: a head of 64 bytes, rows of 32-bit
 * cells (first address, then pointers to texts or numbers), texts with a byte of length before them, and an index of row
 * numbers by the first 16 bits of an address. Positions in the head count from 1, pointers to texts from 0.
 */
export type Cell = string | number | { readonly short: string; readonly long: string };

export function writeBin(options: {
  readonly product: 1 | 2;
  /** DB1 ... DB26, PX1 ... PX12 */
  readonly type: number;
  /** year, month, day */
  readonly built?: readonly [number, number, number];
  /** first address of each range to its cells, rising; a range ends where the next begins */
  readonly rows: readonly (readonly [from: string, ...cells: Cell[]])[];
}): Buffer {
  const { product, type, built = [2026, 1, 2], rows } = options;
  const columns = rows[0]!.length;
  // The last range ends at a row of its own, of which only the address is read.
  const count = rows.length;
  const rowsAt = 64;
  const indexAt = rowsAt + (count + 1) * columns * 4;
  const textsAt = indexAt + 65_536 * 8;

  const texts: Buffer[] = [];
  let next = textsAt;
  const keep = (text: string, width = 0): number => {
    const at = next;
    const bytes = Buffer.from(text);
    const filler = Buffer.alloc(Math.max(0, width - bytes.length));
    texts.push(Buffer.from([bytes.length]), bytes, filler);
    next += 1 + bytes.length + filler.length;
    return at;
  };

  const body = Buffer.alloc((count + 1) * columns * 4);
  rows.forEach(([from, ...cells], row) => {
    body.writeUInt32LE(number(from), row * columns * 4);
    cells.forEach((cell, column) => {
      const at = (row * columns + column + 1) * 4;
      if (typeof cell === 'number') return void body.writeFloatLE(cell, at);
      body.writeUInt32LE(typeof cell === 'string' ? keep(cell) : keep(cell.short, 2), at);
      // The long name is looked for three bytes behind the short one.
      if (typeof cell === 'object') keep(cell.long);
    });
  });
  body.writeUInt32LE(0xffffffff, count * columns * 4);

  // Every part of the address space may lie in any row: a search over all, as the reader does it in a full file's part.
  const index = Buffer.alloc(65_536 * 8);
  for (let i = 0; i < 65_536; i++) index.writeUInt32LE(count, i * 8 + 4);

  const head = Buffer.alloc(64);
  head.set([type, columns, built[0] - 2000, built[1], built[2]]);
  head.writeUInt32LE(count, 5);
  head.writeUInt32LE(rowsAt + 1, 9);
  head.writeUInt32LE(indexAt + 1, 21);
  head[29] = product;
  // Readers take 256 bytes for a text, whatever its length.
  const tail = Buffer.alloc(256);
  const file = Buffer.concat([head, body, index, ...texts, tail]);
  file.writeUInt32LE(file.length, 31);
  return file;
}

function number(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

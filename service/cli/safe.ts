import type { Io } from './io.ts';

/**
 * What a terminal would obey or a reader be misled by: control characters (C0, DEL, C1), line separators, and marks
 * that turn the direction of text round (Unicode TR 36 section 3.1).
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text from outside (records, files, arguments) as it may stand in a line of a terminal. */
export const safeText = (text: string): string => text.replace(UNSAFE, '\uFFFD');

/** A value as one line of JSON, which means the same and has the same characters only escaped. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** An outside world whose messages are clean: whatever is quoted in them, only their line ends work. */
export const safeIo = (io: Io): Io => ({
  ...io,
  err: (text) => io.err(text.split('\n').map(safeText).join('\n')),
});

/** What a command writes to, and what the terminal can do. Tests hand in their own. */
export interface Io {
  /** standard output: results only */
  out(text: string): void;
  /** bytes to standard output; settles when the reader can take more */
  bytes(chunk: Uint8Array): Promise<void>;
  /** whether standard output is a terminal: what is binary does not go there */
  readonly terminal: boolean;
  /** standard error: progress, warnings, refusals */
  err(text: string): void;
  /** columns of the terminal; 80 where standard output is none */
  readonly columns: number;
  /** whether colour may be used on standard output */
  readonly color: boolean;
  /** the stream a progress bar may draw on; null where standard error is no terminal */
  readonly progress: NodeJS.WriteStream | null;
  /** standard input, for `--file -` */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** fires on Ctrl-C, and with the reason NOBODY_READS when standard output has lost its reader */
  readonly signal: AbortSignal;
}

/** Why the signal fired, when it was no interruption: there is nobody to write for, and nothing to tell. */
export const NOBODY_READS = Symbol('nobody reads standard output');

/** Exit codes of every command: the table of `hunter help`. */
export const EXIT = { done: 0, failed: 1, refused: 2, open: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

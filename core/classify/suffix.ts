/** Whether `name` is `suffix` or lies below it: a match on label boundaries, never inside a label. */
export function hasSuffix(name: string, suffix: string): boolean {
  return (
    name === suffix ||
    (name.length > suffix.length && name.endsWith(suffix) && name.at(-suffix.length - 1) === '.')
  );
}

/**
 * A look-up from names to whatever a suffix stands for; the longest suffix that fits wins, so that an exception
 * below a known name can be told apart from it.
 */
export class SuffixMap<T> {
  readonly #entries = new Map<string, T>();

  /** @throws when a suffix is given twice with different values: a rule file that contradicts itself. */
  constructor(entries: Iterable<readonly [suffix: string, value: T]>) {
    for (const [suffix, value] of entries) {
      const before = this.#entries.get(suffix);
      if (before !== undefined && before !== value)
        throw new Error(`suffix "${suffix}" stands for two things`);
      this.#entries.set(suffix, value);
    }
  }

  /** The value of the longest suffix of `name`, walking down its labels. */
  get(name: string): { suffix: string; value: T } | undefined {
    for (let rest = name; rest !== '';) {
      const value = this.#entries.get(rest);
      if (value !== undefined) return { suffix: rest, value };
      const dot = rest.indexOf('.');
      if (dot === -1) return undefined;
      rest = rest.slice(dot + 1);
    }
    return undefined;
  }
}

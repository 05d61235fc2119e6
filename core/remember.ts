/**
 * The same function of a text, with a memory of what it was asked last: for readings that are pure and asked for again
 * and again. Who makes it holds it, and its memory ends with its holder. Two halves, the older one thrown away whole:
 * what is asked for all the time moves on into the young one.
 *
 * @param max answers kept at most
 * @param longest characters of the longest text that is kept: a hostile one must not fill the memory
 */
export function remembering<T>(
  read: (text: string) => T,
  { max, longest }: { readonly max: number; readonly longest: number },
): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const fresh = young.get(text);
    if (fresh !== undefined) return fresh;
    if (text.length > longest) return read(text);
    const answer = old.get(text) ?? read(text);
    if (young.size >= max / 2) {
      old = young;
      young = new Map();
    }
    young.set(text, answer);
    return answer;
  };
}

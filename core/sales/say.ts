import type { Evidence } from '#core/evidence.ts';
import { shown } from './claims.ts';
import { formatFor, type Format } from './format.ts';
import { PLACEHOLDERS } from './placeholders.ts';
import { sentence, textOf, type Needs, type SentenceId } from './sentences.ts';
import type { Subject } from './subject.ts';

/** A text and what carries it. `parts` are the phrases that were put into it. */
export interface Said {
  readonly text: string;
  readonly id: SentenceId | null;
  readonly because: readonly Evidence[];
  readonly parts: readonly Said[];
}

type Filling = Readonly<Record<string, Said | string | null>>;

/** The only way to a text. What is not shown is not said: then the answer is null, and lists leave it out. */
export interface Speaker {
  readonly format: Format;
  say(id: SentenceId, filling?: Filling): Said | null;
  /** the first of these that may be said */
  first(...ids: SentenceId[]): Said | null;
  /** all of these that may be said */
  all(...ids: SentenceId[]): Said[];
  /** phrases as one list: "SPF, DKIM and DMARC"; null when there is none */
  list(phrases: readonly Said[]): Said | null;
}

export function speakerFor(subject: Subject): Speaker {
  const wording = subject.rules.wording[subject.language];
  const format = formatFor(wording);
  const say = (id: SentenceId, filling: Filling = {}): Said | null => {
    const because = carriedBy(sentence(id).needs, subject);
    if (because === null) return null;
    const parts: Said[] = [];
    let known = true;
    const text = textOf(wording.sentences, id).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = name in filling ? filling[name] : PLACEHOLDERS[name]?.of(subject, format);
      if (value === null || value === undefined || value === '') {
        known = false;
        return '';
      }
      if (typeof value === 'string') return value;
      parts.push(value);
      return value.text;
    });
    return known ? { text, id, because, parts } : null;
  };
  return {
    format,
    say,
    first: (...ids) => firstOf(ids, say),
    all: (...ids) => ids.flatMap((id) => say(id) ?? []),
    list: (phrases) =>
      phrases.length === 0
        ? null
        : { text: format.list(phrases.map((said) => said.text)), id: null, because: [], parts: phrases },
  };
}

function firstOf(ids: readonly SentenceId[], say: (id: SentenceId) => Said | null): Said | null {
  for (const id of ids) {
    const said = say(id);
    if (said !== null) return said;
  }
  return null;
}

/** Evidence of all needs together; null as soon as one is not shown. */
function carriedBy(needs: Needs, subject: Subject): readonly Evidence[] | null {
  const evidence: Evidence[] = [];
  for (const need of needs) {
    const proofs = (typeof need === 'string' ? [need] : need).flatMap((claim) => {
      const proof = shown(claim, subject);
      return proof === null ? [] : [proof];
    });
    if (proofs.length === 0) return null;
    evidence.push(...proofs.flat());
  }
  return evidence;
}

/** Sentences of one paragraph. */
export const paragraph = (said: readonly (Said | null)[]): string =>
  said.flatMap((one) => one?.text ?? []).join(' ');

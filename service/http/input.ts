import { z } from 'zod';
import type { Language } from '#core/rules/common.ts';
import { done, failed, type Failure, type Outcome } from '../failure.ts';
import { storableJson, storableText } from '../store/storable.ts';
import type { Route } from './route.ts';

/** What a request brings along, read and checked. */
export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** the request a handler may read: an upload counts its bytes on the way */
  readonly raw: Request;
  /** whether an upload turned out to be larger than it may be */
  readonly overflowed: () => boolean;
}

const MEBIBYTE = 1024 * 1024;
/** A form carries names and separators beside its file. */
const FORM_EXTRA = MEBIBYTE;
/** More complaints than this help nobody. */
const MOST_ISSUES = 20;

export interface InputSetup {
  readonly language: Language;
  readonly uploadMaxBytes: number;
}

/** Reads and checks path, query and body of a request, in this order; nothing the client sent is repeated to it. */
export async function readInput(
  route: Route,
  raw: Request,
  pathParams: Readonly<Record<string, string>>,
  { language, uploadMaxBytes }: InputSetup,
): Promise<Outcome<Input>> {
  const params = check(route.params, pathParams, 'path', language);
  if (!params.ok) return params;
  const query = check(route.query, queryOf(raw.url), 'query', language);
  if (!query.ok) return query;

  if (route.form !== undefined) {
    const upload = formOf(raw, uploadMaxBytes + FORM_EXTRA);
    return upload.ok
      ? done({ params: params.value, query: query.value, body: undefined, ...upload.value })
      : upload;
  }
  const body = route.body === undefined ? done(undefined) : await jsonOf(route, raw, language);
  return body.ok
    ? done({ params: params.value, query: query.value, body: body.value, raw, overflowed: () => false })
    : body;
}

/**
 * Query parameters: repeated ones as a list; an empty one counts as not given. `lang` belongs to every route. A NUL,
 * which no column can be compared with, becomes U+FFFD, as it does in what is stored.
 */
export function queryOf(url: string): Record<string, string | string[]> {
  const at = url.indexOf('?');
  if (at === -1) return {};
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (value === '' || name === 'lang') continue;
    const before = values.get(name);
    const text = storableText(value);
    values.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(values);
}

function check(
  schema: z.ZodType | undefined,
  value: unknown,
  where: 'path' | 'query' | 'body',
  language: Language,
): Outcome<unknown> {
  if (schema === undefined) return done(undefined);
  const parsed = schema.safeParse(value, { error: wordsOf(language), reportInput: false });
  return parsed.success ? done(parsed.data) : failed('invalid-request', {}, issuesOf(parsed.error, where));
}

const WORDS = { tr: z.locales.tr().localeError, en: z.locales.en().localeError };
/** zod's own sentences in the language; an expression of ours, and "undefined", are no help to a reader. */
const wordsOf =
  (language: Language): z.core.$ZodErrorMap =>
  (issue) => {
    if (issue.code === 'invalid_format' && issue.format === 'regex')
      return { tr: 'Biçimi beklendiği gibi değil', en: 'Not of the expected form' }[language];
    if (issue.code === 'invalid_type' && issue.input === undefined)
      return { tr: 'Eksik', en: 'Missing' }[language];
    return WORDS[language](issue);
  };

const issuesOf = (error: z.ZodError, where: string): NonNullable<Failure['issues']> =>
  error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => ({
    path: [where, ...path.map(String)].join('.').slice(0, 200),
    message: message.slice(0, 500),
  }));

async function jsonOf(route: Route, raw: Request, language: Language): Promise<Outcome<unknown>> {
  const limit = route.bodyLimit ?? MEBIBYTE;
  if (declaredLength(raw) > limit) return tooLarge(limit);
  const text = raw.body === null ? '' : await textWithin(raw.body, limit);
  if (text === null) return tooLarge(limit);
  if (text === '') {
    // A body may be optional; when it is not, the schema's complaint would be "expected object".
    const nothing = route.body!.safeParse(undefined);
    return nothing.success ? done(nothing.data) : failed('malformed-json');
  }
  const type = raw.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) {
    return failed('unsupported-media-type', { expected: 'application/json' });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failed('malformed-json');
  }
  if (isDeeperThan(DEEPEST, value))
    return failed('invalid-request', {}, [{ path: 'body', message: TOO_DEEP[language] }]);
  // A NUL or half a surrogate pair, which no column takes, can only come as an escape.
  const storable: unknown = text.includes('\\u') ? JSON.parse(storableJson(value)) : value;
  return check(route.body, storable, 'body', language);
}

/** Nothing that is sent here nests like this, and whoever goes through it level by level would run out of stack. */
const DEEPEST = 64;
const TOO_DEEP = {
  tr: `İç içe en çok ${DEEPEST} düzey olabilir`,
  en: `Nested more than ${DEEPEST} levels deep`,
};

function isDeeperThan(levels: number, value: unknown): boolean {
  const isNested = (inner: unknown): inner is object => typeof inner === 'object' && inner !== null;
  let level = [value].filter(isNested);
  for (let depth = 0; depth < levels && level.length > 0; depth += 1)
    level = level.flatMap((inner) => (Object.values(inner) as unknown[]).filter(isNested));
  return level.length > 0;
}

/** The declared length may be missing or wrong: bytes are counted as they come. Null = more than the limit. */
async function textWithin(body: ReadableStream<Uint8Array>, limit: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  // A byte order mark is no part of JSON; the decoder takes it away.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function formOf(raw: Request, limit: number): Outcome<Pick<Input, 'raw' | 'overflowed'>> {
  const type = raw.headers.get('content-type')?.toLowerCase() ?? '';
  if (!type.startsWith('multipart/form-data'))
    return failed('unsupported-media-type', { expected: 'multipart/form-data' });
  if (declaredLength(raw) > limit) return tooLarge(limit);
  if (raw.body === null) return done({ raw, overflowed: () => false });
  let size = 0;
  const counted = raw.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > limit) controller.error(new RangeError('the body is larger than it may be'));
        else controller.enqueue(chunk);
      },
    }),
  );
  const request = new Request(raw.url, {
    method: raw.method,
    headers: raw.headers,
    body: counted,
    signal: raw.signal,
    duplex: 'half',
  });
  return done({ raw: request, overflowed: () => size > limit });
}

const declaredLength = (raw: Request): number => Number(raw.headers.get('content-length') ?? 0);

/** The refusal, with the limit in words: "1 MiB". */
export const tooLarge = (limit: number): ReturnType<typeof failed> =>
  failed('body-too-large', {
    limit: limit >= MEBIBYTE ? `${Math.floor(limit / MEBIBYTE)} MiB` : `${Math.floor(limit / 1024)} KiB`,
  });

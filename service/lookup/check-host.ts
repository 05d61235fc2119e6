import {
  checkHost,
  type SpfAnswer,
  type SpfInput,
  type SpfQuery,
  type SpfVerdict,
} from '#core/records/spf-check-host.ts';
import type { Questions } from './resolver.ts';

/** Runs `check_host()` (RFC 7208 section 4) against a resolver: the evaluation asks, the resolver answers. */
export async function checkHostBy(
  questions: Questions,
  input: SpfInput,
  signal?: AbortSignal,
): Promise<SpfVerdict> {
  const evaluation = checkHost(input);
  let step = evaluation.next();
  while (!step.done) step = evaluation.next(await answer(questions, step.value, input.ip, signal));
  return step.value;
}

function answer(
  questions: Questions,
  { type, name }: SpfQuery,
  ip: string,
  signal?: AbortSignal,
): Promise<SpfAnswer> {
  switch (type) {
    case 'TXT':
      return questions.txt(name, signal);
    case 'A':
      return questions.a(name, signal);
    case 'AAAA':
      return questions.aaaa(name, signal);
    case 'MX':
      return questions.mx(name, signal);
    case 'PTR':
      // The one name asked in reverse is the client's (section 5.5); the resolver makes it from the address.
      return questions.ptr(ip, signal);
  }
}

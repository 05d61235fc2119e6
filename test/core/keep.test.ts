import { describe, expect, test } from 'vitest';
import { keepsScore, stepTo } from '#core/keep.ts';
import { CHANGE_RULES, found, hosted, unanswered } from './lead/support.ts';

const TIMEOUT = unanswered('TIMEOUT');
const complete = hosted();
const noScore = hosted({ mx: TIMEOUT });
const noDmarc = hosted({ dmarc: TIMEOUT });
const reject = found(['v=DMARC1; p=reject']);
const GOOGLE = found([{ preference: 10, exchange: 'aspmx.l.google.com' }]);
const types = (changes: readonly { type: string }[]): string[] => changes.map(({ type }) => type);
const step = (shown: typeof complete | null, newest: typeof complete | null, fresh: typeof complete) =>
  stepTo({ shown, newest }, fresh, CHANGE_RULES);

describe('W2: a good score is not given up for a silence', () => {
  test('without an answer on the MX the score stays', () => {
    expect(keepsScore(complete, noScore, [])).toBe(true);
    expect(keepsScore(noDmarc, noScore, [])).toBe(true);
  });
  test('a partial score does not replace a complete one', () => {
    expect(noDmarc.status).toBe('partial');
    expect(keepsScore(complete, noDmarc, [])).toBe(true);
  });
  test.each(['mx_changed', 'provider_changed'] as const)('but it does when it knows of %s', (type) => {
    expect(keepsScore(complete, noDmarc, [{ type }])).toBe(false);
  });
  test('other changes are no reason', () => {
    expect(keepsScore(complete, noDmarc, [{ type: 'spf_changed' }])).toBe(true);
  });
  test('a complete score replaces any, a partial one a partial one', () => {
    expect(keepsScore(complete, complete, [])).toBe(false);
    expect(keepsScore(noDmarc, complete, [])).toBe(false);
    expect(keepsScore(noDmarc, noDmarc, [])).toBe(false);
  });
  test('where there is no score, any is taken', () => {
    expect(keepsScore(null, noDmarc, [])).toBe(false);
    expect(keepsScore(null, noScore, [])).toBe(false);
  });
});

describe('a step', () => {
  test('the first scan has no changes', () => {
    expect(step(null, null, complete)).toEqual({ changes: [], kept: false });
  });
  test('tells records and score when the score is replaced', () => {
    expect(types(step(complete, null, hosted({ dmarc: reject })).changes)).toEqual([
      'dmarc_added',
      'priority_score_changed',
    ]);
  });
  test('tells records but no score when the score stays', () => {
    const { changes, kept } = step(complete, null, hosted({ dmarc: TIMEOUT, txt: found([]) }));
    expect([types(changes), kept]).toEqual([['spf_changed'], true]);
  });
  test('takes the score of where the mail has moved, though DMARC is silent', () => {
    const { changes, kept } = step(complete, null, hosted({ mx: GOOGLE, dmarc: TIMEOUT }));
    expect(kept).toBe(false);
    expect(types(changes)).toContain('provider_changed');
  });
});

describe('after a silence', () => {
  const between = hosted({ dmarc: TIMEOUT, txt: found([]) });
  test('what the silent scan has told is not told again', () => {
    expect(types(step(complete, between, hosted({ txt: found([]) })).changes)).not.toContain('spf_changed');
  });
  test('what it could not see is told', () => {
    expect(types(step(complete, between, hosted({ txt: found([]), dmarc: reject })).changes)).toContain(
      'dmarc_added',
    );
  });
  test('what it saw and is undone is told', () => {
    expect(types(step(complete, between, complete).changes)).toEqual(['spf_changed']);
  });
  test('what has changed once more is told once', () => {
    const again = hosted({ txt: found(['v=spf1 a mx -all']) });
    expect(
      types(step(complete, between, again).changes).filter((type) => type === 'spf_changed'),
    ).toHaveLength(1);
  });
  test('nothing new is no change, however long the silence was', () => {
    expect(step(complete, noScore, complete).changes).toEqual([]);
    expect(step(complete, noScore, noScore)).toEqual({ changes: [], kept: true });
  });
  test('where there never was a score the newest look-up is what is compared', () => {
    const first = hosted({ mx: TIMEOUT, txt: found([]) });
    expect(types(step(null, first, hosted()).changes)).toEqual(['spf_changed']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '#core/contacts/address.ts';
import {
  RECIPIENT_STATES,
  recipientState,
  type RecipientState,
  type SmtpLookup,
} from '#core/contacts/smtp.ts';
import { addressVerdict, usableHosts, type AddressVerdict } from '#core/contacts/verdict.ts';
import { absent, found, unanswered, type MxRecord } from '#core/facts.ts';
import { readMx } from '#core/records/mx.ts';
import { shippedContactRules } from './rules.ts';

const rules = shippedContactRules();
const good = parseAddress('ayse@firma.com.tr');
const mx = (...records: [number, string][]) =>
  readMx(found(records.map(([preference, exchange]): MxRecord => ({ preference, exchange }))));
const oneMx = mx([10, 'mx.firma.com.tr']);
const reply = (text: string) => ({ code: Number(text.slice(0, 3)), text: text.slice(4) });
const said = (recipient: string, madeUp: string | null = null): SmtpLookup =>
  found({
    host: 'mx.firma.com.tr',
    step: 'recipient',
    reply: reply(recipient),
    madeUp: madeUp === null ? null : reply(madeUp),
  });
const short = ({ status, confidence, reason, checks }: AddressVerdict): string =>
  `${status}/${confidence} ${reason} [${checks.syntax} ${checks.mx} ${checks.smtp}]`;

describe('without SMTP', () => {
  test('bad syntax is invalid, and nothing is asked', () => {
    expect(short(addressVerdict(parseAddress('ayse@'), null, null, rules))).toBe(
      'invalid/high syntax [domain skipped skipped]',
    );
    expect(short(addressVerdict(parseAddress('a b@firma.com'), oneMx, null, rules))).toBe(
      'invalid/high syntax [local-part-character skipped skipped]',
    );
  });
  test.each<[string, Parameters<typeof addressVerdict>[1], string]>([
    ['an MX', oneMx, 'valid/medium mx-found [ok found skipped]'],
    ['no domain', readMx(absent('NXDOMAIN')), 'invalid/high domain-absent [ok absent skipped]'],
    ['no MX', readMx(absent('NODATA')), 'invalid/high mx-absent [ok absent skipped]'],
    ['a null MX (RFC 7505)', mx([0, '']), 'invalid/high null-mx [ok null-mx skipped]'],
    [
      'a timeout, which is no absence',
      readMx(unanswered('TIMEOUT')),
      'unknown/low mx-unanswered [ok unanswered skipped]',
    ],
    ['SERVFAIL', readMx(unanswered('SERVFAIL')), 'unknown/low mx-unanswered [ok unanswered skipped]'],
    ['an MX that is localhost', mx([0, 'localhost']), 'invalid/high mx-unusable [ok found skipped]'],
    ['an MX that is an address', mx([0, '192.0.2.1']), 'invalid/high mx-unusable [ok found skipped]'],
    ['nobody asked', null, 'unknown/low mx-unanswered [ok skipped skipped]'],
  ])('%s', (_, reading, verdict) => expect(short(addressVerdict(good, reading, null, rules))).toBe(verdict));
});

test('usableHosts: the best preference first, without those that nobody can reach', () => {
  expect(usableHosts(mx([20, 'b.firma.com.tr'], [5, 'localhost'], [10, 'a.firma.com.tr'], [0, '']))).toEqual([
    'a.firma.com.tr',
    'b.firma.com.tr',
  ]);
  expect(usableHosts(readMx(absent('NODATA')))).toEqual([]);
});

describe('with SMTP', () => {
  test.each<[string, SmtpLookup, string]>([
    [
      'accepted, and a made-up one refused',
      said('250 2.1.5 ok', '550 5.1.1 no'),
      'valid/high smtp-accepted accepted',
    ],
    ['accepted like a made-up one', said('250 ok', '250 ok'), 'unknown/medium smtp-catch-all catch-all'],
    [
      'accepted, the made-up one deferred',
      said('250 ok', '451 later'),
      'valid/medium smtp-accepted-only accepted',
    ],
    [
      'accepted, the made-up one one too many',
      said('250 ok', '550 5.5.3 too many'),
      'valid/medium smtp-accepted-only accepted',
    ],
    ['accepted, the made-up one not answered', said('250 ok'), 'valid/medium smtp-accepted-only accepted'],
    ['refused', said('550 5.1.1 user unknown'), 'invalid/high smtp-refused refused'],
    ['greylisted', said('451 4.7.1 greylisted'), 'unknown/medium smtp-greylisted greylisted'],
    ['deferred', said('421 4.3.2 busy'), 'unknown/medium smtp-deferred deferred'],
    [
      'refused as a sender',
      said('554 5.7.1 blocked using zen.spamhaus.org'),
      'unknown/medium smtp-policy policy',
    ],
    ['full', said('552 5.2.2 over quota'), 'unknown/medium smtp-mailbox-full full'],
    [
      'not reached',
      { ...unanswered('TIMEOUT'), step: 'connect' },
      'unknown/medium smtp-unanswered unanswered',
    ],
    [
      'sent away at the greeting',
      found({ host: 'x', step: 'greeting', reply: reply('554 no'), madeUp: null }),
      'unknown/medium smtp-policy policy',
    ],
    [
      'told to wait at MAIL',
      found({ host: 'x', step: 'mail', reply: reply('451 later'), madeUp: null }),
      'unknown/medium smtp-deferred deferred',
    ],
  ])('%s', (_, smtp, verdict) => {
    const { status, confidence, reason, checks } = addressVerdict(good, oneMx, smtp, rules);
    expect(`${status}/${confidence} ${reason} ${checks.smtp}`).toBe(verdict);
  });
});

describe('recipientState', () => {
  test.each<[string, RecipientState]>([
    ['250 OK', 'accepted'],
    ['251 user not local; will forward', 'accepted'],
    ['550 no such user', 'refused'],
    ['550 Requested action not taken', 'refused'],
    ['550 5.1.1 <ayse@firma.com.tr>: Recipient address rejected: User unknown', 'refused'],
    ['550-5.1.1 The email account that you tried to reach does not exist.', 'refused'],
    ['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)', 'refused'],
    ['550 5.7.1 No such user!', 'refused'],
    ['550 5.5.0 Requested action not taken: mailbox unavailable', 'refused'],
    ['554 5.7.1 <ayse@firma.com.tr>: Recipient address rejected: user unknown', 'refused'],
    ['553 sorry, no mailbox here by that name (#5.1.1)', 'refused'],
    ['550 5.2.1 mailbox disabled', 'refused'],
    ['550 5.0.0 Unrouteable address', 'refused'],
    ['556 domain takes no mail', 'refused'],
    ['550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org', 'policy'],
    ['550-JunkMail rejected - (host) [192.0.2.1] is in an RBL', 'policy'],
    ['550 relay not permitted', 'policy'],
    ['550 Rejected: 192.0.2.1 is on a blacklist', 'policy'],
    ['550 5.7.25 reverse DNS is missing', 'policy'],
    ['553 sorry, that domain is not in my list of allowed rcpthosts (#5.7.1)', 'policy'],
    ['554 5.7.1 Relay access denied', 'policy'],
    ['554 transaction failed', 'policy'],
    ['550 5.1.8 sender address has no MX', 'policy'],
    ['550 5.5.3 too many recipients', 'policy'],
    ['501 5.1.3 bad address syntax', 'refused'],
    ['503 bad sequence', 'policy'],
    ['530 authentication required', 'policy'],
    ['552 quota exceeded', 'full'],
    ['452 4.2.2 over quota', 'full'],
    ['450 4.2.0 greylisted', 'greylisted'],
    ['451 try again', 'greylisted'],
    ['452 4.5.3 too many recipients', 'deferred'],
    ['421 bye', 'deferred'],
    ['354 what?', 'deferred'],
  ])('%s: %s', (text, state) => expect(recipientState(reply(text), rules)).toBe(state));
  test('a name in an address is no word of the server', () =>
    expect(recipientState(reply('550 <spam@policy.com.tr>: not here'), rules)).toBe('refused'));
  test('for any reply there is one', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (code, text) => RECIPIENT_STATES.includes(recipientState({ code, text }, rules)),
      ),
    ));
  test.each(['a@ ', '5.1. ', '- ', '(#', 'x'])('a long one takes no time: %j', (piece) => {
    const start = performance.now();
    recipientState({ code: 550, text: piece.repeat(500_000) }, rules);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

import { expect, test } from 'vitest';
import { nextDigest } from '#service/alerts/digest.ts';

test.each([
  ['before eight, today', '2026-11-25T04:59:59.000Z', 'Europe/Istanbul', '2026-11-25T05:00:00.000Z'],
  ['at eight, tomorrow', '2026-11-25T05:00:00.000Z', 'Europe/Istanbul', '2026-11-26T05:00:00.000Z'],
  [
    'after midnight there, the day there',
    '2026-11-25T22:30:00.000Z',
    'Europe/Istanbul',
    '2026-11-26T05:00:00.000Z',
  ],
  ['in UTC', '2026-11-25T09:00:00.000Z', 'UTC', '2026-11-26T08:00:00.000Z'],
  ['west of UTC', '2026-11-25T15:00:00.000Z', 'America/Los_Angeles', '2026-11-25T16:00:00.000Z'],
  ['over the change to summer time', '2026-03-28T12:00:00.000Z', 'Europe/Berlin', '2026-03-29T06:00:00.000Z'],
  ['over the change to winter time', '2026-10-24T12:00:00.000Z', 'Europe/Berlin', '2026-10-25T07:00:00.000Z'],
  ['half hours', '2026-11-25T02:29:00.000Z', 'Asia/Kolkata', '2026-11-25T02:30:00.000Z'],
  ['at the end of the year', '2026-12-31T09:00:00.500Z', 'Europe/Istanbul', '2027-01-01T05:00:00.000Z'],
])('the digest goes out at 08:00: %s', (_, now, zone, expected) => {
  expect(nextDigest(Date.parse(now), zone).toISOString()).toBe(expected);
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startDnsDouble } from '#test/doubles/dns.ts';
import { evidenceTenants, evidenceZone, type EvidenceEntry } from './evidence-zone.ts';

const ENTRY: EvidenceEntry = {
  domain: 'example.org',
  mx: ['mx1.gateway.example', 'mx2.gateway.example'],
  spf: 'v=spf1 include:a.example include:b.example -all',
  spf_resolved: '',
  mx_cnames: { 'mx1.gateway.example': 'real.gateway.example' },
  autodiscover: { autodiscover_cname: 'autodiscover.outlook.com', autodiscover_srv: 'auto.example.org' },
  dkim: { selector1: 'selector1-example-org._domainkey.example.onmicrosoft.com' },
  txt: { microsoft: 'ms12345678', google: 'abc' },
  tenant: 'Managed',
};
const apex = 'v=spf1 include:a.example include:b.example -all';
const a = 'v=spf1 include:deep.example ~all';
const b = 'v=spf1 ip4:192.0.2.2 -all';
const deep = 'v=spf1 ip4:192.0.2.3 -all';
const txt = (zone: ReturnType<typeof evidenceZone>, name: string) =>
  (zone[name] as { TXT?: unknown } | undefined)?.TXT;

describe('a zone from evidence', () => {
  test('has what was seen of the domain', () => {
    const zone = evidenceZone([ENTRY]);
    expect(zone).toMatchObject({
      'example.org': {
        MX: [
          [10, 'mx1.gateway.example'],
          [20, 'mx2.gateway.example'],
        ],
        TXT: [ENTRY.spf, 'MS=ms12345678', 'google-site-verification=abc'],
      },
      'mx1.gateway.example': { CNAME: 'real.gateway.example' },
      'mx2.gateway.example': { A: [expect.any(String)] },
      'real.gateway.example': { A: [expect.any(String)] },
      'autodiscover.example.org': { CNAME: 'autodiscover.outlook.com' },
      '_autodiscover._tcp.example.org': { SRV: [[0, 0, 443, 'auto.example.org']] },
      'selector1._domainkey.example.org': {
        CNAME: 'selector1-example-org._domainkey.example.onmicrosoft.com',
      },
      'selector1-example-org._domainkey.example.onmicrosoft.com': {
        TXT: [expect.stringMatching(/^v=DKIM1; k=rsa; p=/)],
      },
    });
    expect(evidenceTenants([ENTRY])).toMatchObject({ 'example.org': { realm: 'Managed' } });
  });

  test('has a null MX where the data has an empty one', () => {
    expect(evidenceZone([{ ...ENTRY, mx: [''], mx_cnames: null }])['example.org']).toMatchObject({
      MX: [[0, '.']],
    });
  });

  test('gives included names their records, breadth first', () => {
    const zone = evidenceZone([{ ...ENTRY, spf_resolved: [apex, a, b, deep].join(' ') }]);
    expect(['a.example', 'b.example', 'deep.example'].map((name) => txt(zone, name))).toEqual([
      [a],
      [b],
      [deep],
    ]);
  });

  test('finds the right ones where a name had no record, if another domain shows what they are', () => {
    const zone = evidenceZone([
      { ...ENTRY, spf_resolved: [apex, a, b, deep].join(' ') },
      {
        ...ENTRY,
        domain: 'other.org',
        spf: 'v=spf1 include:gone.example include:b.example',
        spf_resolved: `v=spf1 include:b.example include:gone.example ${b}`,
      },
    ]);
    expect(txt(zone, 'b.example')).toEqual([b]);
    expect(txt(zone, 'gone.example')).toEqual(['v=spf1 ip4:192.0.2.0/24 ~all']);
  });

  const file = new URL('../../../shared/data/mail-evidence-raw.json', import.meta.url);
  test.skipIf(!existsSync(file))(
    'of 1,999 real domains can be served, and nine of ten SPF trees read as they did',
    async () => {
      const entries = JSON.parse(readFileSync(file, 'utf8')) as EvidenceEntry[];
      const zone = evidenceZone(entries);
      await (await startDnsDouble({ zone })).stop();
      const includes = (record: string) =>
        [...record.matchAll(/(?:^|\s)(?:[+?~-]?include:|redirect=)(\S+)/gi)].map(([, name]) =>
          name!.toLowerCase().replace(/\.$/, ''),
        );
      const withSpf = entries.filter((entry) => entry.spf !== '');
      const same = withSpf.filter(({ spf, spf_resolved }) => {
        const records = [spf];
        const queue = includes(spf);
        for (let name = queue.shift(); name !== undefined && records.length < 200; name = queue.shift()) {
          const [record] = (txt(zone, name) ?? []) as string[];
          if (record === undefined) continue;
          records.push(record);
          queue.push(...includes(record));
        }
        return records.join(' ').split(/\s+/).join(' ').trim() === spf_resolved.split(/\s+/).join(' ').trim();
      });
      expect(same.length / withSpf.length).toBeGreaterThan(0.9);
    },
  );
});

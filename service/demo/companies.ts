import { ARCHETYPES, COMMON_RECORDS, type Archetype, type Level } from './archetypes.ts';
import type { DemoRecords, DemoZone } from './resolver.ts';

/** A made-up company. Its domain ends in .example, which nobody can own (RFC 2606 section 2). */
export interface DemoCompany {
  readonly domain: string;
  readonly name: string;
  readonly country: string;
  readonly employees: number | null;
  readonly contacts: readonly string[];
  readonly registrar: string;
  readonly createdYear: number;
  /** days from the making of the demo until the registration ends */
  readonly expiresInDays: number;
  readonly archetype: Archetype;
  readonly level: Level;
  /** what it has changed by the last look: its level, or its provider */
  readonly later: { readonly archetype: Archetype; readonly level: Level };
}

const FIRST = [
  ['Kuzey', 'kuzey'],
  ['Marmara', 'marmara'],
  ['Toros', 'toros'],
  ['Bozkır', 'bozkir'],
  ['Çınar', 'cinar'],
  ['Gökçe', 'gokce'],
  ['Işık', 'isik'],
  ['Şafak', 'safak'],
  ['Pınar', 'pinar'],
  ['Doruk', 'doruk'],
  ['Boğaz', 'bogaz'],
  ['Lale', 'lale'],
  ['Hisar', 'hisar'],
  ['Kervan', 'kervan'],
  ['Çağrı', 'cagri'],
  ['Ihlamur', 'ihlamur'],
  ['Söğüt', 'sogut'],
  ['Yelken', 'yelken'],
  ['Pusula', 'pusula'],
  ['Değirmen', 'degirmen'],
] as const;
const TRADES = [
  ['Lojistik', 'lojistik', 'A.Ş.'],
  ['Tekstil', 'tekstil', 'San. ve Tic. Ltd. Şti.'],
  ['Gıda', 'gida', 'A.Ş.'],
  ['Makina', 'makina', 'San. A.Ş.'],
  ['Yazılım', 'yazilim', 'Ltd. Şti.'],
  ['Turizm', 'turizm', 'A.Ş.'],
  ['İnşaat', 'insaat', 'Ltd. Şti.'],
  ['Otomotiv', 'otomotiv', 'San. ve Tic. A.Ş.'],
  ['Enerji', 'enerji', 'A.Ş.'],
  ['Ambalaj', 'ambalaj', 'Ltd. Şti.'],
  ['Kimya', 'kimya', 'San. A.Ş.'],
  ['Mobilya', 'mobilya', 'Ltd. Şti.'],
  ['Sağlık', 'saglik', 'A.Ş.'],
  ['Eğitim', 'egitim', 'A.Ş.'],
  ['Tarım', 'tarim', 'Ltd. Şti.'],
  ['Döküm', 'dokum', 'San. A.Ş.'],
] as const;
const REGISTRARS = ['Demo Alan Adı A.Ş.', 'Örnek Kayıt Ltd.', 'Demo Domains BV'];
const SIZES = [null, 8, 22, 45, 80, 140, 240, 420, 900, 2600];
const ROLES = ['info', 'satis', 'muhasebe', 'ik', 'bilgi.islem'];

/** The most companies there are names for. */
export const MOST_COMPANIES = FIRST.length * TRADES.length;

/** Made-up companies, the same ones for the same source of chance. */
export function demoCompanies(count: number, random: () => number): DemoCompany[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const names = FIRST.flatMap((first) => TRADES.map((trade) => [first, trade] as const));
  for (let at = names.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [names[at], names[other]] = [names[other]!, names[at]!];
  }
  return names.slice(0, count).map(([[first, slug], [trade, tradeSlug, form]]) => {
    const domain = `${slug}${tradeSlug}.example`;
    const archetype = kind(random());
    const level = pick(archetype.levels);
    const changes = random();
    const target = ARCHETYPES.find(({ id }) => id === archetype.movesTo);
    const better = Math.min(3, level + 1) as Level;
    const later =
      changes < 0.06 && target !== undefined
        ? { archetype: target, level }
        : changes < 0.2 && archetype.levels.length > 1
          ? { archetype, level: better }
          : { archetype, level };
    return {
      domain,
      name: `${first} ${trade} ${form}`,
      country: 'TR',
      employees: pick(SIZES),
      contacts: ROLES.filter(() => random() < 0.4).map((role) => `${role}@${domain}`),
      registrar: pick(REGISTRARS),
      createdYear: 2001 + Math.floor(random() * 22),
      expiresInDays: random() < 0.08 ? 5 + Math.floor(random() * 50) : 90 + Math.floor(random() * 700),
      archetype,
      level,
      later,
    };
  });
}

function kind(at: number): Archetype {
  const all = ARCHETYPES.reduce((sum, { share }) => sum + share, 0);
  let left = at * all;
  for (const archetype of ARCHETYPES) {
    left -= archetype.share;
    if (left < 0) return archetype;
  }
  return ARCHETYPES[0]!;
}

/** The made-up DNS: as it was at first, or as it is by now. */
export function demoZone(companies: readonly DemoCompany[], stage: 'first' | 'now'): DemoZone {
  const zone = new Map<string, DemoRecords | 'SERVFAIL'>(Object.entries(COMMON_RECORDS));
  for (const { domain, archetype, level, later } of companies) {
    const state = stage === 'first' ? { archetype, level } : later;
    for (const [name, records] of Object.entries(state.archetype.records(domain, state.level))) {
      if (!zone.has(name)) zone.set(name, records);
    }
  }
  return zone;
}

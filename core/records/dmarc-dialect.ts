/**
 * The ways in which DMARC records are read. The grammar of a record is data, so that the differences between the
 * RFCs, and between readers of the older one, stand side by side.
 */

/**
 * - `rfc9989`: the current standard. Scans use it.
 * - `rfc9989+7489`: the tags of both, for readers in transition.
 * - `rfc7489`: the older standard as its section 6.3 reads: order free, empty tags let pass.
 * - `rfc7489-strict`: its ABNF to the letter: `p` follows the version, no empty tag.
 * - `rfc7489-lenient`: as the first verifiers read it: any case of the version, repeated tags let pass (first wins).
 */
export type DmarcDialect = 'rfc9989' | 'rfc9989+7489' | 'rfc7489' | 'rfc7489-strict' | 'rfc7489-lenient';

export interface DmarcGrammar {
  readonly tags: ReadonlySet<string>;
  /** tags of RFC 7489 that RFC 9989 dropped: read where they make sense, never a fault */
  readonly removed: ReadonlySet<string>;
  /** the rules of RFC 9989 beyond its list of tags */
  readonly successor: boolean;
  readonly pRequired: boolean;
  readonly pSecond: boolean;
  readonly emptyTag: 'fault' | 'note';
  readonly repeatedTag: 'fault' | 'note';
  readonly versionCase: 'exact' | 'any';
  /** whether blanks inside a size limit are let pass */
  readonly sizeBlanks: boolean;
}

const COMMON = ['adkim', 'aspf', 'fo', 'p', 'rua', 'ruf', 'sp'];
const OF_7489 = ['pct', 'rf', 'ri'];
const OF_9989 = ['np', 'psd', 't'];

const RFC7489: DmarcGrammar = {
  tags: new Set([...COMMON, ...OF_7489]),
  removed: new Set(),
  successor: false,
  pRequired: true,
  pSecond: false,
  emptyTag: 'note',
  repeatedTag: 'fault',
  versionCase: 'exact',
  sizeBlanks: false,
};
const RFC9989: DmarcGrammar = {
  ...RFC7489,
  // the removed tags are still read: `tags` lists what is looked at, `removed` what is only remarked on
  tags: new Set([...COMMON, ...OF_9989, ...OF_7489]),
  removed: new Set(OF_7489),
  successor: true,
  pRequired: false,
  sizeBlanks: true,
};

export const DMARC_DIALECTS: Readonly<Record<DmarcDialect, DmarcGrammar>> = {
  rfc9989: RFC9989,
  'rfc9989+7489': { ...RFC9989, removed: new Set() },
  rfc7489: RFC7489,
  'rfc7489-strict': { ...RFC7489, pSecond: true, emptyTag: 'fault' },
  'rfc7489-lenient': { ...RFC7489, repeatedTag: 'note', versionCase: 'any', sizeBlanks: true },
};

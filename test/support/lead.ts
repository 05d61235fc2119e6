import type { Assessment } from '#core/assessment.ts';
import type { StoredLead } from '#service/store/lead.ts';
import { anAssessment } from './assessment.ts';

/** A stored company around an assessment, as a first scan leaves it. */
export function aLead(overrides: Partial<StoredLead> = {}): StoredLead {
  const assessment = overrides.assessment ?? anAssessment();
  return {
    company: {
      id: 1,
      name: 'Gökpınar Döküm San. ve Tic. A.Ş.',
      country: 'TR',
      contactEmails: [],
      contactQuality: null,
      linkedinPattern: null,
    },
    domain: assessment.domain,
    assessment,
    kept: null,
    referrals: null,
    sync: null,
    scans: 1,
    history: [firstScan(assessment)],
    lastChanges: [],
    lastMove: null,
    ...overrides,
  };
}

const firstScan = ({ lookedUpAt, scored, ruleSet }: Assessment): StoredLead['history'][number] => ({
  at: lookedUpAt,
  score: scored?.score ?? null,
  segment: scored?.segment ?? null,
  priority: scored?.priority ?? null,
  change: { tr: 'İlk tarama', en: 'First scan' },
  ruleSet: `${ruleSet.id} ${ruleSet.version}`,
  cause: 'scan',
  delta: null,
});

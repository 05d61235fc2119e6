import type { Priority, Segment } from '#core/rules/rule-set.ts';

export type Band = 'high' | 'medium' | 'low' | 'skip';

/** The word beside a priority: 1 and 2 are high, 3 and 4 medium, the rest low; a Skip is not for calling. */
export function priorityBand(priority: Priority, segment: Segment): Band {
  if (segment === 'Skip') return 'skip';
  return priority <= 2 ? 'high' : priority <= 4 ? 'medium' : 'low';
}

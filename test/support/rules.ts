import type { Rules } from '#core/rules.ts';
import { readRules, type AllRules } from '#service/rule-files.ts';

/** The rules that ship, as the product reads them. A fault in them fails the test that asks. */
export function allShippedRules(set = 'hunter-1', overlayPath: string | null = null): AllRules {
  const reading = readRules({ set, overlayPath });
  if (!reading.ok) throw new Error(reading.faults.map((f) => `${f.file} ${f.path}: ${f.fault}`).join('\n'));
  return reading.value;
}

/** The engine's part of them. */
export const shippedRules = (set?: string, overlayPath?: string | null): Rules =>
  allShippedRules(set, overlayPath).engine;

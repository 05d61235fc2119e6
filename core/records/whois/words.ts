import type { Sentence } from './lines.ts';

/**
 * What a server says in words instead of data. The order of the questions matters more than any one phrase:
 * a server that refuses to look may add "no entries found", so refusal is looked for first, and a name is free
 * only when a sentence about the name says so.
 */

/** Sentences about what could happen are terms of use, not answers. */
const CONDITIONAL =
  /\b(?:if|whether|when|unless|should|might|agree|reserves?|failure|in case|must|shall|you'll|not authori[sz]ed|may only|may not)\b/i;

const REFUSALS: readonly RegExp[] = [
  /\bexceed(?:ed|s|ing)\b.{0,60}\b(?:limits?|quota|rate|quer(?:y|ies)|requests?|maximum|allowed|number|connections?)\b/i,
  /\b(?:limits?|quota|rate|maximum|quer(?:y|ies)|requests?|lookups?|connections?)\b.{0,50}\b(?:exceeded|exceeds|reached|violation|overrun)\b/i,
  /\btoo many\b|\btoo (?:fast|often|frequent(?:ly)?)\b/i,
  /\b(?:try|query|come|connect|retry)(?: \w+)? (?:again )?(?:later|in (?:a few|\d+)|after)\b|\btry again\b/i,
  /\bplease (?:wait|slow down|try later|maintain at least)\b|\bwait (?:at least |for )?\d+ ?(?:s|sec|min|hour)/i,
  /\b(?:black|block|deny|ban)[- ]?list(?:ed)?\b/i,
  /\b(?:is|are|has been|have been|was|were|been) (?:\w+ )?(?:blocked|banned|denied|refused|throttled|suspended|blacklisted)\b/i,
  /\b(?:access|connection|request|query|permission|service) (?:to .{0,60} )?(?:denied|refused|blocked|throttled|rejected|forbidden)\b/i,
  /\b(?:under|for|scheduled|planned|down for|system|database) maintenance\b|\bmaintenance (?:mode|window|in progress)\b/i,
  /\b(?:temporar(?:il)?y|currently|momentarily)\b.{0,30}\b(?:unavailable|not available|disabled|down|closed|out of (?:service|order)|overloaded|unable)\b/i,
  /\b(?:service|server|system|database|whois)\b.{0,30}\b(?:unavailable|not available|is down|is busy|too busy|overloaded|not responding|out of (?:service|order))\b/i,
  /\brequest could not be (?:performed|processed|completed)\b|\binternal (?:server )?error\b|\bunable to (?:process|complete|connect)\b/i,
  /\b(?:query|lookup|whois|rate|connection|request|daily|hourly)[ -]?limit\b.{0,20}$/i,
  /\bdatabase error\b|\bconnection (?:failed|timed out|reset)\b|\btimed? ?out\b/i,
  /\b(?:zu viele|limite? (?:excedid|atteint|superad|permitid)|demasiadas?|trop de|muitas (?:consultas|requisi)|troppe richieste)/i,
  /(?:превышен|слишком много|limiti? (?:aşıldı|doldu)|çok fazla|daha sonra (?:tekrar )?deneyin|engellen(?:di|miştir)|geçici olarak|bakım)/i,
];

const INVALID: readonly RegExp[] = [
  /\b(?:invalid|illegal|incorrect|malformed|unsupported|unrecogni[sz]ed)\b.{0,40}\b(?:quer(?:y|ies)|domain|name|request|syntax|characters?|input|parameters?|tld|command|argument|object|pattern|format|string)\b/i,
  /\b(?:query|domain(?: name)?|request|syntax|name|input|parameter|tld|argument)\b.{0,40}\b(?:is |are |was )?(?:invalid|illegal|incorrect|malformed|unsupported|not valid|not supported|not allowed)\b/i,
  /\bnot a valid\b|\bsyntax error\b|\bbad (?:query|request|syntax)\b|\bparametervalue\w* (?:range|syntax|policy) error\b/i,
  /\b(?:no whois server|not (?:a )?managed by|is not (?:in|part of|a) .{0,30}zone|unknown (?:tld|query|command|zone|domain extension))\b/i,
  /\bmust (?:be|contain) (?:at least|between)\b.{0,40}\b(?:characters|letters)\b|\buse only approved characters\b/i,
  /^(?:\d{3} )?invalid\b/i,
];

const RESERVED: readonly RegExp[] = [
  /\b(?:name|domain|object|it)\b.{0,90}\b(?:is|has been|was|are) (?:\w+ )?(?:reserved|restricted|blocked|prohibited|banned|forbidden|locked by|not registrable)\b/i,
  /\b(?:not|un)[ -]?available for (?:\w+ level )?(?:registration|purchase|public)\b|\bcan ?not be registered\b|\bnot open for registration\b|\bprohibited string\b/i,
  /^(?:reserved(?: (?:domain(?: name)?|name|by .{1,60}))?|restricted|blocked|prohibited|unavailable)$/i,
  /\bconflicts with at least one other registered domain name\b/i,
];

const FREE: readonly RegExp[] = [
  /^(?:error ?[:-]? ?\d* ?[:-]? ?)?no (?:match(?:es|ing)?|entr(?:y|ies)|data|objects?|records?|such domain|found|information|domain|results?)\b/i,
  /^(?:error ?[:-]? ?\d* ?[:-]? ?)?(?:not found|nothing found|not registered|not exist|unregistered|unassigned|available|free)(?:\W|$)(?! (?:on|at|from|to|until)\b)/i,
  /\b(?:domain|object|name|entry|record|data|query|match|information|domains)\b.{0,100}\b(?:not (?:be )?found|not exist|not registe?red|not regist?red|no(?:t)? (?:been )?registered|is free|unregistered|was not found)\b/i,
  /\b(?:domain|name|is|status)\b.{0,90}\b(?:is|now|still) available\b(?: for (?:registration|purchase|order).{0,60})?[.!]?$/i,
  /^(?:>>> ?)?(?:the )?(?:domain )?(?:name )?"?[^\s"]+\.[^\s"]+"? (?:is|was) (?:free|available|not (?:registered|found)|unregistered)\b/i,
  /\bobject does not exist\b|\b(?:does not exist|is not available) in (?:the |our )?(?:whois )?(?:database|registry)\b|\bdo(?:es)? not have (?:an entry|any data|a record)\b|\breturned 0 (?:objects|results)\b/i,
  /\b(?:no matching|no entries|no data|nothing|no objects?|no records?) (?:objects? |records? |entries |was |were )?(?:found|exists?)\b/i,
  /\bdomain name not known\b|^(?:the domain \S+ )?is not valid!$/i, // Freenom; Telecom Vanuatu
  /\bno[_ ]se[_ ]encontr|\bno existe\b|\bnão (?:existe|encontrado|registrado)|\bdominio (?:libre|disponible)|\baucun (?:objet|enregistrement)/i,
  /(?:등록되어 있지 않|未注册|未註冊|не зарегистрирован|kayıtlı değil|kayıt bulunamadı|bulunamadı)/i,
  /^(?:the )?(?:domain )?(?:name )?\[?[a-z0-9._-]+\]? (?:has )?not (?:been )?(?:found|registe?red)/i,
];

const STATUS_FREE =
  /^(?:\d{3} )?(?:free|available|not registered|unregistered|unassigned|no object found|not found|no match|no entries found|no data found|does not exist|not exist|available for registration|libre|disponible)\b/i;
const STATUS_RESERVED =
  /^(?:\d{3} )?(?:reserved|blocked|unavailable|restricted|prohibited|not available|forbidden|quarantine)\b/i;
const STATUS_INVALID = /^(?:\d{3} )?(?:invalid|not allowed|error|malformed|illegal)\b/i;

const says = (
  patterns: readonly RegExp[],
  sentences: readonly Sentence[],
  longest: number,
  prose: boolean,
): string | null => {
  for (const { text: line, prose: inProse } of sentences) {
    if (line.length > 600 || (inProse && !prose)) continue;
    for (const part of line.split(/(?<=[.!])\s+(?=\p{Lu})/u)) {
      if (part.length > longest || CONDITIONAL.test(part)) continue;
      if (patterns.some((p) => p.test(part))) return part;
    }
  }
  return null;
};

/**
 * The sentence by which the server refuses to answer now, or null. In prose such words are mostly terms of use: they
 * are looked for there only when nothing else in the text is an answer.
 */
export const refusalIn = (sentences: readonly Sentence[], prose = false): string | null =>
  says(REFUSALS, sentences, 240, prose);
/** The sentence by which it calls the question wrong, or null. */
export const invalidIn = (sentences: readonly Sentence[]): string | null =>
  says(INVALID, sentences, 200, false);
/** The sentence by which it says that nobody can register this name, or null. */
export const reservedIn = (sentences: readonly Sentence[]): string | null =>
  says(RESERVED, sentences, 240, false) ??
  says([/^not available for (?:\w+ level )?registration\b/i], sentences, 80, true);
/** The sentence by which it says that the name is not registered, or null. */
export const freeIn = (sentences: readonly Sentence[]): string | null => says(FREE, sentences, 170, true);

/** What the domain's status word means, when it is not that of a registered domain. */
export function statusMeans(status: string): 'free' | 'reserved' | 'invalid-query' | null {
  if (STATUS_FREE.test(status)) return 'free';
  if (STATUS_INVALID.test(status)) return 'invalid-query';
  if (STATUS_RESERVED.test(status)) return 'reserved';
  return null;
}

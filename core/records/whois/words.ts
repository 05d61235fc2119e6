import type { Sentence } from './lines.ts';

/**
 * What a server says in words instead of data. The order of the questions matters more than any one phrase:
 * a server that refuses to look may add "no entries found", so refusal is looked for first, and a name is free
 * only when a sentence about the name says so.
 */

/** Sentences about what could happen are terms of use, not answers. */
const CONDITIONAL =
  /\b(?:if|whether|when|unless|should|might|agree|reserves?|failure|in case|must(?! wait)|shall|you'll|(?<!\bip .{0,40})not authori[sz]ed|may only|may not|wenn|falls|jeśli)\b|^si \p{L}|(?<!\p{L})если(?!\p{L})/iu;

/** What is missing, or to be had, is something else than the name: a contact, a service, a place in an auction. */
const NOT_OF_THE_NAME =
  /\b(?:contacts?|registrant|owner|holder|admin|privacy|disclos\w+|access level|name ?servers?|cache|dnssec|ds|payment|shown|backorder|auction|free (?:of|whois|service)|query (?:whois|type)|(?:with|by) (?:us|this registrar)|por este|for tld|is (?:already )?registered|rebuil\w+|in this registry, (?:query|try|see|ask|use))\b|\?/i;

const REFUSALS: readonly RegExp[] = [
  /\bexceed(?:ed|s|ing)\b.{0,60}\b(?:limits?|quota|rate|quer(?:y|ies)|requests?|maximum|allowed|number|connections?)\b/i,
  /\b(?:limits?|quota|rate|maximum|quer(?:y|ies)|requests?|lookups?|connections?)\b.{0,50}\b(?:exceeded|exceeds|reached|violation|overrun)\b/i,
  /\btoo many\b|\btoo (?:fast|often|frequent(?:ly)?)\b/i,
  /\b(?:try|query|come|connect|retry)(?: \w+)? (?:again )?(?:later|in (?:a few|\d+)|after)\b|\btry again\b/i,
  /\b(?:rate|load|frequency) (?:is |was )?too high\b|\b(?:your? .{0,30}|being |been )rate[- ]limited\b|\bno more (?:queries|requests|lookups)\b/i,
  /\b(?:queries|requests|lookups|connections) (?:of|from) (?:this|your) .{0,30}\b(?:not|no longer) (?:permitted|allowed|accepted)\b|\byou are not (?:allowed|permitted) to (?:query|connect)\b/i,
  /\b(?:quota|limit|allowance)\b.{0,60}\b(?:used up|exhausted|consumed|depleted)\b|^excessive querying\b|\bgrace period of \d|\bin grace period\b/i,
  /\bused (?:up )?all (?:of )?your\b|\bip\b.{0,40}\bnot (?:authori[sz]ed|allowed|permitted)\b|^(?:\w+ )?throttled\b|^denied\b|\b(?:error|http)[ /:]{0,3}(?:403|429|50[0234])\b/i,
  /réessay|más tarde|\bmas tarde|mais tarde|più tardi|später erneut|ponownie później|попробуйте|позже|bekleyin|hakkınız dol/i,
  /\bplease (?:wait|slow down|try later|maintain at least)\b|\bwait (?:at least |for )?\d+ ?(?:s|sec|min|hour)/i,
  /\b(?:black|block|deny|ban)[- ]?list(?:ed)?\b/i,
  /(?<!\b(?:string|label|domain|name) (?:has |have )?)\b(?:is|are|has been|have been|was|were|been) (?:\w+ )?(?:blocked|banned|denied|refused|throttled|suspended|blacklisted)\b/i,
  /\b(?:access|connection|request|query|permission|service) (?:to .{0,60} )?(?:denied|refused|blocked|throttled|rejected|forbidden)\b/i,
  /\b(?:under|for|scheduled|planned|down for|system|database) maintenance\b|\bmaintenance (?:mode|window|in progress)\b/i,
  /\b(?:temporar(?:il)?y|currently|momentarily)\b.{0,30}\b(?:unavailable|not available|disabled|down|offline|closed|out of (?:service|order)|overloaded|unable)\b/i,
  /\b(?:service|server|system|database|whois)\b.{0,30}\b(?:unavailable|not available|is down|is offline|is busy|too busy|overloaded|not responding|out of (?:service|order))\b/i,
  /\brequest could not be (?:performed|processed|completed)\b|\binternal (?:server )?error\b|\bunable to (?:process|complete|connect)\b/i,
  /\b(?:query|lookup|whois|rate|connection|request|daily|hourly)[ -]?limit\b.{0,20}$/i,
  /\bdatabase error\b|\bconnection (?:failed|timed out|reset)\b|\btimed? ?out\b/i,
  /\b(?:zu viele|l[ií]mite? (?:de \w{3,12} )?(?:excedid|atteint|superad|permitid)|excedido (?:el|su|o) l[ií]mite|demasiad[ao]s?|trop de|muitas (?:consultas|requisi)|troppe richieste|gesperrt)|dépassé (?:le|la|votre)|überschritten/i,
  /(?:превышен|слишком много|过于频繁|過於頻繁|稍后再试|稍後再試|超过.{0,12}限制|制限を超え|しばらく(?:して|経って|たって)|잠시 후|초과|limiti? (?:aşıldı|doldu)|çok fazla|daha sonra (?:tekrar )?deneyin|engellen(?:di|miştir)|geçici olarak|bakım)/i,
];

const INVALID: readonly RegExp[] = [
  /\b(?:invalid|illegal|incorrect|malformed|unsupported|unrecogni[sz]ed|bad)\b.{0,40}\b(?:quer(?:y|ies)|domain|name|request|syntax|characters?|input|parameters?|tld|command|argument|object|pattern|format|string|usage|flags?|options?)\b/i,
  /\b(?:query|domain(?: name)?|request|syntax|name|input|parameter|tld|argument)\b.{0,40}\b(?:is |are |was )?(?:invalid|illegal|incorrect|malformed|unsupported|not valid|not supported|not allowed)\b/i,
  /\bnot a valid\b|\bsyntax error\b|\bbad (?:query|request|syntax)\b|\bparametervalue\w* (?:range|syntax|policy) error\b/i,
  /\b(?:no (?:whois server|lookup service)|not (?:a )?managed by|is not (?:in|part of|a) .{0,30}zone|unknown (?:tld|query|command|zone|domain extension))\b/i,
  /\bmust (?:be|contain) (?:at least|between)\b.{0,40}\b(?:characters|letters)\b|\buse only approved characters\b/i,
  /^(?:\d{3} )?invalid\b/i,
];

const RESERVED: readonly RegExp[] = [
  /\b(?:name|domain|object|it)\b.{0,90}\b(?:is|has been|was|are) (?:\w+ )?(?:reserved|restricted|blocked|prohibited|banned|forbidden|locked by|not registrable)\b/i,
  /\b(?:not|un)[ -]?available for (?:\w+ level )?(?:registration|purchase|public)\b|\bcan ?not be registered\b|\bnot open for registration\b|\bprohibited string\b/i,
  /^(?:reserved(?: (?:domain(?: name)?|name|by .{1,60}))?|restricted|blocked|prohibited|unavailable)$/i,
  /^(?:registry|icann|registrar|domain(?: name)?|name)[ -]reserved\b|\bon (?:the|a) (?:reserved|restricted|blocked|prohibited)(?: names?)? list\b|\bprotected marks list\b|- reserved[.!]?$|\b(?:domain|name) is not permitted\b|\b(?:string|label|domain|name) (?:is|has been) blocked\b/i,
  /\b(?:but|and) (?:is )?reserved\b|^\S+\.\S+ (?:is|has been) (?:\w+ )?reserved\b/i,
  /tahsis edilemez|tahsise kapalı/i,
  /\bconflicts with at least one other registered domain name\b/i,
];

const FREE: readonly RegExp[] = [
  /^(?:error ?[:-]? ?\d* ?[:-]? ?)?no (?:match(?:es|ing)?|entr(?:y|ies)|data|objects?|records?|registrations?|such (?:domain|object|name|record|entry)|found|information|domain|results?)\b/i,
  /^(?:error ?[:-]? ?\d* ?[:-]? ?)?(?:not found|nothing (?:found|match(?:es|ed))|not registered|not exist|unregistered|unassigned|available|free)(?:\W|$)(?!\s*(?:on|at|from|to|until|date|only)\b)(?!\s*(?:no|false|n|0)\b)/i,
  /\b(?:domain|object|name|entry|record|data|query|match|information|domains)\b.{0,100}\b(?:not (?:be )?found|cannot be found|not exist|not (?:currently |yet )?registe?red|not regist?red|has no (?:record|entry)|no(?:t)? (?:been )?registered|is free|unregistered|was not found)\b/i,
  /\b(?:domain|name|is|status)\b.{0,90}\b(?:is|now|still|currently) available\b(?: for (?:registration|purchase|order).{0,60})?[.!]?$/i,
  /^(?:>>> ?)?(?:the )?(?:domain )?(?:name )?"?[^\s"]+\.[^\s"]+"? (?:is|was) (?:free|available|not (?:registered|found)|unregistered)\b/i,
  /\bobject does not exist\b|\b(?:does not exist|is not available) in (?:the |our )?(?:whois )?(?:database|registry)\b|\bdo(?:es)? not have (?:an entry|any data|a record)\b|\breturned 0 (?:objects|results)\b/i,
  /\b(?:no matching|no entries|no data|nothing|no objects?|no records?) (?:objects? |records? |entries |was |were )?(?:found|exists?)\b/i,
  /\bdomain name not known\b|^(?:the domain \S+ )?is not valid!$|\b(?:domain|name)\b.{0,80}\bis not known\b/i, // Freenom; Telecom Vanuatu
  /\bno[_ ]se[_ ]encontr|\bno existe\b|(?<!\b(?:no|não|non|nao) )(?<=\s)(?:est|está|esta|è) (?:disponib(?:le|ile)|disponível|libre|livre|libero)\b|^(?:dom[ií]nio|domaine) (?:disponib(?:le|ile)|disponível|libre|livre)\b|\bno (?:se encuentra |está |ha sido )?registrado\b|\bnenhum (?:registro|objeto|domínio)|\bn['’](?:existe pas|est pas enregistré)|\bist (?:frei|nicht registriert)\b|\bnon (?:esiste|(?:è )?registrato)\b|\bnie (?:istnieje|jest zarejestrowan)|\bnincs (?:talalat|találat|ilyen domain)|\bnão (?:existe|encontrado|registrado)|\baucun (?:objet|enregistrement)/i,
  /(?:등록되어 있지 않|未注册|未註冊|未找到|沒有找到|没有找到|не зарегистрирован|домен \S+ свободен|kayıtlı değil|kayıt bulunamadı|bulunamadı)/i,
  /^there (?:is|are) no (?:information|data|entr(?:y|ies)|records?|match(?:es)?)\b|^domain(?: name)? (?:unknown|available)[.!]?$|^object[_ ]not[_ ]found\b/i,
  /^(?:cannot|can not|could not|unable to) find (?:the |any )?(?:domain|object|record|entry|match)\b/i,
  /^(?:the )?(?:domain )?(?:name )?\[?[a-z0-9._-]+\]? (?:has )?not (?:been )?(?:found|registe?red)/i,
];

const STATUS_FREE =
  /^(?:\d{3} )?(?:free|available|not registered|unregistered|unassigned|no object found|not found|no match|no entries found|no data found|does not exist|not exist|available for registration|libre|disponible)\b/i;
const STATUS_RESERVED =
  /^(?:\d{3} )?(?:reserved|blocked|unavailable|restricted|prohibited|not available|forbidden|quarantine)\b/i;
const STATUS_INVALID = /^(?:\d{3} )?(?:invalid|not allowed|error|malformed|illegal)\b/i;

/** What may stand before the answer: "-- No match --", "Result: not found", "sample.xx: not registered". */
const LEAD =
  /^[-*>\s]{0,10}(?:(?:result|answer|response|error|warning)\s?:\s?)?(?:(?:domain (?:name )?)?(?!d?ns\d*\.)["'[]?[\w-]{1,63}(?:\.[\w-]{1,63}){1,3}["'\]]?\s?:\s?)?/i;

const says = (
  patterns: readonly RegExp[],
  sentences: readonly Sentence[],
  longest: number,
  prose: boolean,
  unless?: RegExp,
): string | null => {
  for (const { text: line, prose: inProse } of sentences) {
    if (line.length > 600 || (inProse && !prose)) continue;
    for (const part of line.split(/(?<=[.!])\s+(?=\p{Lu})/u)) {
      if (part.length > longest || CONDITIONAL.test(part)) continue;
      // a name may hold such words itself
      if (unless?.test(part.replace(/[^\s.]{1,200}\.[^\s]{1,200}/g, '')) === true) continue;
      const bare = unless === undefined ? part : part.replace(LEAD, '');
      if (patterns.some((p) => p.test(part) || (bare !== part && p.test(bare)))) return part;
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
export const freeIn = (sentences: readonly Sentence[]): string | null =>
  says(FREE, sentences, 170, true, NOT_OF_THE_NAME);

/** What the domain's status word means, when it is not that of a registered domain. */
export function statusMeans(status: string): 'free' | 'reserved' | 'invalid-query' | null {
  if (STATUS_FREE.test(status)) return 'free';
  if (STATUS_INVALID.test(status)) return 'invalid-query';
  if (STATUS_RESERVED.test(status)) return 'reserved';
  return null;
}

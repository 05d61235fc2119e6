/**
 * Port-43 text has no grammar (RFC 3912 section 2 says only that the answer is text). What registries share is a
 * handful of habits: "Key: value", "[Key] value", a key alone with its values on the lines below, headings that
 * say whose data follows, and objects parted by blank lines. This file turns a text into entries by those habits,
 * and knows no registry.
 */

/** Whose data an entry is. `foreign`: a name-server object or the WHOIS service, which say nothing about the domain. */
export type Role = 'domain' | 'registrar' | 'contact' | 'nameserver' | 'foreign' | 'other';

export interface Entry {
  /** lower case, filling and numbering removed: "ns name", "created on" */
  readonly key: string;
  /** what stood in brackets in the key: "(dd/mm/yyyy)" tells the order of a date */
  readonly note: string;
  /** the value, then the lines below that belong to it */
  readonly values: string[];
  readonly role: Role;
  /** the key of the heading it stands under, "" where there is none */
  readonly under: string;
  /** which run of non-blank lines it is in, counted from 0 */
  readonly block: number;
}

export interface Text {
  readonly entries: readonly Entry[];
  /** every line that is not blank, trimmed and without comment marks, for reading what the server says in words */
  readonly sentences: readonly Sentence[];
}

export interface Sentence {
  readonly text: string;
  /** part of a long paragraph: terms of use, which speak of limits and blocks without meaning this question */
  readonly prose: boolean;
}

/** From so many lines of such a mean length on, a paragraph is prose. Data lines are shorter, notices are fewer. */
const PROSE_LINES = 4;
const PROSE_MEAN = 45;

/** Longer lines are free text or an attack; longer texts no registry sends. */
const LINE_MAX = 2_000;
const LINES_MAX = 20_000;

const ROLE_WORDS: readonly (readonly [Role, string])[] = [
  ['registrar', 'registrar registrars registar'],
  [
    'contact',
    'registrant holder owner admin administrative administrativ administrator technical tech billing contact ' +
      'contacts titular organization organisation onsite onsites zone reseller licensee domicile',
  ],
  [
    'nameserver',
    'nameserver nameservers servers nservers nserver dns ns server nsset nserverset servidores serveurs',
  ],
  // the WHOIS service's own data, as ".lv" heads the time of its last export
  ['foreign', 'whois disclaimer notice glue'],
  ['other', 'keys key dnssec ds'],
  ['domain', 'domain details relevant additional registration general'],
];
const ROLE_OF_WORD = new Map(
  ROLE_WORDS.flatMap(([role, words]) => words.split(' ').map((w) => [w, role] as const)),
);

/** Words a heading may have besides the one that gives its role. A key with any other word is no heading. */
const HEADING_FILL = new Set(
  (
    'name names in the listed order current information info data for of and by list primary secondary agent ' +
    'using person dates date status object objects de nombres nombre dominio del registered on record records set s'
  ).split(' '),
);

/** The first key of an object (RPSL manner, RFC 2622 section 2: objects are parted by blank lines) names its class. */
const CLASS_OF_FIRST_KEY: ReadonlyMap<string, Role> = new Map([
  ...[
    ['contact', 'person', 'personname', 'role', 'nic hdl', 'nic hdl br', 'contact id', 'handle'],
    ['nic handle', 'contact type', 'irt', 'organisation', 'admin c', 'tech c'],
  ]
    .flat()
    .map((k) => [k, 'contact'] as const),
  ...['nsset', 'ns list', 'keyset', 'ds list', 'dsl id', 'host id'].map((k) => [k, 'nameserver'] as const),
  ['server name', 'foreign'] as const,
]);

/** Where a text runs without blank lines, these keys begin the next object all the same. */
const BEGINS_OBJECT: ReadonlySet<string> = new Set(['contact type', 'host id']);

/** A date right below an empty heading: the heading was a key without a value. */
const DATE_KEY =
  /^(?:created|modified|updated|changed|expires|expired?|registered|last updated?)(?: on| at| date)?$/;

/** A key of the domain itself ends a section whose content is not indented: the heading above it was an empty value. */
const ENDS_SECTION =
  /^(?:domain name|domain status|creation date|registry expiry date|expiration date|updated date|name servers?|nameservers?|dnssec|(?:registrar )?whois server|registrar iana id|registrar url)$/;

/** Keys in the registry's own language that the word lists of fields.ts do not have, as the English ones they stand for. */
const LOCAL_KEYS: ReadonlyMap<string, string> = new Map(
  (
    [
      [
        'domain name',
        'ドメイン名|도메인이름|域名|網域名稱|nom de domaine|domaine|nombre de dominio|nombre del dominio|dominio|domínio|' +
          'nome de domínio|nome do domínio|nome a dominio|alan adı|домен|доменное имя|nazwa domeny|tên miền',
      ],
      [
        'creation date',
        '登録年月日|등록일|注册日期|注册时间|註冊日期|建立日期|date de création|créé le|date d enregistrement|fecha de registro|' +
          'fecha de alta|data de criação|data di creazione|kayıt tarihi|дата регистрации|создан|registriert am|utworzona|ngày đăng ký',
      ],
      [
        'expiration date',
        'valid date|有効期限|사용 종료일|到期时间|到期日期|过期日期|过期时间|到期日|有效期限|date d expiration|expire le|fecha de caducidad|' +
          'data de expiração|data di scadenza|scadenza|bitiş tarihi|son kullanma tarihi|дата окончания|оплачен до|ablaufdatum|koniec okresu rozliczeniowego|ngày hết hạn',
      ],
      [
        'updated date',
        '最終更新|최근 정보 변경일|更新日期|更新时间|dernière modification|dernière mise à jour|modifié le|' +
          'ultima modifica|son güncelleme|дата изменения|letzte änderung|ostatnia modyfikacja',
      ],
      [
        'registrar',
        '注册商|注册服务机构|註冊機構|受理註冊機構|bureau d enregistrement|agente registrador|registrador|entidade gestora|' +
          'kayıt operatörü|kayıt kuruluşu|kayıt firması|регистратор|rejestrator|nhà đăng ký',
      ],
      [
        'name server',
        'delegated to|ネームサーバ|域名服务器|dns服务器|网域伺服器|serveur de noms|serveurs de noms|serveur dns|serveurs dns|servidor de nombre|' +
          'servidores de nombre|servidor de nomes|servidores de nomes|isim sunucusu|isim sunucuları|ad sunucusu|ad sunucuları|' +
          'alan adı sunucuları|серверы имен|serwery nazw',
      ],
      // KRNIC answers in two languages: the English name comes first
      ['registration service provider', '등록대행자'],
      ['ns host name', '호스트이름'],
      ['registrant', 'kayıt sahibi|등록인|登録者名|注册者|注册人|titulaire|abonent'],
      ['organization name', 'kuruluş adı|organización|nom de l organisation'],
      [
        'status',
        '状態|域名状态|状态|網域狀態|statut|état|estado|estatus|estado del dominio|estatus del dominio|estado do domínio|stato|durum|' +
          'alan adı durumu|статус|состояние',
      ],
    ] as const
  ).flatMap(([key, names]) => names.split('|').map((name) => [name, key] as const)),
);

/**
 * A key in comparable form: "Created on.............." is "created on", "a. [Domain Name]" is "domain name",
 * "Data de registo / Creation Date" is "creation date", "ns_name_01" is "ns name".
 */
export function normalizeKey(raw: string): string {
  const slash = raw.lastIndexOf(' / ');
  const key = (slash === -1 ? raw : raw.slice(slash + 3))
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .replace(/^\d{1,2}[a-z][.)] /, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .replace(/(?<=[^\d]) ?\d{1,2}(?= |$)/g, '')
    .trim();
  return LOCAL_KEYS.get(key) ?? key;
}

interface Keyed {
  readonly raw: string;
  readonly value: string;
  readonly bracket: boolean;
}

/** Splits "Key: value". Null for a line that has no key: a sentence, an address, a host name, a time of day. */
function splitKey(line: string): Keyed | null {
  const bracket = /^(?:[a-z]\. ?|[a-z] )?\[([^[\]]{1,60})\](.*)$/.exec(line);
  if (bracket !== null)
    return { raw: (bracket[1] as string).trim(), value: (bracket[2] as string).trim(), bracket: true };
  // RWhois (RFC 2167 section 3.1): class, attribute, value; "I" marks a reference to another object
  const rwhois = /^(?:domain|host|contact|network|guardian):([A-Za-z][A-Za-z-]{1,40})(;[A-Z])?:(.*)$/.exec(
    line,
  );
  if (rwhois !== null)
    return {
      raw: rwhois[1] as string,
      value: rwhois[2] === ';I' ? '-' : (rwhois[3] as string).trim(),
      bracket: false,
    };
  // ".tw" and others write a sentence: "Record expires on 2021-12-09 12:30:05"
  const spoken =
    /^((?:(?:\p{L}{2,12} ){0,3}(?:expires|created|registered)|(?:record|domain) (?:was )?(?:last )?(?:updated|modified|changed)) (?:on|at)):? +((?:\d|(?:mon|tue|wed|thu|fri|sat|sun)\b).*)$/iu.exec(
      line,
    );
  if (spoken !== null) return { raw: spoken[1] as string, value: spoken[2] as string, bracket: false };
  // "Creation Date........ 1999-10-05": leading dots instead of a colon
  const dotted = /^(\p{L}[^.:]{1,50})\.{3,200}(?!\.| {0,4}:)(.*)$/u.exec(line);
  if (dotted !== null)
    return { raw: (dotted[1] as string).trim(), value: (dotted[2] as string).trim(), bracket: false };
  const colon = line.indexOf(':');
  // "domain_name = sample.xx"
  const equals = colon === -1 ? /^([a-z][a-z _]{1,30}?) = (.*)$/i.exec(line) : null;
  if (equals !== null)
    return { raw: equals[1] as string, value: (equals[2] as string).trim(), bracket: false };
  if (colon < 1 || colon > 90) return null;
  const raw = line.slice(0, colon).replace(/[\s.]+$/, '');
  const value = line.slice(colon + 1);
  if (raw === '' || !/^[\p{L}\p{N}(]/u.test(raw)) return null;
  if (value.startsWith('//')) return null; // a URL
  if (/\d$/.test(raw) && /^\d/.test(value)) return null; // 12:30
  if (/[[\]<>@"]|[^\s.]\.[^\s.)]/.test(raw)) return null; // an address, or a sentence about one
  if (raw.split(/\s+/, 10).length > 9) return null; // a sentence
  // YAML writes "!Registrar" or "|-" where an object or a block follows
  return {
    raw,
    value: value
      .replace(/^[\s.]+/, '')
      .replace(/^(?:![A-Z][a-z]+|\|-)\s*$/, '')
      .trim(),
    bracket: false,
  };
}

/** A line in two columns: "Domain-name         ornek.sk". */
const COLUMNS = /^(\p{L}[\p{L}\p{N} _/-]{1,32})(?:\t{1,8}| {2})(?=[^\s:])/u;

/** From so many lines in the same columns on they are a table. */
const TABLE_LINES = 4;

/** Where the second column begins in each table of the text that has a line for the domain. */
function columnsOf(lines: readonly string[]): ReadonlySet<number> {
  const found = new Map<number, { count: number; domain: boolean }>();
  for (const line of lines) {
    const start = COLUMNS.exec(line.slice(0, 80));
    if (start === null) continue;
    const table = found.get(start[0].length) ?? { count: 0, domain: false };
    table.count++;
    if (/^domain(?:[ _-]{0,3}name)?\s*$/i.test(start[1] as string)) table.domain = true;
    found.set(start[0].length, table);
  }
  return new Set([...found].filter(([, t]) => t.domain && t.count >= TABLE_LINES).map(([at]) => at));
}

function inColumns(line: string, columns: ReadonlySet<number>): Keyed | null {
  if (columns.size === 0) return null;
  const start = COLUMNS.exec(line.slice(0, 80));
  if (start === null || !columns.has(start[0].length)) return null;
  return { raw: (start[1] as string).trim(), value: line.slice(start[0].length).trim(), bracket: false };
}

/** The role a heading gives to what follows, or null when the words are not those of a heading. */
function headingRole(key: string): Role | null {
  const words = key.split(' ');
  if (words.length > 8) return null;
  let role: Role | null = null;
  for (const word of words) {
    const here = ROLE_OF_WORD.get(word);
    if (here === undefined) {
      if (!HEADING_FILL.has(word)) return null;
    } else if (role === null || role === 'domain') role = here;
    // "Registrar technical contacts" are people
    else if (role === 'registrar' && word.startsWith('tech')) role = 'contact';
    // "Domain owner" is a contact, "Domain servers" are servers; "Registrar contact" is the registrar's
    else if (here === 'nameserver' && role === 'contact') role = here;
  }
  // a domain's agent is its registrar (old ".be", old ".uk")
  if (key === 'agent' || key === 'registrant s agent') return 'registrar';
  return key === 'registered by' ? 'registrar' : key === 'registered for' ? 'contact' : role;
}

interface Section {
  readonly key: string;
  readonly role: Role;
  readonly indent: number;
  readonly bracket: boolean;
  /** the indent of its first content, -1 before there is any */
  content: number;
}

/** Reads a text into entries. Never throws; time grows with the length of the text. */
export function readLines(text: string): Text {
  const entries: Entry[] = [];
  const sentences: { text: string; prose: boolean }[] = [];
  let paragraph: { text: string; prose: boolean }[] = [];
  let block = -1;
  let blank = true;
  let classOfBlock: Role = 'domain';
  let registrarSeen = false;
  let section: Section | null = null;
  let open: { entry: Entry; indent: number; heading: boolean } | null = null;

  const say = (line: string): void => {
    const sentence = { text: line, prose: false };
    sentences.push(sentence);
    paragraph.push(sentence);
  };
  const endParagraph = (): void => {
    const length = paragraph.reduce((sum, { text }) => sum + text.length, 0);
    if (paragraph.length >= PROSE_LINES && length >= paragraph.length * PROSE_MEAN)
      for (const sentence of paragraph) sentence.prose = true;
    paragraph = [];
  };

  const all = text.split(/\r\n|\n|\r/, LINES_MAX);
  const columns = columnsOf(all);
  for (const full of all) {
    const untabbed = full.length > LINE_MAX ? full.slice(0, LINE_MAX) : full;
    let line = untabbed.trim();
    if (line === '') {
      blank = true;
      endParagraph();
      if (section !== null && section.content >= 0) section = null;
      // values may follow after a blank line only where none were given yet
      if (open !== null && !(open.heading && open.entry.values.length === 0)) open = null;
      continue;
    }
    const indent = untabbed.length - untabbed.trimStart().length;
    const comment = /^[%#;]/.test(line);
    if (comment || line.startsWith('*')) {
      line = line.replace(/^[%#;*\s]+/, '');
      if (line === '') {
        if (comment) blank = true;
        endParagraph();
        continue;
      }
      // ".ua" heads its objects in comments, ".tr" with asterisks; other comments are for reading, not data
      if (comment && /^[=\-_#%. ]+$/.test(line)) continue; // a rule below such a heading
      const heading = /^([\p{L} ]{3,40}):$/u.exec(line);
      if (comment && heading === null) {
        say(line);
        blank = true;
        section = null;
        open = null;
        continue;
      }
      if (comment && headingRole(normalizeKey((heading as RegExpExecArray)[1] as string)) === null) continue;
      if (!comment) section = null;
    }
    say(line);

    const keyed = inColumns(untabbed, columns) ?? splitKey(line);
    const key = normalizeKey(keyed?.raw ?? line.slice(0, 80));
    if (section !== null && section.content > section.indent && indent <= section.indent) section = null;
    if (
      section !== null &&
      keyed !== null &&
      (ENDS_SECTION.test(key) ||
        (section.bracket && keyed.bracket) ||
        (section.content === -1 && !section.bracket && DATE_KEY.test(key))) &&
      indent <= section.indent
    )
      section = null;
    if (blank) {
      block++;
      classOfBlock = 'domain';
    }
    const first = blank;
    blank = false;

    // A heading opens a section: a key without value whose words are those of a heading, or such words alone.
    const heading =
      (keyed === null ? line.length <= 60 && !line.includes('@') : keyed.value === '') && key !== ''
        ? headingRole(key)
        : null;
    if (
      heading !== null &&
      (keyed !== null || (/^\p{Lu}[\p{L} /()]*$/u.test(line) && (open === null || first || indent === 0)))
    ) {
      const entry: Entry = { key, note: '', values: [], role: heading, under: '', block };
      entries.push(entry);
      section = { key, role: heading, indent, bracket: keyed?.bracket === true, content: -1 };
      open = { entry, indent, heading: true };
      continue;
    }

    if (keyed === null) {
      if (section !== null && section.content === -1) section.content = indent;
      if (open !== null && (indent > open.indent || open.heading)) open.entry.values.push(line);
      continue;
    }

    if (section !== null && section.content === -1) section.content = indent;
    if (first) {
      const named = CLASS_OF_FIRST_KEY.get(key);
      if (named !== undefined && keyed.value !== '') classOfBlock = named;
      // "Administrative Contact: mmr-170347": a handle, whose object follows
      else if (headingRole(key) === 'contact' && /^\S*\d\S*$/.test(keyed.value)) classOfBlock = 'contact';
      // the domain's own object names its registrar; an object that begins so after that is the registrar's
      else if (key === 'registrar' && registrarSeen) classOfBlock = 'registrar';
    }
    if (BEGINS_OBJECT.has(key)) {
      block++;
      classOfBlock = CLASS_OF_FIRST_KEY.get(key) ?? classOfBlock;
    }
    if (key.endsWith('registrar') && keyed.value !== '') registrarSeen = true;
    const entry: Entry = {
      key,
      note: (/\(([^()]{1,40})\)/.exec(keyed.raw)?.[1] ?? '').toLowerCase(),
      values: keyed.value === '' ? [] : [keyed.value],
      role: section?.role ?? classOfBlock,
      under: section?.key ?? '',
      block,
    };
    entries.push(entry);
    open = { entry, indent, heading: keyed.value === '' };
  }
  endParagraph();
  return { entries, sentences };
}

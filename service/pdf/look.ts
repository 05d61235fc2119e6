/** How the sheet looks: measures in points, colours that keep a contrast of 4.5:1 on white (WCAG 2.2, 1.4.3). */

export interface Style {
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  /** height of a line; from the size when left out */
  readonly lead?: number;
}

export const INK = {
  text: '#1B1F24',
  soft: '#55606E',
  band: '#0B3A66',
  accent: '#0F5FA8',
  rule: '#D5DBE1',
  pale: '#F1F5F9',
  good: '#0E6B32',
  warn: '#8A5200',
  warnPale: '#FFF4DC',
  bad: '#A4161A',
  white: '#FFFFFF',
  onBand: '#C9DBEC',
} as const;

export const MARGIN = 40;
export const GAP = 10;

export const BODY: Style = { size: 9.2, lead: 12.8 };
export const BODY_BOLD: Style = { ...BODY, bold: true };
export const SMALL: Style = { size: 8, lead: 10.6, colour: INK.soft };
export const HEADING: Style = { size: 10.8, lead: 15, bold: true, colour: INK.accent };

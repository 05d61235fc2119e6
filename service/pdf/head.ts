import { fill } from '#core/rules/messages.ts';
import { INK, MARGIN, SMALL, type Style } from './look.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';
import type { Sheet } from './sheet.ts';

const BAND = 66;
const DEMO_STRIP = 15;
export const FOOTER = 44;

const NAME: Style = { size: 17, lead: 22, bold: true, colour: INK.white };
const LONG_NAME: Style = { ...NAME, size: 12.5, lead: 15.5 };
const DOMAIN: Style = { size: 9.5, lead: 13, colour: INK.onBand };
const PRODUCT: Style = { size: 8.5, lead: 12, bold: true, colour: INK.onBand };
const MARK: Style = { size: 8, lead: 11, bold: true, colour: INK.warn };

/** The band of the first page: whose sheet this is. Returns where the content begins. */
export function drawHead(paper: Paper, sheet: Sheet, tag: Tag): number {
  const top = demoStrip(paper, sheet, tag);
  const right = 200;
  const room = paper.width - 2 * MARGIN - right - 12;
  const domain = paper.isPrintable(sheet.domain) ? sheet.domain : sheet.ascii;
  // A name of which no letter can be drawn says nothing: the domain does.
  const title = /[\p{L}\p{N}]/u.test(paper.printable(sheet.name)) ? sheet.name : domain;
  paper.artifact((doc) => {
    doc.rect(0, top, paper.width, BAND).fill(INK.band);
  });
  // "... Sanayi ve Ticaret Anonim Şirketi" is a name like any other: smaller, on two lines, before it is cut.
  const isLong = paper.widthOf(paper.printable(title), NAME) > room;
  const style = isLong ? LONG_NAME : NAME;
  const name = paper.lines(title, style, room, isLong ? 2 : 1);
  paper.tag(tag, 'H1', () => paper.write(name, style, MARGIN, top + (isLong ? 8 : 13)));
  const names = domain === sheet.ascii ? domain : `${domain} (${sheet.ascii})`;
  paper.tag(tag, 'P', () =>
    paper.write(paper.lines(names, DOMAIN, room, 1), DOMAIN, MARGIN, top + (isLong ? 42 : 37)),
  );
  const at = paper.width - MARGIN - right;
  const side = { to: 'right', width: right } as const;
  paper.tag(tag, 'P', () => paper.write(sheet.words.pdf.product, PRODUCT, at, top + 14, side));
  const dates = { ...DOMAIN, size: 7.8, lead: 11 };
  paper.tag(tag, 'P', () => {
    const lines = [
      ...paper.lines(sheet.lookedUp, dates, right, 2),
      ...paper.lines(sheet.printedOn, dates, right, 1),
    ];
    paper.write(lines, dates, at, top + 28, side);
  });
  return top + BAND + 14;
}

/** The line above every further page. */
export function drawRunningHead(paper: Paper, sheet: Sheet, tag: Tag): number {
  const top = demoStrip(paper, sheet, tag);
  const style: Style = { size: 9, lead: 13, bold: true, colour: INK.band };
  const product = sheet.words.pdf.product;
  const room = paper.width - 2 * MARGIN - 150;
  const name = paper.lines(sheet.title, style, room, 1);
  paper.artifact((doc) => {
    doc.rect(0, top, paper.width, 5).fill(INK.band);
    paper.write(name, style, MARGIN, top + 16);
    paper.write(
      product,
      { ...style, bold: false, colour: INK.soft, size: 8 },
      paper.width - MARGIN - 150,
      top + 17,
      {
        to: 'right',
        width: 150,
      },
    );
    doc.lineWidth(0.7).strokeColor(INK.rule);
    doc
      .moveTo(MARGIN, top + 33)
      .lineTo(paper.width - MARGIN, top + 33)
      .stroke();
  });
  return top + 44;
}

/** Made-up data says so at the top of every page, in words. Returns where the page begins below it. */
function demoStrip(paper: Paper, { demo }: Sheet, tag: Tag): number {
  if (demo === null) return 0;
  paper.artifact((doc) => {
    doc.rect(0, 0, paper.width, DEMO_STRIP).fill(INK.warnPale);
    doc.lineWidth(0.8).moveTo(0, DEMO_STRIP).lineTo(paper.width, DEMO_STRIP).stroke(INK.warn);
  });
  paper.tag(tag, 'P', () => paper.write(demo, MARK, 0, 2.4, { to: 'center', width: paper.width }));
  return DEMO_STRIP;
}

/** When the records were looked up, by which rules, and which page this is: an artifact, as it repeats. */
export function drawFoot(paper: Paper, sheet: Sheet, page: number, pages: number): void {
  const y = paper.height - FOOTER + 8;
  const text = fill(sheet.words.pdf.page, { page, pages });
  paper.artifact((doc) => {
    doc.lineWidth(0.7).strokeColor(INK.rule);
    doc
      .moveTo(MARGIN, y - 5)
      .lineTo(paper.width - MARGIN, y - 5)
      .stroke();
    paper.write(paper.lines(sheet.footer, SMALL, paper.width - 2 * MARGIN - 90, 1), SMALL, MARGIN, y);
    paper.write(text, SMALL, paper.width - MARGIN - 80, y, { to: 'right', width: 80 });
    if (sheet.demo !== null)
      paper.write(sheet.demo, { ...SMALL, colour: INK.warn }, MARGIN, y + leadOf(SMALL));
  });
}

/** A signed number as it is shown: "+15", "−20" with a real minus sign (U+2212), "0". */
export const signed = (value: number): string =>
  value > 0 ? `+${value}` : value < 0 ? `\u2212${-value}` : '0';

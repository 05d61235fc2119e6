declare module 'punycode.js' {
  const punycode: { toUnicode(ascii: string): string; toASCII(unicode: string): string };
  export default punycode;
}

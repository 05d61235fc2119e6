import { fill, type Messages } from '#core/rules/messages.ts';

/** What is wrong with a command line, as a sentence, from what parseArgs of node:util throws. */
export function optionSentence(error: unknown, command: string, m: Messages): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const option = /'(?:-\w, )?(--?[^\s'<]+)/.exec(message)?.[1] ?? '';
  const text = code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' ? m.cli.needsValue : m.cli.unknownOption;
  return fill(text, { option, command });
}

import { UnfitFileError } from "../disk/read.ts";
import { shellWord } from "../shell-word.ts";
import { beginningOf } from "./transcript-file.ts";

/** Enough to recognize the form of a file. */
const HEAD_BYTES = 4096;

/** A form that other programs write: whether a beginning has it, and the command that makes lines of it from a file. */
interface Form {
  isForm: (head: string) => boolean;
  name: string;
  command?: string;
  remedy?: string;
}

const FORMS: readonly Form[] = [
  {
    isForm: (head) => /^(?:\xff\xfe|\xfe\xff|\{\0|\0\{)/.test(head),
    name: "UTF-16 text",
    command: "iconv -f UTF-16 -t UTF-8",
  },
  {
    isForm: (head) => /^\s*(?:\[\s*)?\{\s*\n/.test(head),
    name: "JSON with a record over several lines",
    command: "jq -c .",
  },
  {
    isForm: (head) => /^\{[^\n]*\}\r\{/.test(head),
    name: "one line with carriage returns",
    command: "tr '\\r' '\\n' <",
  },
  { isForm: (head) => head.startsWith("\x1f\x8b"), name: "compressed with gzip", command: "gzip -dc <" },
  {
    isForm: (head) => head.startsWith("\x28\xb5\x2f\xfd"),
    name: "compressed with zstd",
    command: "zstd -dc <",
  },
  {
    isForm: (head) => head.startsWith("version https://git-lfs."),
    name: "a pointer of Git LFS",
    remedy: "Run `git lfs pull` in its folder.",
  },
];

/**
 * Throws an `UnfitFileError` that says how to convert the transcript if no record can be read in it because another
 * program has written it in another form. JSON lines, other texts and files that cannot be read pass.
 */
export function refuseOddForm(path: string): void {
  const head = beginningOf(path, HEAD_BYTES, "latin1");
  const form = FORMS.find(({ isForm }) => isForm(head));
  if (form === undefined) return;
  const [file, converted] = [shellWord(path), shellWord(`${path}.new`)];
  throw new UnfitFileError(
    path,
    `is ${form.name}, not UTF-8 with a record on each line`,
    form.remedy ?? `Convert it: ${form.command} ${file} > ${converted} && mv ${converted} ${file}`,
  );
}

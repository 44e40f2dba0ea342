/** Letters with digits or signs, in one word: as passwords and tokens are made, and words of a language are not. */
export function looksMade(value: string): boolean {
  return /^[^\s()<>]{6,}$/.test(value) && /[0-9#$%^*!?+@]/.test(value) && /[A-Za-z]/.test(value);
}

/** What stands where a secret could stand and is none. `before`: what stands in front of it, its name last. */
export function isNoSecret(value: string, before: string): boolean {
  return (
    WORD.test(value) ||
    REFERENCE.test(value) ||
    ABOUT.test(before) ||
    // A result of a test, not a password.
    /(?:^|[^A-Za-z_-])PASS\W{0,4}$/.test(before) ||
    (/^[\d.,]+$/.test(value) && /(?:tokens?|count|age|version)\W*$/i.test(before)) ||
    // The folder that a shell is in.
    (/(?:^|[^A-Za-z])(?:OLD)?PWD["'\s]*[:=]\s*["']?$/.test(before) && /^(?:[~/.]|[A-Za-z]:)/.test(value))
  );
}

/** Types, states and names of fields. */
const WORD =
  /^(?:null|none|true|false|undefined|string|str|number|boolean|bool|unknown|int|any|required|optional|hidden|password|passwd|passphrase|token|secret|credentials?|bearer|basic|digest|\*+|\.+|x+)$/i;

/** Where a secret is to be taken from, a placeholder for one, an expression of a program. */
const REFERENCE = new RegExp(
  [
    String.raw`\[(?:secret|redacted|own rule)`,
    "sha\\d{1,3}[:-]",
    "md5[:-]",
    String.raw`\$[({]?[\w.:]+[)}]?$`,
    String.raw`\$(?:\{|\()`,
    "<[^>]*>?$",
    String.raw`\{\{?[^}]*\}?\}?$`,
    String.raw`#\{[^}]*\}#?$`,
    String.raw`%\w+%$`,
    "your[-_ ]",
    String.raw`(?:process\.env|import\.meta|os\.environ|os\.getenv|env\.|secrets\.|settings\.|var\.)`,
    String.raw`[\w.]+\(`,
    String.raw`[A-Za-z_]\w*\[\w`,
  ]
    .map((form) => `^${form}`)
    .join("|"),
  "i",
);

/** The name speaks about a secret: where it lies, how long it is, how it is made. */
const ABOUT =
  /(?:[_.-]|(?<=[a-z]))(?:file|path|dir|length|len|ttl|expir\w*|count|limit|size|sock|region|policy|algorithm|rounds|hashers?|label|field|regex|pattern|type)["'\]\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}$/i;

/**
 * Returns whether a value is one word of letters with digits or signs, like passwords and tokens and unlike natural
 * words.
 */
export function looksMade(value: string): boolean {
  return /^[^\s()<>]{6,}$/.test(value) && /[0-9#$%^*!?+@]/.test(value) && /[A-Za-z]/.test(value);
}

/**
 * Returns whether a program generated the value: one of its words is long, and its letters and digits follow each other
 * as in no word, name, path or version.
 */
export function looksGenerated(value: string): boolean {
  return value.split(/[._~=/+-]/).some((word) => {
    if (word.length < 12) return false;
    const changes = word.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
    return changes >= 4 && /[0-9]/.test(word) && changes * 8 >= word.length;
  });
}

/**
 * Returns whether a value in the place of a secret is not one. `before` is the text before it, which ends with its
 * name.
 */
export function isNoSecret(value: string, before: string): boolean {
  return (
    WORD.test(value) ||
    REFERENCE.test(value) ||
    ABOUT.test(before) ||
    // The marker of a secret that is removed already.
    before.endsWith("[secret: ") ||
    // The result of a test, not a password.
    /(?:^|[^A-Za-z_-])PASS\W{0,4}$/.test(before) ||
    (/^[\d.,]+$/.test(value) && /(?:tokens?|count|age|version)\W*$/i.test(before)) ||
    // The shell's working directory.
    (/(?:^|[^A-Za-z])(?:OLD)?PWD["'\s]*[:=]\s*["']?$/.test(before) && /^(?:[~/.]|[A-Za-z]:)/.test(value))
  );
}

/** Types, states and field names. */
const WORD =
  /^(?:null|none|true|false|undefined|string|str|number|boolean|bool|unknown|int|any|required|optional|hidden|password|passwd|passphrase|token|secret|credentials?|bearer|basic|digest|\*+|\.+|x+)$/i;

/** A reference to a secret, a placeholder for one, or a program expression. */
const REFERENCE = new RegExp(
  [
    String.raw`[\w.-]*\[(?:secret|redacted|own rule)`,
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

/** The name describes a property of a secret: where it is stored, how long it is, how it is made. */
const ABOUT =
  /(?:[_.-]|(?<=[a-z]))(?:file|path|dir|length|len|ttl|expir\w*|count|limit|size|sock|region|policy|algorithm|rounds|hashers?|label|field|regex|pattern|type)["'\]\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4}$/i;

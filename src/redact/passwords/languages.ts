import { QUOTE } from "./names.ts";
import { type Rule, rule } from "./rule.ts";

/** The word for a password in other languages than English, German and Spanish, which the other rules know. */
const PASSWORD =
  "(?:mot[_ ]de[_ ]passe|senha|wachtwoord|has[lł]o|heslo|l[öo]senord|salasana|parola|[şs]ifre|adgangskode|passord|jelsz[oó]|пароль|密[码碼]|口令|パスワード|비밀번호|암호)";

const HINT = new RegExp(PASSWORD, "i");

/** Passwords in texts of other languages: `mot de passe : …`, `密码是…`, `пароль …`. */
export const LANGUAGES: Rule[] = [
  rule(
    String.raw`\b${PASSWORD}(?:["'\\]{0,4}\s{0,4}[:=：]\s{0,4}|\s{0,4}(?:est|é|è|is|jest|je|är|on|er|es|[-–—是为為はが이은는])\s{0,4}[:：]?\s{0,4}|\s{1,4})(?:${QUOTE})?`,
    String.raw`[\w!#$%&*+.?@^~-]{6,200}`,
    { hint: HINT, made: "somehow" },
  ),
];

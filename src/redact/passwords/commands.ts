import { NAME } from "./names.ts";
import { type Rule, rule } from "./rule.ts";

/** A shell quotation mark, escaped if the command is in JSON. */
const Q = String.raw`(?:\\{0,4}["'])?`;
const WORD = String.raw`[^\s"'\\]{2,300}`;
/** The rest of the same command. */
const REST = String.raw`[^\n|;&]{0,300}?\s`;
const NAMED = String.raw`[\w./:-]{0,60}(?:${NAME})[\w-]{0,40}`;

/** Matches a secret after a flag of these programs. `flags` includes the text between flag and value. */
function flag(programs: string, flags: string): Rule {
  return rule(String.raw`(?<![\w-])(?:${programs})\b${REST}(?:${flags})${Q}`, WORD, {
    exact: true,
    hint: new RegExp(programs),
  });
}

/** Matches a secret after these words of a command. */
function words(before: string, hint: RegExp, secret = WORD): Rule {
  return rule(String.raw`(?<![\w-])${before}${Q}`, secret, { exact: true, hint });
}

/** Programs that read a password from a pipe. */
const READERS = String.raw`(?:sudo\s[^\n|;&]{0,40}?-\w{0,6}S|(?:sudo\s{1,4})?(?:chpasswd|passwd\s{1,4}--stdin|cryptsetup|kinit|su\s|vncpasswd|pass\s{1,4}insert|wrangler\s{1,4}secret|az\s{1,4}devops|gh\s{1,4}(?:auth|secret))|[^\n|;&]{0,120}(?:--password-stdin|--with-token|--passphrase-fd))`;

/** Secrets on command lines. */
export const COMMANDS: Rule[] = [
  // --password …, --api-key=…, -Dgpg.passphrase=…, -storepass …, -ApiKey …
  rule(
    String.raw`(?<![^\s"'\x60[,(=])--?[A-Za-z]{0,30}?(?:[A-Za-z]{0,20}[.-][A-Za-z]{0,30}?){0,3}(?:password|passwd|passphrase|(?<=[-.])pass|storepass|keypass|pwd|token|secret|secret-string|api-?key|access-?key|account-?key|auth-?key|private-?key|secret-?key|sonar\.login)[\s=:,"'\\]{1,6}`,
    String.raw`[^\s"'\x60,\]\\-][^\s"'\x60,\]\\]{2,}`,
    { hint: /-[a-z]/i },
  ),
  // curl -u user:…, --cert c.pem:…, -b name=…
  flag(
    "curl|wget|https?|xh",
    String.raw`(?:-u|-U|--user|--proxy-user|-a|--auth)[\s=]?["']?[^\s:"']{0,100}:|(?:-E|--cert)\s{1,4}["']?[^\s:"']{1,200}:|--oauth2-bearer\s{1,4}`,
  ),
  flag("curl", String.raw`(?:-b|--cookie)[\s=]?(?:\\{0,4}["'])?[\w.%-]{1,60}=`),
  rule(
    String.raw`(?<![\w-])(?:curl|https?|xh)\b${REST}${Q}[\w.-]{0,30}(?:password|passwd|pwd|token|secret|api_?key)=`,
    String.raw`[^\s"'&\\]{2,300}`,
    { exact: true, hint: /(?:curl|https?|xh)/ },
  ),
  flag(
    "(?:docker|podman|nerdctl|helm|oras|buildah|crane|oc|az)[^\\n|;&]{0,40}\\slogin|sshpass|mongo\\w*|cqlsh|cypher-shell|snowsql|beeline|rdesktop|psexec|hdbsql|twine|plink|pscp|psftp|security\\s{1,4}unlock-keychain",
    String.raw`-p\s{0,4}=?|-pw\s{1,4}`,
  ),
  flag("skopeo", String.raw`--(?:src-|dest-)?creds[\s=]["']?[^\s:"']{1,100}:`),
  flag("mysql\\w*|mariadb\\w*", "-p"),
  flag("redis-cli", String.raw`-a\s{1,4}`),
  rule(
    String.raw`\b(?:redis-cli\b[^\n|;&]{0,300}?\s)AUTH[ \t]{1,4}${Q}`,
    String.raw`[^\s"'\\]{2,300}(?:[ \t]{1,4}[^\s"'\\]{2,300})?`,
    { hint: /redis-cli/ },
  ),
  flag("ldap\\w{3,8}|kadmin|security\\s{1,4}add-\\w{3,8}-password", String.raw`-w\s{1,4}`),
  flag("sqlcmd|bcp|osql|isql|tsql|ipmitool|mosquitto_[ps]ub|unzip|zip|ssh-keygen", String.raw`-P\s{0,4}`),
  flag("ssh-keygen", String.raw`-N\s{1,4}(?!["']{2})`),
  flag("7za?|7zz|rar|unrar", "-h?p"),
  flag("openssl", String.raw`-k\s{1,4}|-K\s{1,4}|-pass(?:in|out|word)?[\s=]{1,4}["']?pass:`),
  flag("openssl|apksigner|jarsigner", String.raw`--?[\w-]{0,12}pass(?:in|out|word)?[\s=]{1,4}["']?pass:`),
  flag(
    "smbclient|rpcclient|smbget|net\\s{1,4}rpc|winexe",
    String.raw`-U\s{0,4}(?:\\{0,4}["'])?[^\s%"']{1,100}%`,
  ),
  flag("mount", String.raw`(?:-o\s{1,4})?\S{0,200}?\bpass(?:word)?=(?=[^\s,])`),
  flag("snmp\\w{3,9}", String.raw`-[cAX]\s{0,4}`),
  flag("lftp|ncftp", String.raw`-u\s{1,4}["']?[^\s,"']{1,100},`),
  flag("(?:dotnet\\s{1,4})?nuget", String.raw`-k\s{1,4}`),
  flag("codecov", String.raw`-t\s{1,4}`),
  flag("kubectl", String.raw`--from-literal[\s=]["']?[\w.-]{1,60}=`),
  flag("secret\\s{1,4}set", String.raw`(?:-b|--body)[\s=]`),
  words(
    String.raw`(?:sqlplus|expdp|impdp|sqlldr|rman\s{1,4}target|exp|imp)\s{1,4}(?:-\w{1,10}\s{1,4}){0,2}["']?\w{1,60}\/`,
    /sqlplus|exp|imp|sqlldr|rman/,
    String.raw`[^\s@"'\/\\]{2,200}`,
  ),
  words(String.raw`db2\s{1,4}connect\s[^\n|;&]{1,200}\susing\s{1,4}`, /db2/),
  words(
    String.raw`(?:secrets?|env|variables?|config:)(?:\s{1,4}|:|(?<=:))set\s{1,4}(?:--\w{1,20}[\s=]\S{1,100}\s{1,4}){0,3}[\w.-]{1,80}=`,
    /(?:secrets?|env|variables?|config)[\s:]+set/,
  ),
  words(String.raw`vault\s{1,4}(?:kv\s{1,4}put|write)\s[^\n|;&=]{1,200}=(?!@)`, /vault/),
  words(String.raw`vault\s{1,4}login\s{1,4}(?!-)`, /vault/),
  words(String.raw`bw\s{1,4}(?:login\s{1,4}\S{3,100}|unlock)\s{1,4}(?!-)`, /bw\s/),
  words(
    String.raw`rabbitmqctl\s{1,4}(?:add_user|change_password|authenticate_user)\s{1,4}\S{1,100}\s{1,4}`,
    /rabbitmqctl/,
  ),
  words(
    String.raw`mosquitto_passwd\s{1,4}-\w{0,3}b\w{0,3}\s{1,4}\S{1,200}\s{1,4}\S{1,100}\s{1,4}`,
    /mosquitto_passwd/,
  ),
  words(
    String.raw`htpasswd\s{1,4}(?:-\w{0,6}n\w{0,6}\s{1,4}\S{1,100}|-\w{0,6}b\w{0,6}\s{1,4}\S{1,200}\s{1,4}\S{1,100})\s{1,4}`,
    /htpasswd/,
  ),
  words(String.raw`nmcli\s[^\n|;&]{1,200}\spassword\s{1,4}`, /nmcli/),
  words(String.raw`wpa_passphrase\s{1,4}\S{1,100}\s{1,4}`, /wpa_passphrase/),
  words(
    String.raw`poetry\s{1,4}config\s{1,4}(?:http-basic\.\S{1,60}\s{1,4}\S{1,100}|pypi-token\.\S{1,60})\s{1,4}`,
    /poetry/,
  ),
  words(
    String.raw`composer\s{1,4}config\s[^\n|;&]{0,60}?(?:http-basic\.\S{1,60}\s{1,4}\S{1,100}|(?:github-oauth|gitlab-token|bearer|bitbucket-oauth)\.\S{1,60})\s{1,4}`,
    /composer/,
  ),
  words(String.raw`ansible-vault\s{1,4}encrypt_string\s{1,4}(?!-)`, /ansible-vault/),
  words(String.raw`mysqladmin\s[^\n|;&]{0,200}?\bpassword\s{1,4}`, /mysqladmin/),
  flag("useradd|usermod", String.raw`-p\s{0,4}`),
  flag("altool|notarytool", String.raw`-p\s{1,4}(?!@)`),
  flag("signtool(?:\\.exe)?", String.raw`\/p\s{1,4}`),
  flag("doctl", String.raw`-t\s{1,4}`),
  words(String.raw`pulumi\s{1,4}config\s{1,4}set\s[^\n|;&]{0,60}?--secret\s{1,4}\S{1,80}\s{1,4}`, /pulumi/),
  words(String.raw`user-secrets\s{1,4}set\s{1,4}\S{1,120}\s{1,4}`, /user-secrets/),
  words(String.raw`cargo\s{1,4}login\s{1,4}(?!-)`, /cargo/),
  words(
    String.raw`bundle\s{1,4}config\s{1,4}(?:set\s{1,4})?(?:--\w{1,20}\s{1,4})?[\w.-]{1,100}\s{1,4}[\w.@-]{1,100}:`,
    /bundle/,
  ),
  words(String.raw`ngrok\s{1,4}(?:config\s{1,4}add-)?authtoken\s{1,4}`, /ngrok/),
  words(String.raw`mvn\s{1,4}--encrypt-(?:master-)?password\s{1,4}`, /mvn/),
  words(
    String.raw`aws\s{1,4}ssm\s{1,4}put-parameter(?=[^\n]{0,400}SecureString)[^\n]{0,300}?--value[\s=]`,
    /put-parameter/,
  ),
  // Windows
  words(
    String.raw`net(?:\.exe)?\s{1,4}use\s{1,4}(?:[^\s/]\S{0,200}\s{1,4}){1,2}(?![\\/]|\S{1,20}:)`,
    /net/,
    String.raw`[^\s"'/\\]{3,200}(?=\s{1,4}\/u)`,
  ),
  words(String.raw`net(?:\.exe)?\s{1,4}use\s[^\n|;&]{0,200}?\/user:\S{1,100}\s{1,4}(?!\/)`, /net/),
  words(String.raw`net(?:\.exe)?\s{1,4}user\s{1,4}[^\s/]\S{0,100}\s{1,4}(?!\/)`, /net/),
  rule(
    String.raw`(?<=\s|"|')\/(?:pass(?:word)?|rp|p)[:=]?\s{0,2}(?<=[:=]|\/rp\s{1,2})${Q}`,
    String.raw`[^\s"'\\/]{3,200}`,
    { hint: /\/(?:pass|rp|p)/i },
  ),
  rule(String.raw`\breg\s{1,4}add\s[^\n]{0,200}?\/v\s{1,4}${NAMED}\s[^\n]{0,100}?\/d\s{1,4}${Q}`, WORD, {
    hint: /reg\s/i,
  }),
  // A variable that is set without an equals sign
  rule(
    String.raw`(?<![\w-])(?:set\s{1,4}-\w{0,5}x\w{0,5}|setx|setenv|set-environment(?:\s{1,4}-g)?|ENV|env:set|(?:config|configure)\s{1,4}set|chamber\s{1,4}write\s{1,4}\S{1,60})\s{1,4}(?:${NAMED}|\S{0,60}_auth)\s{1,4}${Q}`,
    String.raw`[^\s"'\\]{3,300}`,
    { hint: /set|ENV|write/ },
  ),
  // echo … | sudo -S, sudo -S <<< …
  rule(
    String.raw`(?<![\w-])(?:echo|printf)\s{1,4}(?:-\w{1,4}\s{1,4}){0,3}(?:\\{0,4}["']%s(?:\\{1,4}n)?\\{0,4}["']\s{1,4})?${Q}`,
    String.raw`[^\n|"'\\<>]{3,200}?`,
    { behind: String.raw`(?=${Q}\s{0,4}\|\s{0,4}${READERS})`, hint: /echo|printf/ },
  ),
  rule(
    String.raw`(?:-\w{0,6}S\b|--password-stdin|--with-token|chpasswd|kinit|passwd|secret\s{1,4}put|\bsu\s)[^\n|;&<]{0,120}<<<\s{0,4}${Q}`,
    String.raw`[^\n"'\\]{3,300}`,
    { exact: true, hint: /<<</ },
  ),
  // expect: send "…\r"
  rule(String.raw`\bsend\s{1,4}(?:--\s{1,4})?\\{0,4}["']`, String.raw`[^"'\s\\]{4,100}`, {
    behind: String.raw`(?=\\{1,4}[rn]\\{0,4}["'])`,
    hint: /send/,
    made: "somehow",
  }),
  rule(String.raw`assword[^\n]{0,80}?\bsend\s{1,4}(?:--\s{1,4})?\\{0,4}["']`, String.raw`[^"'\s\\]{2,100}`, {
    behind: String.raw`(?=\\{1,4}[rn]\\{0,4}["'])`,
    hint: /send/,
  }),
];

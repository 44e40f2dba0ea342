import { secretMarker } from "../range.ts";

/**
 * Prefixes that make a vendor's tokens recognizable. secretlint's rules find complete tokens. These prefixes also find
 * the rest of a token that was cut: by the client, which shortens long outputs, by a terminal, or by our own limits.
 */
const PREFIXES = [
  // Code hosts and registries
  "GR1348941 ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gloas- gldt- glrt- glcbt- glptt- glft- glimt- glagent- glsoat- glffct-",
  "ATATT3 ATCTT3 ATBB BBDC- npm_ pypi-AgE rubygems_ dckr_pat_ dckr_oat_ jfrt@ AKCp CLOJARS_",
  // Models and their tools
  "sk-ant- sk-proj- sk-svcacct- sk-admin- sk-or-v1- sk-lf- pk-lf- sk- gsk_ xai- pplx- hf_ nvapi- tvly- lsv2_pt_ lsv2_sk_",
  "pcsk_ bsk_ ABSK bedrock-api-key- rpa_ wandb_v1_ csk-",
  // Clouds and hosting
  "AKIA ASIA ABIA ACCA AIza ya29. GOCSPX- 1//0 dop_v1_ doo_v1_ dor_v1_ HRKU- fm2_ fo1_ nfp_ vcp_ vci_ vca_ vcr_ vck_ cfut_ cfat_",
  "cfk_ tskey- hvs. hvb. hvr. pul- dp.pt. dp.st. dp.ct. dp.sa. dp.scim. tfp_ scw_ LTAI sbp_ sb_secret_ pscale_tkn_",
  "pscale_pw_ pscale_oauth_ mdb_sa_sk_ AGE-SECRET-KEY- ops_ey SWMTKN-1- AQVN y0_A y0_ t1. ddapp_",
  // Chat, payment, mail, work
  "xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe. xoxe- xapp- sk_live_ sk_test_ rk_live_ rk_test_ whsec_ sq0atp- sq0csp- shpat_ shpca_",
  "shppa_ shpss_ SG. xkeysib- PMAK- ntn_ lin_api_ lin_oauth_ figd_ figo_ dt0c01. dt0s16. EZAK EZTK sgp_",
  // Observability
  "CCIPAT_ bkua_ bkct_ squ_ sqp_ sqa_ rnd_ napi_ rzp_live_ rzp_test_ EAAA mlsn. CFPAT- r8_ shippo_live_ shippo_test_ AKID",
  "glc_ glsa_ NRAK- NRII- NRIQ- NRSP- sntrys_ sntryu_ sntrya_ hcaik_ hcbik_ hcxik_ hcxlk_ pylf_v xaat- xapt- phx_",
  // Others
  "p8e- dnkey- duffel_live_ duffel_test_ endr+ FLWSECK- FLWSECK_TEST- fio-u- s-s4t2ud- s-s4t2af- sha256~ pnu_ rdme_",
  "retool_01 tk-us- tk-eu- sm_aat_ sm_pat_ sm_sat_ sgd_ sk_org_live_ sk_org_test_ tgp_v1_ vercel_blob_rw_ crsr_ e2b_ bb_live_ ctx7sk-",
  "jina_ secret-live- secret-test- polar_oat_ polar_pat_ pdl_live_ pdl_sdbx_ plainApiKey_ tr_prod_ tr_dev_ tr_stg_",
  "tr_pat_ signkey-prod- signkey-test- unkey_ vtwn_ ddp_ ddo_ ddpat_ chpt_ os_v2_app_ os_v2_org_ pk_prod_ apify_api_",
  "akab- cal_live_",
].flatMap((line) => line.split(" "));

/** A token may begin here, also after an escaped line end. */
const START = String.raw`(?<!(?<!\\)[A-Za-z0-9])`;

const PREFIXED = new RegExp(
  `${START}(?:${PREFIXES.map(escapePattern).join("|")})[A-Za-z0-9._~+/=-]{6,}`,
  "g",
);

/** Tokens without such a prefix, recognized by their complete form. */
const SHAPED = new RegExp(
  [
    // JSON Web Tokens, and anything else that is base64 of a JSON object
    String.raw`eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,4}`,
    // Telegram, Discord, Twilio, Mailgun, SendInBlue's like
    String.raw`(?:bot)?\d{8,10}:AA[A-Za-z0-9_-]{30,}`,
    String.raw`[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,}`,
    "SK[0-9a-f]{32}",
    "key-[0-9a-f]{32}",
    // Databricks, Notion, Airtable, Resend, Dash0, Fireworks, Facebook, Terraform
    "dapi[0-9a-f]{12,}",
    "secret_[A-Za-z0-9]{40,}",
    String.raw`pat[A-Za-z0-9]{14}\.[0-9a-f]{20,}`,
    "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}",
    "auth_[A-Za-z0-9]{32}",
    "fw_[A-Za-z0-9]{22,}",
    "EAA[A-Za-z0-9]{41,}",
    String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{20,}`,
    // HubSpot, LaunchDarkly, Plaid, Twitch, ClickUp, Asana, Azure, New Relic, older Vault, Braintree, Dropbox,
    // Firecrawl, Voyage
    String.raw`pat-(?:na|eu|ap)\d-[0-9a-f-]{36}`,
    "(?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f-]{27}",
    "access-(?:production|development|sandbox)-[0-9a-f-]{36}",
    "oauth:[a-z0-9]{30}",
    String.raw`pk_\d{5,12}_[A-Z0-9]{32}`,
    String.raw`[012](?:\/\d{10,19}){1,2}:[0-9a-f]{32}`,
    String.raw`[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}`,
    "[0-9a-f]{36}NRAL",
    String.raw`s\.[A-Za-z0-9]{24}(?![A-Za-z0-9])`,
    String.raw`access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}`,
    String.raw`sl\.[A-Za-z0-9_-]{60,}`,
    "fc-[0-9a-f]{32}",
    // Mailchimp, ElevenLabs, Cloudflare, crates.io, NuGet, Infisical, Salesforce, Intercom, X
    String.raw`[0-9a-f]{32}-us\d{1,2}(?![\w-])`,
    "sk_[0-9a-f]{40,}",
    String.raw`v1\.0-[0-9a-f]{24}-[0-9a-f]{40,}`,
    String.raw`K10[0-9a-f]{32,}::\w{1,20}:[0-9a-f]{16,}`,
    "cio[A-Za-z0-9]{32}(?![A-Za-z0-9])",
    "oy2[a-z2-7]{43}(?![A-Za-z0-9])",
    String.raw`st\.[0-9a-f-]{36}\.[0-9a-f]{32}(?:\.[0-9a-f]+)?`,
    "00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,}",
    "dG9rO[A-Za-z0-9+/]{40,}={0,2}",
    "(?<![/=])(?<![A-Za-z0-9]\\+)A{20,25}(?!A)[A-Za-z0-9%]{60,}(?![A-Za-z0-9%+/])",
    "pa-[A-Za-z0-9_-]{43}",
    String.raw`u\+[A-Za-z0-9_-]{18}(?![A-Za-z0-9_-])`,
    // Adafruit, Infracost, Modal, Factory, Nomic, Mem0, Brave, Octopus, Exoscale, Azure DevOps, Ably, MaxMind, Harness
    "(?:aio_|ico-)[A-Za-z0-9]{26,}",
    "a[ks]-[A-Za-z0-9]{22}(?![A-Za-z0-9-])",
    "(?:fk|nk|m0)-(?=[A-Za-z_-]{0,39}[0-9])(?=[a-z0-9_-]{0,39}[A-Z])[A-Za-z0-9_-]{40,}",
    "BSA[A-Za-z0-9_-]{27,28}(?![A-Za-z0-9])",
    "API-[A-Z0-9]{26}(?![A-Za-z0-9])",
    "EXO[0-9a-f]{24}(?![A-Za-z0-9])",
    "[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
    String.raw`[\w-]{6}\.[\w-]{6}:[\w-]{43}(?![\w-])`,
    "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
    String.raw`[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}`,
    // Confluent, Sanity, Zep, incident.io
    "cflt[A-Za-z0-9+/]{60}(?![A-Za-z0-9+/])",
    "sk[A-Za-z0-9]{160,200}(?![A-Za-z0-9])",
    "z_1[A-Za-z0-9]{40,}",
    "inc_[0-9a-f]{64}",
    // Artifactory, Authress, ClickHouse, Facebook, Hugging Face
    "cmVmd[A-Za-z0-9]{59}(?![A-Za-z0-9])",
    String.raw`(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}`,
    "4b1d[A-Za-z0-9]{38}(?![A-Za-z0-9])",
    String.raw`\d{15,16}\|(?=[A-Za-z_-]{0,39}[0-9])(?=[a-z0-9_-]{0,39}[A-Z])[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_|-])`,
    "api_org_[A-Za-z]{34}(?![A-Za-z])",
    // Mailgun, Convex, JetBrains, 1Password
    "[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\\w-])",
    String.raw`(?:prod|dev|preview):[a-z]+-[a-z]+-\d+\|[A-Za-z0-9+/=]{20,}`,
    String.raw`perm[:-][A-Za-z0-9+/=]{4,}\.[A-Za-z0-9+/=]{4,}\.[A-Za-z0-9]{30,}`,
    "ops_eyJ[A-Za-z0-9+/=_-]{20,}",
    "A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
    String.raw`https:\/\/hooks\.zapier\.com\/hooks\/[\w/-]+`,
    // Addresses that are secrets themselves
    String.raw`https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]+`,
    String.raw`https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/[\w/-]+`,
    String.raw`https:\/\/[\w.-]+\.webhook\.office\.com\/[\w@/-]+`,
    // Hashes of passwords
    String.raw`\$(?:1|2[abxy]?|5|6|y|apr1|argon2(?:id?|d))\$[^\s:"'\\]{12,}`,
  ]
    .map((shape) => `${START}${shape}`)
    .join("|"),
  "g",
);

/** Replaces tokens that begin with the prefix of a known service. */
export function removeTokens(text: string): string {
  const marker = secretMarker("token");
  return text
    .replace(PREFIXED, (token) => (looksRandom(token.slice(3)) ? marker : token))
    .replace(SHAPED, marker);
}

/**
 * Ordinary names share these prefixes (`npm_config_cache`, `sk-fading-circle`). Generated tokens have digits or mixed
 * case.
 */
function looksRandom(token: string): boolean {
  return /[0-9]/.test(token) || /[a-z][A-Z]{2}|[A-Z]{2}[a-z]+[A-Z]/.test(token);
}

function escapePattern(prefix: string): string {
  return prefix.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

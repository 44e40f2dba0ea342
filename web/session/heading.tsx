import { useLayoutEffect, useRef } from "preact/hooks";
import type { PageFork } from "../../src/page/fork.ts";
import type { PageSession } from "../../src/page/model.ts";
import { Copy } from "../copy.tsx";
import { Dotted } from "../dotted.tsx";
import { dateTime, moment } from "../format.ts";
import type { Numbers } from "../numbers.ts";
import { StatusBadge } from "../status-badge.tsx";
import { ItemLink } from "./item-link.tsx";
import type { ItemRef } from "./rows.ts";

interface Props {
  page: PageSession;
  numbers: Numbers;
  /** What the session does now. Undefined in a shared file. */
  status: string | undefined;
  /** The command that resumes the session. Undefined in a shared file, whose reader does not have the transcript. */
  resume: string | undefined;
  /** Its forks. Undefined in a shared file, where no other session can be opened. */
  forks: readonly PageFork[] | undefined;
  onBack: (() => void) | undefined;
  onSelect: (item: ItemRef) => void;
}

/** Shows the session's name, its project and where it comes from. */
export function Heading({ page, numbers, status, resume, forks, onBack, onSelect }: Props) {
  const title = page.title ?? page.turns[0]?.prompt ?? page.project ?? "Session";
  const heading = useRef<HTMLHeadingElement>(null);
  // The link that led here is gone. Readers who cannot see the page hear its title.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header>
      <nav class="crumbs">
        <b>ccotel</b>
        {onBack !== undefined && (
          <button type="button" class="noprint" onClick={onBack}>
            ← All sessions
          </button>
        )}
      </nav>
      <div class="row spread">
        <h1 ref={heading} class="clamp" tabIndex={-1} dir="auto">
          {title}
        </h1>
        {status !== undefined && <StatusBadge status={status} />}
      </div>
      <p class="dim clamp">
        <Dotted
          parts={[
            page.project,
            page.branch,
            dateTime(numbers.startMs),
            page.clientVersion && `Claude Code ${page.clientVersion}`,
          ].filter((part) => part !== title)}
        />
      </p>
      <p class="dim">
        <span class="mono">{resume ?? page.id}</span>{" "}
        {resume !== undefined && <Copy text={resume} what="the command that resumes it" />}
      </p>
      <Origins page={page} forks={forks} onSelect={onSelect} />
    </header>
  );
}

/** Links to forks, `/clear`, resumes and rewinds. */
function Origins({ page, forks, onSelect }: Pick<Props, "page" | "forks" | "onSelect">) {
  const { forkedFrom, clearedFrom } = page;
  const rewinds = page.turns.flatMap(({ rewound, index: number }, index) =>
    rewound === undefined ? [] : [{ index, number }],
  );
  const resumes = page.runs.slice(1);
  const session = (id: string, label = id) =>
    forks === undefined ? (
      <span class="mono">{label}</span>
    ) : (
      <a class="link" href={`#${id}`}>
        {label}
      </a>
    );
  const parts = [
    forkedFrom !== undefined && <>Forked from {session(forkedFrom)}</>,
    clearedFrom !== undefined && <>Began with /clear in {session(clearedFrom)}</>,
    forks !== undefined && forks.length > 0 && (
      <>Forks: {listed(forks.map(({ id, title, prompt }) => session(id, title ?? prompt ?? id)))}</>
    ),
    resumes.length > 0 && (
      <>
        Resumed{" "}
        {listed(
          resumes.map(({ startMs }) => (
            <button
              type="button"
              class="link"
              onClick={() => {
                const index = page.turns.findIndex(({ endMs }) => endMs > startMs);
                if (index !== -1) onSelect({ kind: "turn", index });
              }}
            >
              {moment(startMs)}
            </button>
          )),
        )}
      </>
    ),
    rewinds.length > 0 && (
      <>
        Went back before{" "}
        {listed(
          rewinds.map(({ index, number }) => (
            <ItemLink item={{ kind: "turn", index }} onSelect={onSelect}>
              turn {number}
            </ItemLink>
          )),
        )}
      </>
    ),
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return (
    <p class="dim">
      {parts.map((part, index) => (
        <span key={index}>
          {index > 0 && " · "}
          {part}
        </span>
      ))}
    </p>
  );
}

/** How many links of one kind to show. */
const MOST = 6;

function listed(links: preact.ComponentChild[]) {
  return (
    <>
      {links.slice(0, MOST).map((link, index) => (
        <span key={index}>
          {index > 0 && ", "}
          {link}
        </span>
      ))}
      {links.length > MOST && ` and ${links.length - MOST} more`}
    </>
  );
}

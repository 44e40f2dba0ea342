import "uplot/dist/uPlot.min.css";
import "./style.css";
import { render } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageAudit } from "../src/page/audit.ts";
import type { PageFork } from "../src/page/fork.ts";
import type { PageSession } from "../src/page/model.ts";
import { CompareView } from "./compare-view.tsx";
import { Connection } from "./connection.tsx";
import { applied, ask, embedded, follow, type ShownText, type Update } from "./data.ts";
import type { AuditState } from "./session/money.tsx";
import { SessionView } from "./session/session-view.tsx";
import { SessionsView } from "./sessions/sessions-view.tsx";
import { carriedTexts, serverTexts } from "./source.ts";

/** The data in a shared file. */
interface Shared {
  page: PageSession;
  audit?: PageAudit;
  texts?: Record<string, ShownText[]>;
}

/** The beginning of a hash that names sessions to compare. */
const COMPARE = "compare=";

/** The session in the hash: `#KEY` or `#KEY/…`, or an empty string for the list. */
const keyNow = () => location.hash.slice(1).split("/")[0] ?? "";

const setKey = (key: string) => {
  location.hash = key;
};

function Served() {
  const [key, setShown] = useState(keyNow);
  // The list remains as the user left it, and keeps receiving changes.
  const wasListed = useRef(key === "");
  wasListed.current ||= key === "";
  const left = useRef<{ top: number; focus: Element | null }>({ top: 0, focus: null });
  useEffect(() => {
    const onChange = () => {
      if (key === "") left.current = { top: scrollY, focus: document.activeElement };
      setShown(keyNow());
    };
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, [key]);
  useLayoutEffect(() => {
    const { top, focus } = left.current;
    scrollTo(0, key === "" ? top : 0);
    if (key !== "") return;
    document.title = "Sessions · ccotel";
    if (focus instanceof HTMLElement) focus.focus({ preventScroll: true });
  }, [key]);
  return (
    <>
      <Connection />
      {wasListed.current && (
        <div hidden={key !== ""}>
          <SessionsView isShown={key === ""} onCompare={(keys) => setKey(`${COMPARE}${keys.join(",")}`)} />
        </div>
      )}
      {key.startsWith(COMPARE) ? (
        <CompareView keys={key.slice(COMPARE.length).split(",")} onBack={() => setKey("")} />
      ) : (
        key !== "" && <ServedSession key={key} name={key} onBack={() => setKey("")} />
      )}
    </>
  );
}

function ServedSession({ name, onBack }: { name: string; onBack: () => void }) {
  const [page, setPage] = useState<PageSession>();
  const [status, setStatus] = useState<string>();
  const [resume, setResume] = useState<string>();
  const [audit, setAudit] = useState<AuditState>();
  const [forks, setForks] = useState<PageFork[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let stop = () => {};
    let isGone = false;
    const gone = new AbortController();
    ask<Update>("session", { key: name }).then(
      (update) => {
        if (isGone) return;
        setPage(update.page);
        setStatus(update.status);
        setResume(update.resume);
        stop = follow(name, update, (next) => setPage((before) => applied(before, next)), setStatus);
        // Request this after the session is on the screen.
        ask<PageFork[]>("forks", { key: name }, gone.signal).then(setForks, () => {});
      },
      (error: Error) => setProblem(error.message),
    );
    return () => {
      isGone = true;
      gone.abort();
      stop();
    };
  }, [name]);
  // A session that grows is added up again after each turn.
  const isKnown = page !== undefined;
  useEffect(() => {
    if (page === undefined) return;
    const gone = new AbortController();
    const requests = page.requests.length;
    ask<PageAudit>("audit", { key: name }, gone.signal).then(
      (found) => setAudit({ ...found, requests }),
      (error: Error) => {
        if (!gone.signal.aborted) setAudit({ problem: error.message });
      },
    );
    return () => gone.abort();
  }, [name, isKnown, page?.isOpen === true]);
  const source = useMemo(() => serverTexts(name), [name]);
  if (problem !== undefined) {
    return (
      <main>
        <p class="bad">This session cannot be shown: {problem}</p>
        <button type="button" onClick={onBack}>
          ← All sessions
        </button>
      </main>
    );
  }
  if (page === undefined) return <main class="dim">Reading the session…</main>;
  return (
    <SessionView
      {...{ page, source, onBack, forks }}
      {...(audit === undefined ? {} : { audit })}
      {...(status === undefined ? {} : { status })}
      {...(resume === undefined ? {} : { resume })}
    />
  );
}

const app = document.getElementById("app") as HTMLElement;
embedded().then(
  (data) => {
    const shared = data as Shared | undefined;
    render(
      shared === undefined ? (
        <Served />
      ) : (
        <SessionView
          page={shared.page}
          source={carriedTexts(shared.texts)}
          {...(shared.audit === undefined ? {} : { audit: shared.audit })}
        />
      ),
      app,
    );
  },
  (error: Error) => {
    app.textContent = `The data in this file cannot be read: ${error.message}`;
  },
);

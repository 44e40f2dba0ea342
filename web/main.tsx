import "uplot/dist/uPlot.min.css";
import "./style.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PageSession } from "../src/page/model.ts";
import { CompareView } from "./compare-view.tsx";
import { applied, ask, embedded, follow, type ShownText, type Update } from "./data.ts";
import { SessionView } from "./session/session-view.tsx";
import { SessionsView } from "./sessions/sessions-view.tsx";
import { carriedTexts, serverTexts } from "./source.ts";

/** What a shared file carries. */
interface Shared {
  page: PageSession;
  texts?: Record<string, ShownText[]>;
}

/** How an address begins that names sessions to compare. */
const COMPARE = "compare=";

/** Which session the address names: `#KEY`, or none. */
function useAddress(): [string, (key: string) => void] {
  const [key, setKey] = useState(location.hash.slice(1));
  useEffect(() => {
    const onChange = () => setKey(location.hash.slice(1));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return [
    key,
    (next) => {
      location.hash = next;
    },
  ];
}

function Served() {
  const [key, setKey] = useAddress();
  if (key.startsWith(COMPARE))
    return (
      <CompareView keys={key.slice(COMPARE.length).split(",")} onOpen={setKey} onBack={() => setKey("")} />
    );
  return key === "" ? (
    <SessionsView onOpen={setKey} onCompare={(keys) => setKey(`${COMPARE}${keys.join(",")}`)} />
  ) : (
    <ServedSession key={key} name={key} onBack={() => setKey("")} />
  );
}

function ServedSession({ name, onBack }: { name: string; onBack: () => void }) {
  const [page, setPage] = useState<PageSession>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let stop = () => {};
    let isGone = false;
    ask<Update>("session", { key: name }).then(
      (update) => {
        if (isGone) return;
        setPage(update.page);
        stop = follow(name, update.finished, (next) => setPage((before) => applied(before, next)));
      },
      (error: Error) => setProblem(error.message),
    );
    return () => {
      isGone = true;
      stop();
    };
  }, [name]);
  useEffect(() => {
    if (page !== undefined) document.title = `${page.project ?? "session"} · ccotel`;
  }, [page?.project]);
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
  return <SessionView page={page} source={serverTexts(name)} onBack={onBack} />;
}

const app = document.getElementById("app") as HTMLElement;
embedded().then(
  (data) => {
    const shared = data as Shared | undefined;
    render(
      shared === undefined ? (
        <Served />
      ) : (
        <SessionView page={shared.page} source={carriedTexts(shared.texts)} />
      ),
      app,
    );
  },
  (error: Error) => {
    app.textContent = `The data in this file cannot be read: ${error.message}`;
  },
);

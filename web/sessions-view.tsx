import { useEffect, useState } from "preact/hooks";
import { ask } from "./data.ts";
import { Paged } from "./lists.tsx";

interface Row {
  key: string;
  id: string;
  folder: string;
}

/** All sessions. */
export function SessionsView({ onOpen }: { onOpen: (key: string) => void }) {
  const [rows, setRows] = useState<Row[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    ask<Row[]>("sessions").then(setRows, (error: Error) => setProblem(error.message));
  }, []);
  return (
    <main>
      <h1>Sessions</h1>
      <section class="panel">
        {problem !== undefined && <p class="bad">{problem}</p>}
        {rows === undefined ? (
          <p class="dim">Looking for sessions…</p>
        ) : (
          <Paged rows={rows} head={["Folder", "Session"]}>
            {({ key, id, folder }) => (
              <tr key={key}>
                <td class="wide">{folder}</td>
                <td>
                  <button type="button" class="link mono" onClick={() => onOpen(key)}>
                    {id}
                  </button>
                </td>
              </tr>
            )}
          </Paged>
        )}
      </section>
    </main>
  );
}

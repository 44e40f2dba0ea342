import { useEffect, useState } from "preact/hooks";
import type { ShownText } from "../data.ts";
import type { TextSource } from "../source.ts";

/**
 * Reads the texts of items: undefined until they are there, a text that says why they could not be read. `version`:
 * they are read again if it changes.
 */
export function useTexts(
  { texts: load }: TextSource,
  ids: readonly string[],
  isWanted = true,
  version = 0,
): readonly ShownText[] | string | undefined {
  const [texts, setTexts] = useState<readonly ShownText[] | string>();
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    load?.(ids).then(
      (found) => isCurrent && setTexts(found),
      (error: Error) => isCurrent && setTexts(`The text could not be read: ${error.message}`),
    );
    return () => {
      isCurrent = false;
    };
  }, [ids.join(), isWanted, version]);
  return texts;
}

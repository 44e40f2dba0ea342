import { Copy } from "../../copy.tsx";
import type { ShownText } from "../../data.ts";
import { Said } from "../../said.tsx";
import type { TextSource } from "../../source.ts";
import { useTexts } from "../use-texts.ts";

/** The name of a kind of text. */
function nameOf(kind: ShownText["kind"]): string {
  return kind === "call" ? "Called with" : kind.replace(/./, (first) => first.toUpperCase());
}

/** Shows the texts of an item. Loads them on request, and from then on for each item that is selected. */
export function Texts(props: {
  id: string;
  source: TextSource;
  words: string | undefined;
  isWanted: boolean;
  onWanted: () => void;
}) {
  const { id, source, words, isWanted, onWanted } = props;
  const texts = useTexts(source, [id], isWanted);
  if (!isWanted) {
    return (
      <button type="button" class="noprint" onClick={onWanted}>
        Show text
      </button>
    );
  }
  if (texts === undefined) return <p class="dim">Reading the transcript…</p>;
  if (typeof texts === "string") return <p class="bad">{texts}</p>;
  if (texts.length === 0) return <p class="dim">The transcript has no text for this.</p>;
  return (
    <div>
      {texts.map(({ kind, text, left }, index) => (
        <div key={index}>
          <div class="row spread dim">
            {nameOf(kind)}
            <Copy text={text} what={kind} />
          </div>
          <Said {...{ text, left, words }} />
        </div>
      ))}
    </div>
  );
}
